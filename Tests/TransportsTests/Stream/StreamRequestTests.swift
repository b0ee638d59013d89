import EventCore
import Net
import TestSupport
import Testing
import WireFormats

@testable import Transports

@Suite("JSON-RPC over TCP: requests and their replies")
struct StreamRequestTests {
    /// A target in request mode, its peer, and the connection once an attempt is under way.
    private func begin(
        _ harness: StreamHarness, _ peer: StreamPeer, _ payloads: [String], options: String = ""
    ) throws -> (target: StreamTarget, connection: StreamPeer.Connection) {
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)#mode=request" + options)
        return (target, try harness.beginOnNewConnection(target, payloads, at: peer))
    }

    private func result(_ id: Int) -> String { #"{"jsonrpc":"2.0","result":0,"id":\#(id)}"# }

    @Test(
        "replies are matched by id, in whatever order and pieces they come", arguments: [1, 7, 500])
    func pieces(size: Int) throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let (_, connection) = try begin(
            harness, peer, ["{\"id\":1}", "{\"id\":2}", "{\"id\":3}"])
        #expect(connection.read(24) == "{\"id\":1}{\"id\":2}{\"id\":3}")
        let error = #"{"jsonrpc":"2.0","error":{"code":-5,"message":"no\nroute"},"id":2}"#
        var rest = Substring(" " + result(3) + error + "\r\n" + result(1))
        while !rest.isEmpty {
            connection.write(String(rest.prefix(size)))
            rest = rest.dropFirst(size)
            harness.turn(seconds: 0.001) { !$0.isEmpty }
        }
        let refused = Verdict.ended(
            .failed(.reply), words: "error -5 from 127.0.0.1:\(peer.port): no route")
        #expect(harness.end() == [.delivered, refused, .delivered])
    }

    @Test("with a framing, requests and replies have it both", arguments: StreamFraming.allCases)
    func framing(framing: StreamFraming) throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let (_, connection) = try begin(
            harness, peer, ["{\"id\":1}", "{\"id\":2}"], options: "&framing=\(framing.rawValue)")
        var expected: [UInt8] = []
        for id in [1, 2] {
            expected.append(message: Array("{\"id\":\(id)}".utf8), framing: framing)
        }
        #expect(connection.readBytes(expected.count) == expected)
        var replies: [UInt8] = []
        for id in [2, 1] { replies.append(message: Array(result(id).utf8), framing: framing) }
        connection.write(String(decoding: replies, as: UTF8.self))
        #expect(harness.end() == [.delivered, .delivered])
    }

    @Test("a batch is answered by an array, or one by one")
    func batch() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let payloads = (1...4).map { "{\"id\":\($0)}" }
        let (_, connection) = try begin(harness, peer, payloads, options: "&batch=3")
        #expect(connection.read(36) == "[{\"id\":1},{\"id\":2},{\"id\":3}]{\"id\":4}")
        connection.write("[\(result(3)),\(result(1))]" + result(4) + result(2))
        #expect(harness.end() == Array(repeating: .delivered, count: 4))
    }

    @Test("what has no reply in time has failed; a late reply is nobody's")
    func timeout() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let (target, connection) = try begin(
            harness, peer, ["{\"id\":1}", "{\"id\":2}"], options: "&timeout=200ms")
        connection.write(result(2))
        let late = Verdict.ended(
            .failed(.timeout), words: "no reply from 127.0.0.1:\(peer.port) within 200 ms")
        #expect(harness.end() == [late, .delivered])
        // It is as good as dead: the next request has a connection of its own.
        let next = try harness.beginOnNewConnection(target, ["{\"id\":3}"], at: peer)
        #expect(next.read(8) == "{\"id\":3}")
        connection.write(result(1))
        next.write(result(1) + result(3))
        #expect(harness.end() == [.delivered])
    }

    @Test(
        "a connection that breaks before the reply: the request is sent again, as it was",
        arguments: [true, false])
    func lost(isReset: Bool) throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let (target, connection) = try begin(harness, peer, ["{\"id\":1}", "{\"id\":2}"])
        #expect(connection.read(16) == "{\"id\":1}{\"id\":2}")
        connection.write(result(1))
        harness.turn(seconds: 0.02) { !$0.isEmpty }
        if isReset { connection.reset() } else { connection.close() }
        let verdicts = try #require(harness.end())
        #expect(verdicts[0] == .delivered)
        #expect(verdicts[1].isTryAgain(.connect))
        let next = try harness.beginOnNewConnection(target, ["{\"id\":2}"], at: peer)
        #expect(next.read(8) == "{\"id\":2}")
        next.write(result(2))
        #expect(harness.end() == [.delivered])
    }

    @Test(
        "an answer that is no JSON-RPC ends the connection, and what waited has failed",
        arguments: [
            "HTTP/1.1 400 Bad Request\r\n\r\n", "{x}", "}", "[[[[[[[[", "{\"a\":\"b",
            #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#,
        ])
    func unreadable(start: String) throws {
        // The two that are right so far become too deep and too long.
        let isOpen = start.hasPrefix("[") || start.hasSuffix("b")
        let answer = start + (isOpen ? String(repeating: start.last ?? " ", count: 70_000) : "")
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let (target, connection) = try begin(harness, peer, ["{\"id\":1}", "{\"id\":2}"])
        connection.write(answer)
        let verdicts = try #require(harness.end())
        #expect(verdicts.allSatisfy { $0.isFailure(.reply) })
        #expect(verdicts.allSatisfy { $0.words?.contains("127.0.0.1:\(peer.port)") == true })
        let next = try harness.beginOnNewConnection(target, ["{\"id\":3}"], at: peer)
        #expect(next.read(8) == "{\"id\":3}")
    }

    @Test("a message that answers nothing is ignored")
    func foreign() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let (_, connection) = try begin(harness, peer, ["{\"id\":1}"])
        connection.write(
            #"{"jsonrpc":"2.0","method":"ping"}{"jsonrpc":"2.0","result":0,"id":"1"}[]"# + result(9)
        )
        #expect(!harness.turn(seconds: 0.05) { !$0.isEmpty })
        connection.write(result(1))
        #expect(harness.end() == [.delivered])
    }

    @Test("a request on a connection that has said something unasked gets a new one")
    func outOfStep() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let notified = try harness.target("tcp:127.0.0.1:\(peer.port)")
        #expect(harness.outcome(notified, ["{}"]) == [.delivered])
        let connection = try #require(peer.accept())
        connection.write("{\"half")
        harness.turn(seconds: 0.02) { _ in false }
        let (_, next) = try begin(harness, peer, ["{\"id\":1}"])
        #expect(next.read(8) == "{\"id\":1}")
        next.write(result(1))
        #expect(harness.end() == [.delivered])
    }

    @Test("a stop: what waits for its reply goes back")
    func stop() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let (_, connection) = try begin(harness, peer, ["{\"id\":1}"])
        #expect(connection.read(8) == "{\"id\":1}")
        #expect(harness.close() == [.unsent])
    }
}
