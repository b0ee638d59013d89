import Csqlite
import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Torture: kill -9", .serialized)
struct KillTortureTests {
    private static let clients = 4

    @Test("what was acknowledged is there after kill -9 at any moment, and nothing else")
    func kill() throws {
        let rounds = Torture.isOn ? 200 : 5
        let scratch = try Scratch()
        let ledger = Ledger()
        var random = SeededRandom(seed: UInt64(Date().timeIntervalSince1970 * 1_000))
        var total = 0
        for round in 0..<rounds {
            let daemon = try Daemon(in: scratch)
            let start = Date()
            let port = try daemon.port()
            #expect(Date().timeIntervalSince(start) < 5)
            let shown = try Self.shown(try daemon.client())
            let faults = ledger.compare(shown)
            #expect(faults.isEmpty, "round \(round): \(faults.prefix(5))")
            let target = ledger.acknowledged + Int.random(in: 0...400, using: &random)
            let seed = random.next()
            let work = DispatchGroup()
            for client in 0..<Self.clients {
                DispatchQueue(label: "client").async(group: work) {
                    Self.change(client, port: port, seed: seed &+ UInt64(client), ledger)
                }
            }
            _ = eventually(within: 20, everyMilliseconds: 1) { ledger.acknowledged >= target }
            daemon.send(SIGKILL)
            #expect(try daemon.status() == -SIGKILL)
            work.wait()
            try Self.checkIntegrity(of: daemon.stateDirectory)
            total = ledger.acknowledged
        }
        let daemon = try Daemon(in: scratch)
        #expect(ledger.compare(try Self.shown(try daemon.client())).isEmpty)
        #expect(ledger.refusals.isEmpty, "\(ledger.refusals.prefix(3))")
        #expect(total > rounds * 20)
    }

    /// Subscribes, renews and unsubscribes this client's own sockets at random until the service is gone.
    private static func change(_ number: Int, port: UInt16, seed: UInt64, _ ledger: Ledger) {
        var random = SeededRandom(seed: seed)
        do {
            let client = try JSONClient(port: port)
            while true {
                let event = "E_\(Int.random(in: 0..<3, using: &random))"
                let socket =
                    "udp:127.0.0.1:\(1_000 * (number + 1) + Int.random(in: 0..<40, using: &random))"
                let key = event + " " + socket
                if random.oneIn(3) {
                    ledger.begin(.unsubscribe, key)
                    let answer = try client.subscribe(event, socket, #""expire":0"#)
                    guard answer.status == 204 else { return ledger.refuse(answer.text) }
                    ledger.end(nil, key)
                    continue
                }
                let expire =
                    random.oneIn(5) ? nil : Int.random(in: 10_000...100_000, using: &random)
                ledger.begin(.subscribe(expire: expire), key)
                let answer = try client.subscribe(
                    event, socket, expire.map { #""expire":\#($0)"# } ?? #""permanent":true"#)
                guard [200, 201].contains(answer.status) else { return ledger.refuse(answer.text) }
                ledger.end(entry(answer.json), key)
            }
        } catch {
            // The service is gone: what the ledger has is what this client was told.
        }
    }

    private static func shown(_ client: JSONClient) throws -> [String: Ledger.Entry] {
        let all = try client.allSubscribers().map { one in
            ("\(one["event"] ?? "") \(one["socket"] ?? "")", entry(one))
        }
        return Dictionary(uniqueKeysWithValues: all)
    }

    private static func entry(_ json: [String: Any]) -> Ledger.Entry {
        Ledger.Entry(
            id: json["id"] as? String ?? "", expire: json["expire"] as? Int,
            expiresAt: json["expires_at"] as? String)
    }

    /// Asks SQLite itself, on a copy: looking must not mend what the next start has to cope with.
    private static func checkIntegrity(of directory: String) throws {
        let copy = try Scratch()
        for name in ["carillon.db", "carillon.db-wal"]
        where FileManager.default.fileExists(atPath: directory + "/" + name) {
            try FileManager.default.copyItem(
                atPath: directory + "/" + name, toPath: copy.path + "/" + name)
        }
        var connection: OpaquePointer?
        var statement: OpaquePointer?
        #expect(sqlite3_open(copy.path + "/carillon.db", &connection) == SQLITE_OK)
        sqlite3_prepare_v2(connection, "PRAGMA integrity_check", -1, &statement, nil)
        #expect(sqlite3_step(statement) == SQLITE_ROW)
        #expect(sqlite3_column_text(statement, 0).map { String(cString: $0) } == "ok")
        sqlite3_finalize(statement)
        sqlite3_close(connection)
    }
}
