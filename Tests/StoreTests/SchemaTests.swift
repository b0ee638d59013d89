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

    @Test("a database of the first version is read, and keeps from then on who made what")
    func firstVersion() throws {
        try SubscriptionStore.open(scratch).close()
        let connection = try operatorConnection(scratch)
        try connection.execute(
            """
            DROP TABLE keys;
            ALTER TABLE subscriptions DROP COLUMN created_by;
            PRAGMA user_version = 1;
            INSERT INTO subscriptions VALUES (7, 'E_A', 'udp:127.0.0.1:7', NULL, NULL, 5);
            """)
        connection.close()

        var store = try SubscriptionStore.open(scratch)
        let loaded = try store.load()
        #expect(loaded.ids == [7] && loaded.subscriptions.first?.createdBy == nil)
        var new = subscription(8)
        new.createdBy = "board"
        store.append(.put(new), number: 1)
        store.close()

        store = try SubscriptionStore.open(scratch)
        #expect(try store.load().subscriptions.map(\.createdBy) == [nil, "board"])
        store.close()
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
