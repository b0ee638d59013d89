import EventCore
import Net
import TestSupport
import Testing
import WireFormats

@testable import Transports

@Suite("JSON-RPC over TCP: deliveries")
struct StreamTransportTests {
    private func harness(
        names: NameServers = NameServers(), _ change: (inout StreamSettings) -> Void = { _ in }
    ) throws -> TransportHarness<StreamTransport> {
        var settings = StreamSettings()
        settings.delivery.retry.firstDelayMilliseconds = 20
        change(&settings)
        return try TransportHarness { [settings] policy in
            try StreamTransport(
                settings: settings, policy: policy,
                resolver: Resolver(clock: Clock.now, lookup: names.look))
        }
    }

    private let big = Params(values: [.string(String(repeating: "x", count: 50_000))])

    @Test("two subscribers behind one port share a connection, and each gets what it asked for")
    func shared() throws {
        let harness = try harness()
        let messages = StreamMessages(StreamPeer())
        let socket = "tcp:127.0.0.1:\(messages.peer.port)"
        harness.raise(
            "E_X", Params(values: [.integer(1)]),
            to: [
                try harness.target(socket), try harness.target(socket + "/My.Meth"),
                try harness.target(socket),
            ])
        let expected = ["E_X", "My.Meth", "E_X"].map {
            #"{"jsonrpc":"2.0","method":"\#($0)","params":[1]}"#
        }
        #expect((0..<3).map { _ in messages.next() } == expected)
        #expect(messages.connections == 1)
        #expect(
            harness.ledger.wait(for: 3).map(\.outcome) == Array(repeating: .delivered, count: 3))
    }

    @Test("requests have a number of 31 bits each, and end with the answer to it")
    func requests() throws {
        let harness = try harness()
        let messages = StreamMessages(StreamPeer())
        let target = try harness.target("jsonrpc:127.0.0.1:\(messages.peer.port)#mode=request")
        var numbers: [Int64] = []
        for _ in 0..<3 {
            harness.raise("E_X", to: [target])
            let request = try #require(messages.next())
            let number = try #require(NotificationFormat.idNumber(of: Array(request.utf8)))
            #expect(request == #"{"id":\#(number),"jsonrpc":"2.0","method":"E_X"}"#)
            #expect(0...2_147_483_647 ~= number)
            numbers.append(number)
            messages.answer(#"{"id":\#(number),"jsonrpc":"2.0","result":"OK"}"#)
        }
        #expect(
            harness.ledger.wait(for: 3).map(\.outcome) == Array(repeating: .delivered, count: 3))
        #expect(Set(numbers).count == 3)
    }

    @Test("a request whose connection breaks is sent again with the same number")
    func sameNumber() throws {
        let harness = try harness()
        let peer = StreamPeer()
        harness.raise(
            "E_X", to: [try harness.target("tcp:127.0.0.1:\(peer.port)#mode=request")])
        var sent: [String] = []
        for attempt in 0..<3 {
            let connection = try #require(peer.accept())
            let bytes = try #require(connection.readSome())
            sent.append(String(decoding: bytes, as: UTF8.self))
            guard attempt == 2 else { continue }
            let number = try #require(NotificationFormat.idNumber(of: bytes))
            connection.write(#"{"id":\#(number),"jsonrpc":"2.0","result":0}"#)
            #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.delivered])
        }
        #expect(Set(sent).count == 1)
    }

    @Test("what piles up while a call is in flight goes out as arrays")
    func batch() throws {
        let names = NameServers()
        names.hang("later")
        let harness = try harness(names: names)
        let messages = StreamMessages(StreamPeer())
        names.set("later", .success([.v4(0x7F00_0001)]))
        let target = try harness.target("tcp:later:\(messages.peer.port)#batch=4")
        for _ in 0..<7 { harness.raise("E", to: [target]) }
        names.letGo("later")
        var calls = 0
        while calls < 7, let message = messages.next() {
            let count = message.split(separator: "jsonrpc").count - 1
            #expect(count <= 4)
            #expect(message.hasPrefix("[") == (count > 1))
            calls += count
        }
        #expect(calls == 7)
        #expect(
            harness.ledger.wait(for: 7).map(\.outcome) == Array(repeating: .delivered, count: 7))
    }

    @Test("a receiver that comes back while its deliveries are tried again gets them, in order")
    func comesBack() throws {
        let harness = try harness { $0.delivery.retry.retriesMax = 1_000 }
        let free = try FreePorts(1)
        let port = free.numbers[0]
        let target = try harness.target("tcp:127.0.0.1:\(port)")
        for number in 0..<5 {
            harness.raise("E", Params(values: [.integer(Int64(number))]), to: [target])
        }
        #expect(try eventually { try harness.health("tcp:127.0.0.1:\(port)")?.lastError != nil })
        #expect(
            try harness.health("tcp:127.0.0.1:\(port)")?.lastError
                == "connection refused by 127.0.0.1:\(port)")
        free.release()
        let messages = StreamMessages(StreamPeer(port: port))
        for number in 0..<5 {
            #expect(
                messages.next() == #"{"jsonrpc":"2.0","method":"E","params":[\#(number)]}"#)
        }
        #expect(
            harness.ledger.wait(for: 5).map(\.outcome) == Array(repeating: .delivered, count: 5))
    }

    @Test("a hung peer delays no other: its queue fills, and what no longer fits is counted")
    func hungPeer() throws {
        let harness = try harness {
            $0.delivery.queue.messagesPerDestination = 10
            $0.timeoutMilliseconds = 60_000
        }
        let hung = StreamPeer()
        let stuck = try harness.target("tcp:127.0.0.1:\(hung.port)")
        let messages = StreamMessages(StreamPeer())
        let healthy = try harness.target("tcp:127.0.0.1:\(messages.peer.port)")
        for _ in 0..<300 { harness.raise("E_BIG", big, to: [stuck]) }
        for _ in 0..<5 {
            harness.raise("E_SMALL", to: [healthy])
            #expect(messages.next() == #"{"jsonrpc":"2.0","method":"E_SMALL"}"#)
        }
        harness.transport.stop(drainMilliseconds: 0)
        let ends = harness.ledger.wait(for: 305).filter {
            $0.subscription == stuck.subscription
        }
        #expect(ends.count == 300)
        #expect(ends.contains { $0.outcome == .dropped(.queueFull) })
        #expect(ends.contains { $0.outcome == .dropped(.stopped) })
        // What the kernel took counts as delivered; nothing else does.
        #expect(ends.filter { $0.outcome == .delivered }.count < 200)
    }

    @Test("a subscription that ends while its deliveries wait is sent nothing more")
    func expiry() throws {
        let harness = try harness {
            $0.timeoutMilliseconds = 60_000
            $0.delivery.queue.bytesPerDestination = 64 << 20
        }
        let peer = StreamPeer()
        let socket = "tcp:127.0.0.1:\(peer.port)"
        let (filling, ending) = (try harness.target(socket), try harness.target(socket))
        for _ in 0..<200 { harness.raise("E_BIG", big, to: [filling]) }
        for _ in 0..<3 { harness.raise("E_LAST", to: [ending]) }
        harness.ledger.end(ending.subscription, as: .expired)
        let messages = StreamMessages(peer)
        for _ in 0..<200 { #expect(try #require(messages.next()).contains("E_BIG")) }
        let ends = harness.ledger.wait(for: 203).filter { $0.subscription == ending.subscription }
        #expect(ends.map(\.outcome) == Array(repeating: .dropped(.expired), count: 3))
    }

    @Test("a stop gives what waits the time allowed, then drops the rest")
    func stop() throws {
        let harness = try harness { $0.timeoutMilliseconds = 60_000 }
        let messages = StreamMessages(StreamPeer())
        let hung = StreamPeer()
        let healthy = try harness.target("tcp:127.0.0.1:\(messages.peer.port)")
        let stuck = try harness.target("tcp:127.0.0.1:\(hung.port)")
        for _ in 0..<200 { harness.raise("E_BIG", big, to: [stuck]) }
        for _ in 0..<20 { harness.raise("E", to: [healthy]) }
        harness.transport.stop(drainMilliseconds: 200)
        let ends = harness.ledger.wait(for: 220)
        #expect(
            ends.filter { $0.subscription == healthy.subscription }.map(\.outcome)
                == Array(repeating: .delivered, count: 20))
        #expect(
            ends.contains {
                $0.subscription == stuck.subscription && $0.outcome == .dropped(.stopped)
            })
        for _ in 0..<20 { #expect(messages.next() != nil) }
    }

    @Test("ten thousand deliveries to ten receivers: none lost, each in order")
    func load() throws {
        let harness = try harness { $0.delivery.queue.messagesPerDestination = 2_000 }
        let readers = (0..<10).map { _ in StreamMessages(StreamPeer(), framing: .newline) }
        let targets = try readers.map {
            try harness.target("tcp:127.0.0.1:\($0.peer.port)#framing=newline")
        }
        for number in 0..<1_000 {
            harness.raise("E", Params(values: [.integer(Int64(number))]), to: targets)
        }
        for reader in readers {
            for number in 0..<1_000 {
                let message = try #require(reader.next())
                #expect(message == #"{"jsonrpc":"2.0","method":"E","params":[\#(number)]}"#)
            }
            #expect(reader.connections == 1)
        }
        #expect(harness.ledger.wait(for: 10_000).allSatisfy { $0.outcome == .delivered })
    }
}
