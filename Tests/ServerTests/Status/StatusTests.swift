import EventCore
import Foundation
import Net
import Synchronization
import TestSupport
import Testing

@testable import Server

/// A part as `GET /status` tells of it.
struct PartView {
    let name: String
    let state: String
    let reason: String?
    let since: String

    /// All of them.
    static func read(_ client: JSONClient) throws -> [PartView] {
        let parts = try client.send("GET", "/status").json["parts"] as? [[String: Any]] ?? []
        return parts.map { part in
            PartView(
                name: part["name"] as? String ?? "", state: part["state"] as? String ?? "",
                reason: part["reason"] as? String, since: part["since"] as? String ?? "")
        }
    }
}

@Suite("GET /status")
struct StatusTests {
    @Test("where all is well every part is ok, with the moment since when, and so is the whole")
    func well() throws {
        let service = try RunningService { $0.miDatagram = ["127.0.0.1:0"] }
        let client = try service.client()
        let status = try client.send("GET", "/status").json
        #expect(status["state"] as? String == "ok")
        #expect(status["version"] as? String == Carillon.version)
        #expect((status["uptime_seconds"] as? Int ?? -1) >= 0)
        let parts = try PartView.read(client)
        #expect(
            parts.allSatisfy { $0.state == "ok" && $0.reason == nil && $0.since.hasSuffix("Z") })
        let names = parts.map(\.name)
        for name in [
            "listener http://127.0.0.1:\(service.port)", "loops", "store", "transport http",
            "transport datagram", "transport route", "settings", "log",
        ] {
            #expect(names.contains(name), "\(names)")
        }
        #expect(names.contains { $0.hasPrefix("door udp:127.0.0.1:") })
        #expect(names.contains { $0.hasPrefix("door fifo:") })
        #expect(Set(names).count == names.count)
    }

    @Test(
        "a destination that is left alone degrades its transport, says how many and which; it stays ready"
    )
    func breaker() throws {
        let service = try RunningService {
            $0.breakerFailures = 1
            $0.breakerPauseMilliseconds = 60_000
            $0.breakerPauseMaxMilliseconds = 60_000
        }
        let client = try service.client()
        let dead = DeadPort()
        try client.subscribe("E_A", "http://127.0.0.1:\(dead.port)/")
        try client.raise("E_A")
        let isTold = try eventually {
            try PartView.read(client).first { $0.name == "transport http" }?.state == "degraded"
        }
        #expect(isTold)
        let part = try #require(try PartView.read(client).first { $0.name == "transport http" })
        #expect(
            part.reason
                == "1 destination is left alone after failures, http://127.0.0.1:\(dead.port)/ first."
        )
        #expect(try client.send("GET", "/status").json["state"] as? String == "degraded")
        #expect(try client.send("GET", "/readyz").status == 200)
        #expect(try client.send("GET", "/livez").status == 200)
    }

    @Test("since when is when the state changed, and each change is heard of once")
    func since() {
        let board = StatusBoard()
        let state = Lock<PartCondition>(.ok("store"))
        let heard = Lock<[PartStatus]>([])
        board.add { [state.withLock { $0 }] }
        board.listen { part in heard.withLock { $0.append(part) } }
        #expect(board.read(at: 10).map(\.since) == [10])
        #expect(board.read(at: 20).map(\.since) == [10])
        state.withLock { $0 = .down("store", "full") }
        #expect(board.read(at: 30).map(\.since) == [30])
        state.withLock { $0 = .down("store", "still full") }
        #expect(
            board.read(at: 40) == [PartStatus(condition: .down("store", "still full"), since: 30)])
        state.withLock { $0 = .ok("store") }
        board.read(at: 50)
        #expect(heard.withLock { $0 }.map(\.condition.state) == [.down, .ok])
        #expect(heard.withLock { $0 }.map(\.since) == [30, 50])
    }

    @Test("a loop that has been at one thing for ten seconds is stuck, and /livez says so")
    func stuck() {
        #expect(Readiness.stuck(Readiness.turnMaxNanoseconds) == nil)
        let readiness = Readiness { false }
        #expect(readiness.whyDead() == nil)
        readiness.watch { 11_000_000_000 }
        #expect(readiness.whyDead()?.contains("11 s") == true)
    }

    @Test("asking costs the same however often it is asked")
    func cheap() {
        let readiness = Readiness { false }
        readiness.watch { 0 }
        func seconds() -> Double {
            let start = Clock.boot()
            for _ in 0..<20_000 { #expect(readiness.whyDead() == nil) }
            return Double(Clock.boot() - start) / 1e9
        }
        // It once took longer with every question, and overflowed the stack in the end.
        let first = seconds()
        for _ in 0..<3 { _ = seconds() }
        #expect(seconds() < 5 * first + 1)
    }

    @Test("it takes the role read")
    func role() throws {
        let files = try AccessFiles()
        try files.add("horn", "raise")
        let service = try RunningService { $0.tokensFile = files.tokens }
        let client = try service.client()
        for path in ["/status", "/metrics"] {
            #expect(try client.send("GET", path).status == 401)
            #expect(try client.send("GET", path, fields: bearer("horn")).status == 403)
        }
    }
}
