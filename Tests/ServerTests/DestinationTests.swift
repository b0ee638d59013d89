import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Server

@Suite("How it goes at a destination")
struct DestinationTests {
    private func service(
        _ change: (inout Settings) -> Void = { _ in }
    ) throws -> (RunningService, JSONClient) {
        let service = try RunningService {
            $0.retryDelayMilliseconds = 0
            $0.breakerFailures = 2
            $0.breakerPauseMilliseconds = 600_000
            $0.breakerPauseMaxMilliseconds = 600_000
            change(&$0)
        }
        return (service, try service.client())
    }

    private func destination(_ client: JSONClient, _ location: String) throws -> [String: Any] {
        try client.send("GET", location).json["destination"] as? [String: Any] ?? [:]
    }

    @Test(
        "a subscription shows breaker, failures, last error and next attempt; listings and ETag too"
    )
    func shown() throws {
        let (service, client) = try service()
        defer { service.stop() }
        let dead = DeadPort()
        let location = try #require(
            client.subscribe("E_A", "http://127.0.0.1:\(dead.port)/").fields["location"])
        #expect(try destination(client, location)["state"] as? String == "closed")
        #expect(try destination(client, location).count == 2)
        let tag = try #require(client.send("GET", "/subscribers").fields["etag"])
        try client.raise("E_A")
        #expect(try eventually { try destination(client, location)["state"] as? String == "open" })
        let shown = try destination(client, location)
        #expect(shown["consecutive_failures"] as? Int == 2)
        #expect(shown["last_error"] as? String == "connection refused by 127.0.0.1:\(dead.port)")
        let times = ["last_error_at", "next_attempt_at"].compactMap { shown[$0] as? String }
        #expect(times.count == 2 && times[0] < times[1])
        let listed = try client.subscribers()[0]["destination"] as? [String: Any]
        #expect(listed?["state"] as? String == "open")
        #expect(
            try client.send("GET", "/subscribers", fields: ["If-None-Match": tag]).status == 200)
        let statistics = try client.statistics()
        #expect(statistics["transport_http:breakers_open"] == 1)
        #expect(statistics["transport_http:waiting"] == 1)
        #expect(statistics["transport_http:retries"] == 1)
    }

    @Test("a change of health alone changes the ETag of a listing")
    func tag() throws {
        let busy = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"
        let receiver = try LoopbackReceiver { _ in .delayed(milliseconds: 300, busy) }
        defer { receiver.stop() }
        let (service, client) = try service { $0.retryDelayMilliseconds = 600_000 }
        defer { service.stop() }
        try client.subscribe("E_A", receiver.url + "/")
        try client.raise("E_A")
        receiver.wait(for: 1)
        let before = try client.send("GET", "/subscribers?event=E_A")
        let tag = ["If-None-Match": before.fields["etag"] ?? ""]
        #expect(
            try eventually {
                try client.send("GET", "/subscribers?event=E_A", fields: tag).status == 200
            })
        let shown = try client.subscribers()[0]
        let destination = shown["destination"] as? [String: Any]
        #expect((destination?["last_error"] as? String)?.hasSuffix(" answered 503") == true)
        #expect((shown["deliveries"] as? [String: Any])?["pending"] as? Int == 1)
    }

    @Test("a datagram's socket has no destination that anything waits for")
    func datagram() throws {
        let (service, client) = try service()
        defer { service.stop() }
        try client.subscribe("E_A", "udp:127.0.0.1:9")
        #expect(try client.subscribers()[0]["destination"] == nil)
    }

    @Test("410 ends the subscription: it is gone from every list, and stays so after a restart")
    func gone() throws {
        let receiver = try LoopbackReceiver { _ in .status(410) }
        defer { receiver.stop() }
        let (service, client) = try service()
        // Its directory lives as long as it does.
        defer { service.stop() }
        let location = try #require(
            client.subscribe("E_A", receiver.url + "/").fields["location"])
        try client.raise("E_A")
        #expect(try eventually { try client.send("GET", location).status == 404 })
        service.stop()
        let again = try RunningService(stateDirectory: service.stateDirectory)
        defer { again.stop() }
        #expect(try again.client().send("GET", location).status == 404)
    }

    @Test("what is left when the service stops is logged, transport by transport")
    func left() throws {
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        let recorder = LineRecorder()
        let service = try RunningService(log: recorder.log) { $0.drainMilliseconds = 0 }
        let client = try service.client()
        try client.subscribe("E_A", receiver.url + "/")
        for _ in 0..<3 { try client.raise("E_A") }
        receiver.wait(for: 1)
        service.stop()
        #expect(
            recorder.lines.filter { $0.hasPrefix("TRANSPORT") } == [
                "TRANSPORT(http): stopped dropped=3"
            ])
    }

    @Test("limits, retries and breaker change with a reload; a limit beyond the total is refused")
    func reload() throws {
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        let (service, client) = try service()
        defer { service.stop() }
        let location = try #require(
            client.subscribe("E_A", receiver.url + "/#timeout=60s").fields["location"])
        for _ in 0..<5 { try client.raise("E_A") }
        receiver.wait(for: 1)
        var settings = service.carillon.current.withLock { $0 }
        settings.queueMessagesMax = 2
        #expect(try service.carillon.reload(settings).applied == ["queue-messages-max"])
        try client.raise("E_A")
        #expect(
            try eventually {
                try client.deliveries(location)["dropped_by"] as? [String: Int]
                    == ["queue_full": 3]
            })
        settings.queueBytesMax = settings.queueBytesTotal + 1
        #expect(throws: StartError.self) { try service.carillon.reload(settings) }
    }
}
