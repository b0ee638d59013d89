import EventCore
import Foundation
import Net
import TestSupport
import Testing

@testable import Transports

/// Whoever may listen on a broker's port.
@Suite("RabbitMQ: peers that are no brokers")
struct AMQPPeerTests {
    private let bench: CourierBench

    init() throws {
        bench = try CourierBench {
            $0.connectTimeoutMilliseconds = 300
            $0.loginTimeoutMilliseconds = 300
            $0.replyTimeoutMilliseconds = 300
        }
    }

    /// Makes one attempt at a peer that does `what` with the connection, and gives its verdict.
    private func verdict(
        _ peer: StreamPeer, _ what: (StreamPeer.Connection) -> Void
    ) throws -> Verdict? {
        let before = bench.verdicts.count
        bench.attempt([try CourierBench.target("rabbitmq:u:secret@127.0.0.1:\(peer.port)/q")])
        let connection = try #require(peer.accept())
        what(connection)
        return bench.wait(before + 1).last
    }

    @Test("A closed port is said in words, within a moment")
    func refused() throws {
        let port = DeadPort()
        bench.attempt([try CourierBench.target("rabbitmq:127.0.0.1:\(port.port)/q")])
        #expect(
            bench.wait(1) == [
                .unreachable(.refused, words: "connection refused by 127.0.0.1:\(port.port)")
            ])
    }

    @Test("A port that speaks HTTP does not speak AMQP")
    func http() throws {
        let peer = StreamPeer()
        let verdict = try verdict(peer) { $0.write("HTTP/1.1 400 Bad Request\r\n\r\n") }
        let words = "127.0.0.1:\(peer.port) does not speak AMQP 0-9-1"
        #expect(verdict == .unreachable(.reply, words: words))
    }

    @Test("A broker of another version does not speak AMQP 0-9-1")
    func otherVersion() throws {
        let peer = StreamPeer()
        let verdict = try verdict(peer) { $0.write("AMQP\u{0}\u{1}\u{0}\u{0}") }
        let words = "127.0.0.1:\(peer.port) does not speak AMQP 0-9-1"
        #expect(verdict == .unreachable(.reply, words: words))
    }

    @Test("A port that closes is said in words")
    func closes() throws {
        let peer = StreamPeer()
        let verdict = try verdict(peer) { $0.close() }
        #expect(
            verdict == .unreachable(.connect, words: "connection closed by 127.0.0.1:\(peer.port)"))
    }

    @Test("A port that never answers is given up in time")
    func silent() throws {
        let peer = StreamPeer()
        let start = Clock.boot()
        var kept: StreamPeer.Connection?
        let verdict = try verdict(peer) { kept = $0 }
        let words = "no answer from 127.0.0.1:\(peer.port) in time"
        #expect(verdict == .unreachable(.timeout, words: words))
        #expect(Clock.boot() - start < 5_000_000_000)
        #expect(kept?.sawEnd() == true)
    }

    @Test("A broker that resets at any byte of its greeting is unreachable, and nothing leaks")
    func resets() throws {
        let peer = StreamPeer()
        let descriptors = try Self.descriptors()
        for end in 0...AMQPFrames.start.count {
            let verdict = try verdict(peer) { connection in
                connection.write(Array(AMQPFrames.start[..<end]))
                connection.reset()
            }
            guard case .unreachable(let reason, _) = verdict else {
                Issue.record("\(end): \(String(describing: verdict))")
                continue
            }
            #expect(reason == .connect || reason == .reply, "\(end)")
        }
        // Other tests open and close descriptors of their own meanwhile.
        #expect(try eventually { try Self.descriptors() < descriptors + AMQPFrames.start.count })
    }

    @Test("Garbage of any kind is unreachable, whatever it looks like")
    func garbage() throws {
        var random = SeededRandom(seed: 7)
        let peer = StreamPeer()
        for _ in 0..<100 {
            var bytes = AMQPFrames.start
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            let verdict = try verdict(peer) { connection in
                connection.write(bytes + bytes)
                // Reads what we say, so that closing is no reset, then closes.
                _ = connection.readAvailable(4_096)
                connection.close()
            }
            guard case .unreachable = verdict else {
                Issue.record("\(bytes): \(String(describing: verdict))")
                return
            }
        }
    }

    @Test("Closing does not wait for a peer that hangs")
    func stops() throws {
        let bench = try CourierBench { $0.loginTimeoutMilliseconds = 60_000 }
        let peer = StreamPeer()
        bench.attempt([try CourierBench.target("rabbitmq:127.0.0.1:\(peer.port)/q")])
        let connection = try #require(peer.accept())
        // Its header has come: it waits for an answer that it trusts to come within a minute.
        #expect(connection.read(4) == "AMQP")
        let start = Clock.boot()
        bench.close()
        #expect(Clock.boot() - start < 20_000_000_000)
        #expect(bench.verdicts.count == 1)
    }

    @Test("More brokers than connections: an idle one makes room, a busy one does not")
    func connectionsMax() throws {
        let bench = try CourierBench {
            $0.connectionsMax = 1
            $0.loginTimeoutMilliseconds = 60_000
        }
        let (first, second) = (StreamPeer(), StreamPeer())
        bench.attempt([try CourierBench.target("rabbitmq:127.0.0.1:\(first.port)/q")])
        let connection = try #require(first.accept())
        bench.attempt([try CourierBench.target("rabbitmq:127.0.0.1:\(second.port)/q")])
        #expect(bench.wait(1) == [.unreachable(.system, words: "more than 1 connections at once")])
        connection.close()
        #expect(bench.wait(2).count == 2)
        bench.attempt([try CourierBench.target("rabbitmq:127.0.0.1:\(second.port)/q")])
        #expect(second.accept() != nil)
    }

    private static func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }
}
