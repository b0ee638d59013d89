import EventCore
import Testing

@testable import Store

@Suite("Idempotency keys on disk")
struct KeyTests {
    let scratch = Scratch()

    private func key(
        _ name: String, of caller: String? = nil, created: Int64 = 1_000,
        receipt: RaiseReceipt? = nil
    ) -> StoredKey {
        StoredKey(
            caller: caller, key: name, fingerprint: .max - 7, created: created, receipt: receipt)
    }

    private func receipt(_ sequence: UInt64) -> RaiseReceipt {
        RaiseReceipt(
            id: OccurrenceID(epoch: 1_700_000_000_000, sequence: sequence), event: "E_DOOR",
            time: 1_700_000_000_001, matched: 3)
    }

    private func fill(_ changes: [Change]) throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        for change in changes { core.append(change) }
        store.close()
        #expect(core.errors == [])
    }

    @Test("they come back as they were, the oldest first, claims and receipts, each caller's own")
    func kept() throws {
        try fill([
            .putKey(key("b", created: 2_000)), .putKey(key("a", of: "gate", created: 1_000)),
            .putKey(key("a", created: 3_000)),
            .putKey(key("b", created: 2_000, receipt: receipt(.max))),
        ])
        let loaded = try stored(scratch)
        #expect(
            loaded.keys == [
                key("a", of: "gate", created: 1_000),
                key("b", created: 2_000, receipt: receipt(.max)), key("a", created: 3_000),
            ])
        #expect(loaded.summary?.keys == 3)
    }

    @Test("one that is free again is gone, and so are those that are too old")
    func removed() throws {
        try fill([
            .putKey(key("a", created: 1_000)), .putKey(key("a", of: "gate", created: 1_999)),
            .putKey(key("b", created: 2_000)), .putKey(key("c", created: 2_001)),
            .removeKey(caller: nil, key: "c"), .removeKey(caller: "gate", key: "b"),
            .expiredKeys(before: 2_000),
        ])
        #expect(try stored(scratch).keys == [key("b", created: 2_000)])
    }

    @Test("a crash leaves what was committed")
    func crash() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        core.append(.putKey(key("a")))
        store.flush()
        let claimed = try scratch.crashImage()
        core.append(.putKey(key("a", receipt: receipt(1))))
        store.flush()
        let raised = try scratch.crashImage()
        store.close()
        #expect(try stored(claimed).keys == [key("a")])
        #expect(try stored(raised).keys == [key("a", receipt: receipt(1))])
    }

    @Test(
        "a row that cannot be one of ours is damage",
        arguments: ["epoch = NULL", "matched = 1, epoch = NULL", "key = ''", "event = NULL"])
    func damage(change: String) throws {
        try fill([.putKey(key("a", receipt: receipt(1)))])
        let connection = try operatorConnection(scratch)
        try connection.execute("UPDATE keys SET \(change)")
        connection.close()
        let error = #expect(throws: StoreError.self) { try stored(scratch) }
        #expect(error?.reason == .corrupt)
    }

    @Test("a database of the version before them gets the table")
    func upgrade() throws {
        try fill([.put(subscription(1))])
        let connection = try operatorConnection(scratch)
        try connection.execute("DROP TABLE keys; PRAGMA user_version = 2;")
        connection.close()
        try fill([.putKey(key("a"))])
        let loaded = try stored(scratch)
        #expect(loaded.ids == [1])
        #expect(loaded.keys == [key("a")])
    }
}
