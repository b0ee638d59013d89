import EventCore
import Foundation
import Testing

@testable import Store

@Suite("Files of the store")
struct FileTests {
    let scratch = Scratch()

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test("directories are made with parents for this user only, and so are the files")
    func modes() throws {
        let deep = scratch.path + "/one/two/three"
        let store = try SubscriptionStore.open(directory: deep)
        _ = try store.load(now: 0, event: { _ in }, subscription: { _ in })
        Core(store).put(1...1)
        store.flush()
        for directory in ["/one", "/one/two", "/one/two/three"] {
            #expect(try mode(scratch.path + directory) == 0o700)
        }
        for file in ["/carillon.db", "/carillon.db-wal", "/carillon.db-shm"] {
            #expect(try mode(deep + file) == 0o600)
        }
        store.close()
        #expect(store.path == deep + "/carillon.db")
    }

    @Test("a slash at the end, or two, change nothing")
    func slashes() throws {
        try SubscriptionStore.open(directory: scratch.state + "//a///").close()
        #expect(FileManager.default.fileExists(atPath: scratch.state + "/a/carillon.db"))
    }

    @Test("what a crash left of a database in the making is replaced")
    func unfinished() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.state, withIntermediateDirectories: true)
        for part in ["", "-journal", "-wal", "-shm"] {
            write([1, 2, 3], to: scratch.database + ".new" + part)
        }
        #expect(try stored(scratch).ids == [])
        #expect(Array(scratch.files().keys) == ["carillon.db"])
    }

    @Test("closing leaves one file: no log, no index, no descriptor")
    func closeTidiesUp() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).put(1...50)
        store.close()
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.state)
        #expect(names == ["carillon.db"])
        // A connection with a statement left would linger, with its descriptors.
        #expect(openDescriptors() == [])
    }

    @Test(
        "what still shares the hold, as a child does until it execs, holds nothing once it is closed"
    )
    func sharedHold() throws {
        let store = try SubscriptionStore.open(scratch)
        let directory = (store.path as NSString).deletingLastPathComponent
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        let hold = descriptors.first { number in
            let link = "/proc/self/fd/\(number)"
            return (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) == directory
        }
        let shared = dup(try #require(hold.flatMap { Int32($0) }))
        defer { close(shared) }
        store.close()
        try SubscriptionStore.open(scratch).close()
    }

    @Test("a store that was not closed lets go of everything with its last reference")
    func droppedStore() throws {
        do {
            let store = try SubscriptionStore.open(scratch)
            _ = try store.load()
            Core(store).put(1...50)
            store.flush()
        }
        #expect(openDescriptors() == [])
        #expect(try stored(scratch).ids == Array(1...50))
    }

    private func openDescriptors() -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return all.compactMap {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + $0)
        }.filter { $0.hasPrefix(scratch.path) }
    }

    @Test("closing commits what waits, empties the log though somebody reads, and may be repeated")
    func closeWithReader() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).put(1...50)
        store.flush()
        let reader = try operatorConnection(scratch)
        #expect(try reader.integer("SELECT count(*) FROM subscriptions") == 50)
        store.append(.put(subscription(51)), number: 51)
        store.close()
        store.close()
        #expect(bytes(scratch.database + "-wal") == [])
        #expect(try reader.integer("SELECT count(*) FROM subscriptions") == 51)
    }

    @Test("an operator can read, and back up, while the store writes")
    func readers() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        core.put(1...10)
        store.flush()
        let reader = try operatorConnection(scratch)
        try reader.execute("BEGIN")
        #expect(try reader.integer("SELECT count(*) FROM subscriptions") == 10)
        core.put(11...20)
        store.flush()
        #expect(core.errors == [])
        #expect(try reader.integer("SELECT count(*) FROM subscriptions") == 10)
        try reader.execute("COMMIT")
        try reader.execute("VACUUM INTO '\(scratch.path)/backup.db'")
        #expect(try reader.integer("SELECT count(*) FROM subscriptions") == 20)
        store.close()
        #expect(!bytes(scratch.path + "/backup.db").isEmpty)
    }

    @Test(
        "without shared memory for its index the log is still read and written, excluding readers")
    func exclusive() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).put(1...3)
        store.flush()
        let image = try scratch.crashImage()
        store.close()
        // As on a disk without room: the index cannot be made.
        try FileManager.default.createSymbolicLink(
            atPath: image.database + "-shm", withDestinationPath: image.database + "-shm")
        let second = try SubscriptionStore.open(image)
        let loaded = try second.load()
        #expect(loaded.ids == [1, 2, 3])
        #expect(loaded.summary?.excludesReaders == true)
        let core = Core(second)
        core.put(4...4)
        second.flush()
        #expect(core.errors == [])
        second.close()
        try FileManager.default.removeItem(atPath: image.database + "-shm")
        #expect(try stored(image).ids == [1, 2, 3, 4])
    }

    @Test("the log does not grow beyond its limit")
    func logIsBounded() throws {
        let store = try SubscriptionStore.open(scratch) { $0.checkpointPages = 50 }
        _ = try store.load()
        let core = Core(store)
        for id in 1...500 as ClosedRange<UInt64> {
            core.put(id...id)
            store.flush()
        }
        #expect(bytes(scratch.database + "-wal").count < 80 * 4_200)
        store.close()
    }

    @Test("the header is read as SQLite wrote it, and nothing else is taken for one")
    func header() throws {
        #expect(try stored(scratch).ids == [])
        let head = Array(bytes(scratch.database).prefix(DatabaseHeader.bytes))
        #expect(DatabaseHeader(head)?.applicationID == Schema.applicationID)
        #expect(DatabaseHeader(head)?.userVersion == Schema.current.version)
        #expect(DatabaseHeader(Array(head.prefix(99))) == nil)
        #expect(DatabaseHeader([UInt8](repeating: 0, count: 100)) == nil)
        #expect(DatabaseHeader([]) == nil)
    }
}
