import EventCore
import Testing

@testable import Store

@Suite("Loading at start")
struct LoadTests {
    let scratch = Scratch()

    @Test("a new store is empty, and gives 1 as the first id")
    func empty() throws {
        let expected = LoadSummary(
            events: 0, subscriptions: 0, expired: 0, keys: 0, nextID: 1, excludesReaders: false)
        #expect(try stored(scratch) == Loaded(summary: expected))
    }

    @Test("what passed its deadline while nothing ran is counted, not handed over, and deleted")
    func expired() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        let deadlines: [Int64?] = [999, 1_000, 1_001, nil]
        for (id, deadline) in zip(1..., deadlines) {
            core.append(.put(subscription(UInt64(id), deadline: deadline)))
        }
        store.close()

        let loaded = try stored(scratch, now: 1_000)
        #expect(loaded.ids == [3, 4])
        #expect(loaded.summary?.expired == 2)
        #expect(loaded.summary?.nextID == 5)
        // Really gone: an earlier clock does not bring them back.
        #expect(try stored(scratch, now: 0).ids == [3, 4])
    }

    @Test("what is stored can be counted before it is loaded")
    func counted() throws {
        let store = try SubscriptionStore.open(scratch)
        #expect(try store.storedSubscriptions() == 0)
        _ = try store.load()
        Core(store).put(1...9)
        store.close()
        #expect(throws: StoreError.self) { try store.storedSubscriptions() }
        let again = try SubscriptionStore.open(scratch)
        #expect(try again.storedSubscriptions() == 9)
        again.close()
    }

    @Test("when all have expired their ids are still never given again")
    func expiredKeepIDs() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).put(1...9)
        store.close()
        #expect(try stored(scratch, now: 3_000_000).summary?.nextID == 10)
        #expect(try stored(scratch).summary?.nextID == 10)
    }

    @Test("no id is given twice, though the newest was removed or expired before a crash")
    func idsAfterCrash() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        func nextIDAfterCrash() throws -> UInt64? {
            store.flush()
            return try stored(scratch.crashImage()).summary?.nextID
        }
        core.put(1...5)
        #expect(try nextIDAfterCrash() == 6)
        core.append(.remove(id: 5))
        #expect(try nextIDAfterCrash() == 6)
        core.append(.remove(id: 4))
        #expect(try nextIDAfterCrash() == 6)
        core.put(6...8)
        core.append(.expired(ids: [8, 7]))
        #expect(try nextIDAfterCrash() == 9)
        // Put and removed within one transaction.
        core.put(9...9)
        core.append(.remove(id: 9))
        #expect(try nextIDAfterCrash() == 10)
        for id in 1...6 as ClosedRange<UInt64> { core.append(.remove(id: id)) }
        #expect(try nextIDAfterCrash() == 10)
        store.close()
        #expect(try stored(scratch).summary?.nextID == 10)
    }

    @Test(
        "a row that cannot be ours is damage: refused, and the file does not change",
        arguments: [
            "UPDATE subscriptions SET socket = CAST(x'7564703AFF' AS TEXT) WHERE id = 2",
            "UPDATE subscriptions SET event = '' WHERE id = 2",
            "UPDATE subscriptions SET id = -2 WHERE id = 2",
            "INSERT INTO events VALUES (CAST(x'C0' AS TEXT))",
        ])
    func impossibleRow(_ sql: String) throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).put(1...3)
        store.close()
        let connection = try operatorConnection(scratch)
        try connection.execute(sql)
        connection.close()

        let before = scratch.files()
        let damaged = try SubscriptionStore.open(scratch)
        let error = #expect(throws: StoreError.self) { try damaged.load() }
        #expect(error?.reason == .corrupt)
        #expect(error?.message.contains(scratch.database) == true)
        damaged.close()
        #expect(scratch.files() == before)
    }
}
