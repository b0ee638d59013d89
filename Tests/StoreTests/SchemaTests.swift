import EventCore
import Testing

@testable import Store

@Suite("Schema steps")
struct SchemaTests {
    let scratch = Scratch()
    let next = Schema(
        steps: Schema.current.steps + ["ALTER TABLE subscriptions ADD COLUMN note TEXT"])

    private func open(_ schema: Schema) throws -> SubscriptionStore {
        try SubscriptionStore.open(
            directory: scratch.state, configuration: StoreConfiguration(), schema: schema)
    }

    @Test("an older database is brought up to date, with its rows")
    func upgrade() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).put(1...3)
        store.close()

        let newer = try open(next)
        #expect(try newer.load().ids == [1, 2, 3])
        newer.close()
        #expect(DatabaseHeader(bytes(scratch.database))?.userVersion == next.version)
        let error = #expect(throws: StoreError.self) { try SubscriptionStore.open(scratch) }
        #expect(error?.reason == .newer)
    }

    @Test("a step that fails leaves the database as it was")
    func failedUpgrade() throws {
        #expect(try stored(scratch).ids == [])
        let before = scratch.files()
        let broken = Schema(steps: next.steps + ["ALTER TABLE nothing ADD COLUMN note TEXT"])
        #expect(throws: StoreError.self) { try open(broken) }
        #expect(bytes(scratch.database) == before["carillon.db"])
        #expect(try stored(scratch).ids == [])
    }

    @Test("a new database gets all steps, and none is left half made")
    func fresh() throws {
        let broken = Schema(steps: Schema.current.steps + ["nonsense"])
        #expect(throws: StoreError.self) { try open(broken) }
        #expect(scratch.files() == [:])
        try open(next).close()
        #expect(DatabaseHeader(bytes(scratch.database))?.userVersion == next.version)
    }
}
