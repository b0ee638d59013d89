import EventCore
import Foundation
import Net
import TestSupport
import Testing

@testable import Transports

@Suite("JSON-RPC over HTTP: isolation, limits and the end")
struct RPCIsolationTests {
    @Test("A hundred receivers that never answer delay a healthy one by nothing to speak of")
    func hungReceivers() throws {
        let hung = try LoopbackReceiver { _ in .never }
        let healthy = try LoopbackReceiver { _ in .status(204) }
        defer {
            hung.stop()
            healthy.stop()
        }
        let harness = try RPCHarness()
        let dead = try (0..<100).map { try harness.target(hung.url + "/\($0)#timeout=60s") }
        for _ in 0..<5 { harness.raise(to: dead) }
        let target = try harness.target(healthy.url + "/")
        for _ in 0..<50 { harness.raise(to: [target]) }
        let results = harness.ledger.wait(for: 50, seconds: 10)
        #expect(results.count == 50)
        #expect(
            results.allSatisfy {
                $0.subscription == target.subscription && $0.outcome == .delivered
            })
        #expect(hung.wait(for: 100).count == 100)
    }

    @Test("A destination in a long pause after a failure delays no other")
    func pausedReceivers() throws {
        let failing = try LoopbackReceiver { _ in .status(503, header: "Retry-After: 100\r\n") }
        let healthy = try LoopbackReceiver { _ in .status(204) }
        defer {
            failing.stop()
            healthy.stop()
        }
        let harness = try RPCHarness()
        harness.raise(to: try (0..<200).map { try harness.target(failing.url + "/\($0)") })
        failing.wait(for: 200)
        #expect(try harness.outcome(healthy.url + "/") == .delivered)
        #expect(harness.ledger.results.count == 1)
    }

    @Test("A subscription that ended while its delivery waited is sent nothing")
    func unsubscribed() throws {
        let receiver = try LoopbackReceiver { request in
            .delayed(milliseconds: 200, "HTTP/1.1 204 X\r\n\r\n")
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let first = try harness.target(receiver.url + "/")
        let second = try harness.target(receiver.url + "/")
        let third = try harness.target(receiver.url + "/")
        harness.raise(to: [first, second, third])
        receiver.wait(for: 1)
        harness.ledger.end(first.subscription)
        harness.ledger.end(second.subscription, as: .expired)
        let results = harness.ledger.wait(for: 3)
        #expect(results.map(\.subscription) == [first, second, third].map(\.subscription))
        #expect(results.map(\.outcome) == [.delivered, .dropped(.expired), .delivered])
        #expect(receiver.requests.count == 2)
    }

    @Test("A subscription that ended while its connection was being made is sent nothing")
    func unsubscribedWhileConnecting() throws {
        // Full: two connections wait in its backlog, so the next one's handshake is not answered for a
        // second.
        let receiver = try FullListener()
        let harness = try RPCHarness { $0.connectTimeoutMilliseconds = 10_000 }
        let target = try harness.target("http://127.0.0.1:\(receiver.port)/#timeout=20s")
        harness.raise(to: [target])
        harness.ledger.waitForQuestion()
        harness.ledger.end(target.subscription)
        receiver.accept()
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.dropped(.unsubscribed)])
    }

    @Test(
        "A queue that overflows drops its oldest, and every delivery is accounted for exactly once")
    func overflow() throws {
        let receiver = try LoopbackReceiver { request in request.number == 0 ? .never : .status(204)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness { $0.delivery.queue.messagesPerDestination = 10 }
        let target = try harness.target(receiver.url + "/#timeout=1s")
        harness.raise("E_FIRST", to: [target])
        receiver.wait(for: 1)
        for number in 0..<100 { harness.raise("E_\(number)", to: [target]) }
        let outcomes = harness.ledger.wait(for: 101).map(\.outcome)
        #expect(outcomes.count == 101)
        #expect(outcomes.count { $0 == .dropped(.queueFull) } == 90)
        #expect(outcomes.count { $0 == .failed(.timeout) } == 1)
        #expect(outcomes.count { $0 == .delivered } == 10)
        let bodies = receiver.requests.dropFirst().map(\.body)
        #expect(bodies == (90..<100).map { #"{"jsonrpc":"2.0","method":"E_\#($0)"}"# })
    }

    @Test(
        "Stopping gives up what is under way and what waits, each once, and closes every connection"
    )
    func stopWhilePending() throws {
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let target = try harness.target(receiver.url + "/#timeout=60s")
        for _ in 0..<20 { harness.raise(to: [target]) }
        receiver.wait(for: 1)
        let start = Date()
        harness.transport.stop(drainMilliseconds: 0)
        #expect(Date().timeIntervalSince(start) < 20, "not the 60 s that a call may take")
        #expect(harness.ledger.outcomes == Array(repeating: .dropped(.stopped), count: 20))
        #expect(harness.raise(to: [target]) == [.dropped(.stopped)])
        harness.transport.stop(drainMilliseconds: 1_000)
        #expect(harness.ledger.results.count == 20)
    }

    @Test(
        "Stopping with time to drain lets queued deliveries go out, and returns as soon as they have"
    )
    func drain() throws {
        let receiver = try LoopbackReceiver { _ in .status(204) }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let target = try harness.target(receiver.url + "/")
        for _ in 0..<200 { harness.raise(to: [target]) }
        let start = Date()
        harness.transport.stop(drainMilliseconds: 20_000)
        #expect(Date().timeIntervalSince(start) < 10)
        #expect(harness.ledger.outcomes == Array(repeating: .delivered, count: 200))
    }

    @Test(
        "Scheduled work runs in order on a queue of the transport's own, even before it is attached"
    )
    func schedule() throws {
        let transport = try RPCTransport(policy: TargetPolicy())
        let seen = RecordingLedger()
        for number in UInt32(0)..<100 {
            transport.schedule {
                seen.settle([
                    DeliveryResult(
                        subscription: SubscriptionRef(slot: number, generation: 0),
                        outcome: .delivered)
                ])
            }
        }
        #expect(seen.wait(for: 100).map(\.subscription.slot) == Array(0..<100))
        transport.stop(drainMilliseconds: 0)
    }

    @Test("Mixed receivers under load: every delivery ends exactly once")
    func accounting() throws {
        let receivers = try [
            LoopbackReceiver { _ in .status(204) },
            LoopbackReceiver { request in .status(request.number % 3 == 0 ? 503 : 200) },
            LoopbackReceiver { request in
                request.number % 2 == 0 ? .reset("HTTP/1.1 2") : .status(200)
            },
            LoopbackReceiver { request in request.number % 5 == 0 ? .close("") : .status(404) },
        ]
        let harness = try RPCHarness()
        let closed = DeadPort()
        var targets: [Target] = []
        for receiver in receivers {
            targets += try (0..<10).map { try harness.target(receiver.url + "/\($0)") }
        }
        targets.append(try harness.target("http://127.0.0.1:\(closed.port)/"))
        for _ in 0..<20 { harness.raise(to: targets) }
        let results = harness.ledger.wait(for: targets.count * 20, seconds: 60)
        #expect(results.count == targets.count * 20)
        for target in targets {
            #expect(results.count { $0.subscription == target.subscription } == 20)
        }
        let healthy = Set(targets.prefix(10).map(\.subscription))
        #expect(
            results.allSatisfy { !healthy.contains($0.subscription) || $0.outcome == .delivered })
        harness.transport.stop(drainMilliseconds: 0)
        for receiver in receivers { receiver.stop() }
    }
}

/// A listener whose backlog is full: connections to it stay half open until it accepts.
final class FullListener {
    let port: UInt16
    private let descriptor: Int32
    private var fillers: [Int32] = []

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 0) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isListening)
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        for _ in 0..<2 {
            let filler = socket(
                AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(filler, $0, size) }
            }
            fillers.append(filler)
        }
    }

    /// Makes room: connections that wait come through at their next try.
    func accept() {
        for _ in 0..<2 { fillers.append(Glibc.accept(descriptor, nil, nil)) }
    }

    deinit {
        for filler in fillers { close(filler) }
        close(descriptor)
    }
}
