import Csqlite
import Foundation
import TestSupport
import Testing

@Suite("carillond: state it cannot use, descriptors it does not have")
struct StateTests {
    let scratch: Scratch
    private var database: String { scratch.path + "/state/carillon.db" }

    init() throws {
        scratch = try Scratch()
        let daemon = try Daemon(in: scratch)
        for port in 1...50 { try daemon.client().subscribe("E_A", "udp:127.0.0.1:\(port)") }
        daemon.send(SIGTERM)
        _ = try daemon.status()
    }

    /// Starting must fail with these words, and leave the file as it is.
    private func expectRefusal(_ words: String, _ change: () throws -> Void) throws {
        try change()
        let before = FileManager.default.contents(atPath: database)
        let daemon = try Daemon(in: scratch)
        #expect(try daemon.status() == 1)
        #expect(daemon.logged.contains(words), "\(daemon.logged)")
        #expect(daemon.logged.contains(database))
        #expect(daemon.printed.isEmpty)
        #expect(FileManager.default.contents(atPath: database) == before)
    }

    private func overwrite(at offset: UInt64, _ bytes: [UInt8]) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: database))
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    @Test(
        "no database, a damaged one, an empty one, a newer one, a foreign one: refused, untouched")
    func unusable() throws {
        let whole = try #require(FileManager.default.contents(atPath: database))
        func restore() { _ = FileManager.default.createFile(atPath: database, contents: whole) }
        try expectRefusal("newer Carillon") { try overwrite(at: 60, [0, 0, 0, 99]) }
        restore()
        try expectRefusal("another program") { try overwrite(at: 68, [1, 2, 3, 4]) }
        restore()
        try expectRefusal("is damaged") {
            try overwrite(at: 4_096, [UInt8](repeating: 0xAA, count: 4_096))
        }
        restore()
        try expectRefusal("database") { try overwrite(at: 0, Array("not a database at all".utf8)) }
        restore()
        try expectRefusal("empty") {
            _ = FileManager.default.createFile(atPath: database, contents: Data())
        }
        restore()
        let daemon = try Daemon(in: scratch)
        #expect(try daemon.client().allSubscribers().count == 50)
    }

    @Test(
        "a database that another program has locked: refused; when it is free again, all is there")
    func locked() throws {
        var other: OpaquePointer?
        #expect(sqlite3_open(database, &other) == SQLITE_OK)
        defer { sqlite3_close(other) }
        #expect(
            sqlite3_exec(other, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", nil, nil, nil)
                == SQLITE_OK)
        let daemon = try Daemon(in: scratch)
        #expect(try daemon.status() == 1)
        #expect(daemon.logged.contains("locked"), "\(daemon.logged)")
        sqlite3_exec(other, "ROLLBACK", nil, nil, nil)
        sqlite3_close(other)
        other = nil
        let again = try Daemon(in: scratch)
        #expect(try again.client().allSubscribers().count == 50)
    }

    @Test("a state directory it may not use is refused")
    func directory() throws {
        let file = scratch.path + "/file"
        _ = FileManager.default.createFile(atPath: file, contents: Data())
        let daemon = try Daemon(in: scratch, stateDirectory: file)
        #expect(try daemon.status() == 1)
        #expect(daemon.logged.contains("is not a directory"))
    }

    @Test("with 64 descriptors it serves what it can, answers 503 to the rest, and recovers")
    func descriptors() throws {
        let daemon = try Daemon(in: scratch, shell: #"ulimit -n 64; exec "$@""#)
        let first = try daemon.client()
        #expect(try first.send("GET", "/livez").status == 200)
        var others: [JSONClient] = []
        var refused = 0
        for _ in 0..<150 {
            let one = try daemon.client()
            if try one.send("GET", "/livez").status == 503 {
                refused += 1
            } else {
                others.append(one)
            }
        }
        #expect(refused > 50)
        #expect(try first.subscribe("E_A", "udp:127.0.0.1:1").status == 200)
        let before = try busySeconds(daemon)
        // Those who wait cost nothing: the loop does not spin.
        let isOver = Date(timeIntervalSinceNow: 0.5)
        _ = eventually(within: 1, everyMilliseconds: 50) { Date() > isOver }
        #expect(try busySeconds(daemon) - before < 0.25)
        others.removeAll()
        let isBack = try eventually { try daemon.client().send("GET", "/livez").status == 200 }
        #expect(isBack)
    }

    /// CPU time of the process so far.
    private func busySeconds(_ daemon: Daemon) throws -> Double {
        let stat = try String(contentsOfFile: "/proc/\(daemon.pid)/stat", encoding: .utf8)
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        let ticks = [11, 12].compactMap { fields.count > $0 ? Double(fields[$0]) : nil }.reduce(
            0, +)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
