import EventCore
import Net
import TestSupport
import Testing
import WireFormats

@testable import Transports

@Suite("JSON-RPC over TCP: connections")
struct StreamCourierTests {
    private static let big = "{\"x\":\"" + String(repeating: "y", count: 100_000) + "\"}"

    @Test("objects go out back to back on one connection, which is kept")
    func kept() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        #expect(harness.outcome(target, ["{\"a\":1}", "{\"b\":2}"]) == [.delivered, .delivered])
        let connection = try #require(peer.accept())
        #expect(harness.outcome(target, ["{\"c\":3}"]) == [.delivered])
        #expect(connection.read(21) == "{\"a\":1}{\"b\":2}{\"c\":3}")
        #expect(peer.accept(seconds: 0) == nil)
    }

    @Test("sockets that differ in method, mode and batch share the connection")
    func shared() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let first = try harness.target("tcp:127.0.0.1:\(peer.port)/m#batch=4")
        #expect(harness.outcome(first, ["{\"a\":1}"]) == [.delivered])
        let connection = try #require(peer.accept())
        harness.begin(try harness.target("tcp:127.0.0.1:\(peer.port)#mode=request"), ["{\"id\":1}"])
        #expect(connection.read(15) == "{\"a\":1}{\"id\":1}")
        connection.write(#"{"jsonrpc":"2.0","result":0,"id":1}"#)
        #expect(harness.end() == [.delivered])
    }

    @Test("IPv6 is reached as IPv4 is")
    func ipv6() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer(isIPv6: true)
        #expect(
            harness.outcome(try harness.target("tcp:[::1]:\(peer.port)"), ["{}"]) == [.delivered])
        #expect(try #require(peer.accept()).read(2) == "{}")
    }

    @Test("a name's addresses are tried one after the other")
    func addresses() throws {
        let names = NameServers()
        let peer = StreamPeer()
        // Nobody listens on the first two: one is refused, one is another family.
        names.set("several", .success([.v4(0x7F00_0002), .v6(0, 1), .v4(0x7F00_0001)]))
        let harness = try StreamHarness(names: names)
        let target = try harness.target("tcp:several:\(peer.port)")
        #expect(harness.outcome(target, ["{}"]) == [.delivered])
        #expect(try #require(peer.accept()).read(2) == "{}")
    }

    @Test("a name without address is tried again, and says so")
    func unresolved() throws {
        let harness = try StreamHarness()
        let end = harness.outcome(try harness.target("tcp:nowhere:5"), ["{}", "{}"])
        let expected = Verdict.tryAgain(.unresolved, words: "no address for nowhere:5")
        #expect(end == [expected, expected])
    }

    @Test("a name whose servers are silent costs the time to connect, and nobody else anything")
    func silentNames() throws {
        let names = NameServers()
        names.hang("silent")
        defer { names.letGo("silent") }
        let harness = try StreamHarness(names: names) { $0.connectTimeoutMilliseconds = 100 }
        let peer = StreamPeer()
        harness.begin(try harness.target("tcp:silent:5"), ["{}"])
        let other = try harness.target("tcp:127.0.0.1:\(peer.port)")
        #expect(harness.outcome(other, ["{}"]) == [.delivered])
        #expect(harness.end()?.first?.isTryAgain(.unresolved) == true)
    }

    @Test("nobody listens: all are tried again, and it says who refused")
    func refused() throws {
        let harness = try StreamHarness()
        let port = DeadPort()
        let target = try harness.target("tcp:127.0.0.1:\(port.port)")
        let expected = Verdict.tryAgain(
            .refused, words: "connection refused by 127.0.0.1:\(port.port)")
        #expect(harness.outcome(target, ["{}", "{}"]) == [expected, expected])
        #expect(harness.outcome(target, ["{}"]) == [expected])
    }

    @Test("the target policy judges the address of the connection; what it refuses has failed")
    func policy() throws {
        let names = NameServers()
        let peer = StreamPeer()
        names.set("inside", .success([.v4(0x7F00_0001)]))
        let harness = try StreamHarness(policy: TargetPolicy(mode: .publicOnly), names: names)
        let end = harness.outcome(try harness.target("tcp:inside:\(peer.port)"), ["{}"])
        #expect(
            end == [
                .ended(
                    .failed(.forbidden),
                    words: "the target policy allows no address of inside:\(peer.port)")
            ])
        #expect(peer.accept(seconds: 0) == nil)
    }

    @Test("a full accept queue costs the time to connect, and nobody else anything")
    func fullBacklog() throws {
        let harness = try StreamHarness { $0.connectTimeoutMilliseconds = 300 }
        let full = StreamPeer(backlog: 0)
        // Linux takes one more than the backlog, and does not answer those behind it.
        let first = try harness.target("tcp:127.0.0.1:\(full.port)#framing=newline")
        #expect(harness.outcome(first, ["{}"]) == [.delivered])
        harness.begin(try harness.target("tcp:127.0.0.1:\(full.port)"), ["{}"])
        let healthy = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(healthy.port)")
        #expect(harness.outcome(target, ["{}"]) == [.delivered])
        #expect(
            harness.end() == [
                .tryAgain(
                    .timeout, words: "no connection to 127.0.0.1:\(full.port) within 300 ms")
            ])
    }

    @Test("a peer that closed while nothing was under way is noticed before the next write")
    func idleClose() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        for round in 0..<20 {
            let object = "{\"n\":\(round)}"
            #expect(harness.outcome(target, [object]) == [.delivered])
            let connection = try #require(peer.accept())
            #expect(connection.read(object.utf8.count) == object)
            connection.close()
        }
    }

    @Test("a peer that closes a connection in use is noticed by the look between two attempts")
    func closeInUse() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        for _ in 0..<20 {
            #expect(harness.outcome(target, ["[1]"]) == [.delivered])
            let connection = try #require(peer.accept())
            harness.look()
            #expect(harness.outcome(target, ["[2]"]) == [.delivered])
            #expect(connection.read(6) == "[1][2]")
            connection.close()
            harness.look()
        }
    }

    @Test("a reset while nothing was under way is noticed as well")
    func idleReset() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        for _ in 0..<20 {
            #expect(harness.outcome(target, ["{}"]) == [.delivered])
            let connection = try #require(peer.accept())
            #expect(connection.read(2) == "{}")
            connection.reset()
        }
    }

    @Test("after a reset at any byte, the next connection begins with a whole object")
    func resetAnywhere() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        let object = #"{"jsonrpc":"2.0","method":"E"}"#
        for offset in 0...object.utf8.count {
            #expect(harness.outcome(target, [object]) == [.delivered])
            let connection = try #require(peer.accept())
            #expect(connection.read(offset) == String(object.prefix(offset)))
            connection.reset()
        }
    }

    @Test("a slow peer gets every byte, in order, though no write takes all")
    func slowPeer() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)#framing=newline")
        let payloads = (0..<60).map { "{\"n\":\($0)," + Self.big.dropFirst() }
        harness.begin(target, payloads)
        let connection = try #require(peer.accept())
        var received: [UInt8] = []
        let count = payloads.reduce(0) { $0 + $1.utf8.count + 1 }
        #expect(!harness.turn(seconds: 0.05) { !$0.isEmpty })
        harness.turn { _ in
            received += connection.readAvailable(50_000)
            return received.count == count
        }
        #expect(harness.end() == Array(repeating: .delivered, count: 60))
        #expect(
            String(decoding: received, as: UTF8.self)
                == payloads.map { $0 + "\n" }.joined())
    }

    @Test(
        "a reset in the middle of an object: it comes whole on the next connection, what was before it does not"
    )
    func resetInside() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        let payloads = (0..<60).map { "{\"n\":\($0)," + Self.big.dropFirst() }
        harness.begin(target, payloads)
        let connection = try #require(peer.accept())
        #expect(!harness.turn(seconds: 0.05) { !$0.isEmpty })
        connection.reset()
        let verdicts = try #require(harness.end())
        let failed = try #require(verdicts.firstIndex { $0 != .delivered })
        #expect(failed > 0)
        #expect(verdicts[failed].isTryAgain(.connect))
        #expect(verdicts[failed].words == "connection reset by 127.0.0.1:\(peer.port)")
        #expect(verdicts[(failed + 1)...].allSatisfy { $0 == .unsent })
        let next = try harness.beginOnNewConnection(target, [payloads[failed]], at: peer)
        #expect(next.read(10) == String(payloads[failed].prefix(10)))
    }

    @Test(
        "a peer that takes no byte is given up after the time allowed, and nobody else waits for it"
    )
    func hungPeer() throws {
        let harness = try StreamHarness()
        let hung = StreamPeer()
        let payloads = Array(repeating: Self.big, count: 60)
        harness.begin(try harness.target("tcp:127.0.0.1:\(hung.port)#timeout=200ms"), payloads)
        let connection = try #require(hung.accept())
        let healthy = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(healthy.port)")
        for _ in 0..<5 { #expect(harness.outcome(target, ["{}"]) == [.delivered]) }
        let verdicts = try #require(harness.end())
        let failed = try #require(verdicts.first { $0 != .delivered })
        #expect(
            failed
                == .tryAgain(.timeout, words: "127.0.0.1:\(hung.port) took no byte for 200 ms"))
        #expect(verdicts.last == .unsent)
        #expect(connection.sawEnd())
    }

    @Test("a peer that takes little is not given up as long as it takes something")
    func trickle() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)#timeout=300ms")
        let payloads = Array(repeating: Self.big, count: 40)
        harness.begin(target, payloads)
        let connection = try #require(peer.accept())
        let start = Clock.boot()
        var left = payloads.reduce(0) { $0 + $1.utf8.count }
        while left > 0, Clock.boot() - start < 20_000_000_000 {
            left -= connection.readAvailable(min(left, 200_000)).count
            harness.turn(seconds: 0.1) { _ in false }
        }
        #expect(Clock.boot() - start > 1_000_000_000)
        #expect(harness.end() == Array(repeating: .delivered, count: 40))
    }

    @Test("a subscription that ended while its connection was made is sent nothing")
    func endedWhileConnecting() throws {
        let names = NameServers()
        let peer = StreamPeer()
        names.set("later", .success([.v4(0x7F00_0001)]))
        let harness = try StreamHarness(names: names)
        harness.begin(
            try harness.target("tcp:later:\(peer.port)"), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"])
        harness.ledger.end(SubscriptionRef(slot: 1, generation: 1), as: .expired)
        #expect(harness.end() == [.delivered, .ended(.dropped(.expired)), .delivered])
        #expect(try #require(peer.accept()).read(14) == "{\"a\":1}{\"c\":3}")
    }

    @Test("what a peer sends unasked is taken and thrown away")
    func unasked() throws {
        let harness = try StreamHarness()
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        #expect(harness.outcome(target, ["{}"]) == [.delivered])
        let connection = try #require(peer.accept())
        for _ in 0..<100 {
            connection.write(String(repeating: "HTTP/1.1 400 Bad Request\r\n", count: 400))
            harness.turn(seconds: 0.001) { _ in false }
        }
        #expect(harness.outcome(target, ["{}"]) == [.delivered])
        #expect(connection.read(4) == "{}{}")
    }

    @Test("one connection more than are allowed closes the one that was idle for longest")
    func limit() throws {
        let harness = try StreamHarness { $0.connectionsMax = 2 }
        let peers = (0..<3).map { _ in StreamPeer() }
        var connections: [StreamPeer.Connection] = []
        for peer in peers {
            #expect(
                harness.outcome(try harness.target("tcp:127.0.0.1:\(peer.port)"), ["{}"])
                    == [.delivered])
            connections.append(try #require(peer.accept()))
            #expect(connections.last?.read(2) == "{}")
        }
        #expect(connections[0].sawEnd())
        #expect(!connections[1].hasInput && !connections[2].hasInput)
    }

    @Test("all connections busy: the attempt is to be made again")
    func allBusy() throws {
        let harness = try StreamHarness { $0.connectionsMax = 1 }
        let hung = StreamPeer()
        harness.begin(
            try harness.target("tcp:127.0.0.1:\(hung.port)"), Array(repeating: Self.big, count: 60))
        #expect(!harness.turn(seconds: 0.02) { !$0.isEmpty })
        let end = harness.outcome(try harness.target("tcp:127.0.0.1:1"), ["{}"])
        #expect(end == [.tryAgain(.system, words: "no room for a connection to 127.0.0.1:1")])
    }

    @Test("a connection that is not used for long is closed")
    func idleLimit() throws {
        let harness = try StreamHarness { $0.connectionIdleMaxSeconds = 0 }
        let peer = StreamPeer()
        let target = try harness.target("tcp:127.0.0.1:\(peer.port)")
        #expect(harness.outcome(target, ["{}"]) == [.delivered])
        harness.turn(seconds: 0.02) { _ in false }
        #expect(try #require(peer.accept()).sawEnd())
    }

    @Test("a stop hands back what has not been sent")
    func stop() throws {
        let harness = try StreamHarness()
        let hung = StreamPeer()
        harness.begin(
            try harness.target("tcp:127.0.0.1:\(hung.port)"), Array(repeating: Self.big, count: 60))
        #expect(!harness.turn(seconds: 0.02) { !$0.isEmpty })
        let verdicts = try #require(harness.close())
        #expect(verdicts.first == .delivered)
        #expect(verdicts.last == .unsent)
    }

    @Test("a thousand failed connections leave nothing behind")
    func failures() throws {
        let harness = try StreamHarness()
        let port = DeadPort()
        let target = try harness.target("tcp:127.0.0.1:\(port.port)")
        for _ in 0..<1_000 {
            #expect(harness.outcome(target, ["{}"])?.first?.isTryAgain(.refused) == true)
        }
        #expect(harness.courier.connections == 0)
    }
}
