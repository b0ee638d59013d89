import EventCore
import Foundation
import Testing

@testable import Store

@Suite("Opening refuses what it must not touch")
struct RefusalTests {
    let scratch = Scratch()

    /// A store with a hundred subscriptions, closed.
    private func fill() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).put(1...100)
        store.close()
    }

    /// Opens and loads; expects a refusal whose sentence names `file`, and no byte changed.
    private func expectRefusal(
        _ reason: StoreError.Reason, naming file: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let before = scratch.files()
        let error = #expect(throws: StoreError.self, sourceLocation: sourceLocation) {
            let store = try SubscriptionStore.open(scratch)
            defer { store.close() }
            _ = try store.load()
        }
        #expect(
            error?.reason == reason, "\(String(describing: error))", sourceLocation: sourceLocation)
        #expect(
            error?.message.contains(file ?? scratch.database) == true,
            "\(String(describing: error))", sourceLocation: sourceLocation)
        #expect(scratch.files() == before, sourceLocation: sourceLocation)
    }

    private func damage(_ change: (inout [UInt8]) -> Void) {
        var contents = bytes(scratch.database)
        change(&contents)
        write(contents, to: scratch.database)
    }

    @Test("a file that is no database")
    func notDatabase() throws {
        try fill()
        damage { $0 = Array("hello, this is not a database\n".utf8) }
        expectRefusal(.notDatabase)
    }

    @Test("a directory in the database's place")
    func directoryAsDatabase() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.database, withIntermediateDirectories: true)
        let error = #expect(throws: StoreError.self) { try SubscriptionStore.open(scratch) }
        #expect(error?.reason == .notDatabase)
    }

    @Test("an empty file: a lost database is never silently begun anew")
    func emptyFile() throws {
        try fill()
        damage { $0 = [] }
        expectRefusal(.corrupt)
    }

    @Test("a log whose database is missing")
    func missingDatabase() throws {
        try fill()
        let image = try openWithLog()
        try FileManager.default.removeItem(atPath: image.database)
        let before = image.files()
        let error = #expect(throws: StoreError.self) { try SubscriptionStore.open(image) }
        #expect(error?.reason == .corrupt)
        #expect(image.files() == before)
    }

    /// What a crash leaves of a store that has committed: a database and a log with frames.
    private func openWithLog() throws -> Scratch {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        core.put(101...110)
        store.flush()
        let image = try scratch.crashImage()
        store.close()
        return image
    }

    @Test("a truncated database")
    func truncated() throws {
        try fill()
        damage { $0.removeLast(4_096) }
        expectRefusal(.corrupt)
    }

    @Test("a database cut off within its header")
    func truncatedHeader() throws {
        try fill()
        damage { $0 = Array($0.prefix(60)) }
        expectRefusal(.notDatabase)
    }

    @Test("any page overwritten with zeros or noise", arguments: 0..<5, [0x00, 0xA5] as [UInt8])
    func overwritten(page: Int, filler: UInt8) throws {
        try fill()
        damage { contents in
            let last = contents.count / 4_096 - 1
            // The header stays as it is: another test's.
            let start = page == 0 ? 100 : min(page, last) * 4_096
            for index in start..<min(contents.count, (start / 4_096 + 1) * 4_096) {
                contents[index] = filler
            }
        }
        expectRefusal(.corrupt)
    }

    @Test("a damaged database beside a log stays as it is, and so does the log")
    func damagedWithLog() throws {
        try fill()
        let image = try openWithLog()
        var contents = bytes(image.database)
        for index in 4_096..<8_192 { contents[index] = 0xA5 }
        write(contents, to: image.database)
        let before = image.files()
        #expect(throws: StoreError.self) {
            let store = try SubscriptionStore.open(image)
            defer { store.close() }
            _ = try store.load()
        }
        #expect(image.files() == before)
    }

    @Test("a newer schema")
    func newer() throws {
        try fill()
        let connection = try operatorConnection(scratch)
        try connection.execute("PRAGMA user_version = 99")
        try connection.adopt()
        connection.close()
        expectRefusal(.newer)
    }

    @Test("a newer schema that only the log knows of")
    func newerInLog() throws {
        try fill()
        let connection = try operatorConnection(scratch)
        try connection.execute("PRAGMA user_version = 99")
        let image = try scratch.crashImage()
        connection.close()
        #expect(DatabaseHeader(bytes(image.database))?.userVersion == Schema.current.version)
        let before = image.files()
        let error = #expect(throws: StoreError.self) { try SubscriptionStore.open(image) }
        #expect(error?.reason == .newer)
        #expect(image.files() == before)
    }

    @Test("a database of another program")
    func foreign() throws {
        try fill()
        let connection = try operatorConnection(scratch)
        try connection.execute("PRAGMA application_id = 7")
        try connection.adopt()
        connection.close()
        expectRefusal(.foreign)
    }

    @Test("a database that lacks a table")
    func lacksTable() throws {
        try fill()
        let connection = try operatorConnection(scratch)
        try connection.execute("DROP TABLE counters")
        try connection.adopt()
        connection.close()
        expectRefusal(.corrupt)
    }

    @Test("a directory that another store holds, until that one is closed")
    func heldByStore() throws {
        try fill()
        let first = try SubscriptionStore.open(scratch)
        _ = try first.load()
        expectRefusal(.locked, naming: scratch.state)
        // Nor by another name.
        let link = scratch.path + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scratch.state)
        let error = #expect(throws: StoreError.self) { try SubscriptionStore.open(directory: link) }
        #expect(error?.reason == .locked)
        // The first is none the worse.
        Core(first).put(101...101)
        first.flush()
        first.close()
        #expect(try stored(scratch).ids == Array(1...101))
    }

    @Test("a database that another program has locked", arguments: ["IMMEDIATE", "EXCLUSIVE"])
    func heldByProgram(_ kind: String) throws {
        try fill()
        let other = try operatorConnection(scratch)
        try other.execute("BEGIN \(kind)")
        let before = scratch.files()
        let error = #expect(throws: StoreError.self) {
            try SubscriptionStore.open(scratch) { $0.busyMilliseconds = 0 }
        }
        #expect(error?.reason == .locked)
        #expect(scratch.files() == before)
        try other.execute("ROLLBACK")
        other.close()
        #expect(try stored(scratch).ids.count == 100)
    }

    @Test("a state directory that is a file, or lies below one")
    func notDirectory() throws {
        write([1], to: scratch.state)
        expectRefusal(.directory, naming: scratch.state)
        let error = #expect(throws: StoreError.self) {
            try SubscriptionStore.open(directory: scratch.state + "/below")
        }
        #expect(error?.reason == .directory)
        #expect(bytes(scratch.state) == [1])
    }

    @Test("a state directory in which nothing can be made")
    func notWritable() throws {
        let error = #expect(throws: StoreError.self) {
            try SubscriptionStore.open(directory: "/proc/self/task")
        }
        #expect(error?.reason == .notWritable)
        #expect(throws: StoreError.self) {
            try SubscriptionStore.open(directory: "/proc/none/below")
        }
        #expect(throws: StoreError.self) { try SubscriptionStore.open(directory: "") }
    }

    @Test(
        "a database file this user may only read",
        .enabled(if: geteuid() != 0, "left out: root may write everything"))
    func readOnlyFile() throws {
        try fill()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o400], ofItemAtPath: scratch.database)
        expectRefusal(.notWritable)
    }
}
