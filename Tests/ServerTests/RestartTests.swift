import Foundation
import Server
import TestSupport
import Testing

@Suite("Restart")
struct RestartTests {
    let directory = NSTemporaryDirectory() + "carillon-" + UUID().uuidString

    private func withService<Result>(_ body: (JSONClient) throws -> Result) throws -> Result {
        let service = try RunningService(stateDirectory: directory)
        defer { service.stop() }
        return try body(try service.client())
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: directory) }

    @Test(
        "subscriptions come back with id, options, lifetime and times; dynamic events too; and they work"
    )
    func kept() throws {
        defer { cleanUp() }
        let lines = DatagramReceiver()
        let before = try withService { client throws in
            try client.subscribe("E_DOOR", lines.socketText, #""format":"lines","expire":600"#)
            try client.subscribe("E_DOOR", "udp:[::1]:9", #""permanent":true"#)
            try client.subscribe(
                "E_PIKE_BLOCKED", "http://localhost:9/x#method=m&mode=request&timeout=2s")
            try client.subscribe("E_PIKE_BLOCKED", "unix:@carillon.test")
            try client.subscribe("E_PIKE_BLOCKED", "unix:/tmp/carillon.test", #""expire":31536000"#)
            _ = try client.send("PUT", "/events/E_ONLY_NAMED")
            return try client.subscribers()
        }
        #expect(before.count == 5)
        try withService { client throws in
            let after = try client.subscribers()
            #expect(stable(after) == stable(before))
            #expect(
                try client.send("GET", "/events/E_ONLY_NAMED").json["kind"] as? String == "dynamic")
            try client.raise("E_DOOR", "[1]")
            #expect(lines.receive() == "E_DOOR\n1\n\n")
            #expect(
                try client.subscribe("E_DOOR", lines.socketText).json["id"] as? String
                    == before.last?["id"] as? String, "the same identity renews what came back")
        }
    }

    @Test("what was unsubscribed stays gone, and no id is given twice")
    func ids() throws {
        defer { cleanUp() }
        let last = try withService { client throws in
            for port in 1...3 { try client.subscribe("E_A", "udp:127.0.0.1:\(port)") }
            let newest = try #require(try client.subscribers().first?["id"] as? String)
            for id in 1...3 {
                #expect(try client.send("DELETE", "/subscriptions/\(id)").status == 204)
            }
            return newest
        }
        #expect(last == "3")
        try withService { client throws in
            #expect(try client.subscribers().isEmpty)
            #expect(try client.send("GET", "/subscriptions/3").status == 404)
            #expect(try client.subscribe("E_A", "udp:127.0.0.1:1").json["id"] as? String == "4")
        }
    }

    @Test("what expired while the service was down is gone at start")
    func expired() throws {
        defer { cleanUp() }
        let deadline = try withService { client throws in
            try client.subscribe("E_A", "udp:127.0.0.1:1")
            let made = try client.subscribe("E_A", "udp:127.0.0.1:2", #""expire":1"#)
            return try #require(made.json["expires_at"] as? String)
        }
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let end = try Date(deadline, strategy: format)
        #expect(eventually { Date() > end })
        try withService { client throws in
            #expect(try client.subscribers().compactMap { $0["id"] as? String } == ["1"])
            #expect(try client.subscribe("E_A", "udp:127.0.0.1:2").json["id"] as? String == "3")
        }
    }

    @Test("the time that passes while it is down counts: the deadline stays where it was")
    func deadlines() throws {
        defer { cleanUp() }
        let first = try withService {
            try $0.subscribe("E_A", "udp:127.0.0.1:1", #""expire":100"#).json["expires_at"]
                as? String
        }
        for _ in 0..<3 {
            let again = try withService { try $0.subscribers().first?["expires_at"] as? String }
            #expect(again == first)
        }
    }

    @Test(
        "a socket that the settings now refuse is kept, not restored, and back when they allow it")
    func refusedNow() throws {
        defer { cleanUp() }
        try withService { _ = try $0.subscribe("E_A", "udp:127.0.0.1:1") }
        let strict = try RunningService(stateDirectory: directory) {
            $0.targetPolicy = "10.0.0.0/8"
        }
        #expect(try strict.client().subscribers().isEmpty)
        strict.stop()
        let restored = try withService { try $0.subscribers() }
        #expect(restored.count == 1)
    }

    /// All that a restart must not change, newest first.
    private func stable(_ subscribers: [[String: Any]]) -> [String] {
        subscribers.map { one in
            [
                "id", "event", "socket", "transport", "expire", "permanent", "expires_at",
                "created_at",
            ]
            .map { "\($0)=\(one[$0] ?? "-")" }.joined(separator: " ")
        }
    }
}
