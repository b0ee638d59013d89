import EventCore
import Foundation
import Net
import TestSupport
import Testing
import WireFormats

@testable import Transports

@Suite("Datagram transport")
struct DatagramTransportTests {
    let harness: DatagramHarness
    let directory: PrivateDirectory

    init() throws {
        harness = try DatagramHarness()
        directory = try PrivateDirectory()
    }

    @Test("JSON and lines arrive byte for byte as OpenSIPS sends them, over every kind of socket")
    func bytes() throws {
        let params = Params(named: [("ip", .string("192.0.2.7")), ("n", .integer(-5))])
        let json =
            #"{"jsonrpc":"2.0","method":"E_PIKE_BLOCKED","params":{"ip":"192.0.2.7","n":-5}}"#
        let lines = "E_PIKE_BLOCKED\nip::192.0.2.7\nn::-5\n\n"
        let v4 = DatagramReceiver()
        let v6 = DatagramReceiver(.ipv6)
        let path = directory.path + "/a"
        let abstract = "@carillon\(directory.path.suffix(6))"
        let unix = UnixReceiver(path)
        let named = UnixReceiver(abstract)
        let sockets = [v4.socketText, v6.socketText, "unix:" + path, path, "unix:" + abstract]
        let targets = try (sockets + sockets.map { $0 + "#format=lines" }).map {
            try harness.target($0)
        }
        let outcomes = harness.raise("E_PIKE_BLOCKED", params, to: targets)
        #expect(outcomes == Array(repeating: .delivered, count: 10))
        for expected in [json, lines] {
            #expect(v4.receive() == expected)
            #expect(v6.receive() == expected)
            #expect(unix.receive() == expected)
            #expect(unix.receive() == expected)
            #expect(named.receive() == expected)
        }
    }

    @Test("a dead port fails its own delivery and no other, wherever in the fan-out it is")
    func deadPort() throws {
        let dead = DeadPort()
        let receivers = (0..<20).map { _ in DatagramReceiver() }
        let v6 = DatagramReceiver(.ipv6)
        var targets: [Target] = []
        for receiver in receivers {
            targets.append(try harness.target(receiver.socketText))
            targets.append(try harness.target("udp:127.0.0.1:\(dead.port)"))
        }
        targets.append(try harness.target("udp:[::1]:\(dead.port)"))
        targets.append(try harness.target(v6.socketText))
        for round in 0..<3 {
            let outcomes = harness.raise("E_\(round)", to: targets)
            for (place, outcome) in outcomes.enumerated() {
                let isDead = place < 40 ? place % 2 == 1 : place == 40
                #expect(outcome == (isDead ? .failed(.refused) : .delivered), "\(place)")
            }
            for receiver in receivers + [v6] {
                #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_\#(round)"}"#)
            }
        }
        #expect(harness.transport.statistics().icmpErrors == 63)
        #expect(receivers.allSatisfy { $0.receiveNow() == nil })
    }

    @Test("65,507 bytes are carried, one more is too_large and harms nobody")
    func largest() throws {
        let receiver = DatagramReceiver()
        let target = try harness.target(receiver.socketText)
        let room =
            UDPPort.payloadBytesMaxIPv4
            - #"{"jsonrpc":"2.0","method":"E","params":[""]}"#.utf8.count
        func params(_ count: Int) -> Params {
            Params(values: [.string(String(repeating: "x", count: count))])
        }
        #expect(harness.raise("E", params(room), to: [target]) == [.delivered])
        #expect(receiver.receive()?.utf8.count == UDPPort.payloadBytesMaxIPv4)
        #expect(harness.raise("E", params(room + 1), to: [target]) == [.failed(.tooLarge)])
        #expect(harness.raise("E", .none, to: [target]) == [.delivered])
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E"}"#)
    }

    @Test("UNIX peers that are away, full or no socket fail for that reason, at once")
    func unixPeers() throws {
        let path = directory.path
        try "keep".write(toFile: path + "/file", atomically: false, encoding: .utf8)
        let idle = UnixReceiver(path + "/idle")
        var gone: UnixReceiver? = UnixReceiver(path + "/gone")
        let targets = try ["/none", "/file", "/gone", "/idle"].map { try harness.target(path + $0) }
        _ = harness.raise(to: targets)
        gone = nil
        _ = gone
        var outcomes: [Outcome] = []
        for _ in 0..<1_000 {
            outcomes = harness.raise(to: targets)
            if outcomes[3] != .delivered { break }
        }
        #expect(
            outcomes == [
                .failed(.noSuchPath), .failed(.noSuchPath), .failed(.refused), .failed(.full),
            ])
        #expect(idle.receive() != nil)
        #expect(try String(contentsOfFile: path + "/file", encoding: .utf8) == "keep")
        #expect(harness.transport.statistics().sendErrors[EAGAIN] == 1)
    }

    @Test("a stopped transport drops, and can be stopped again")
    func stopped() throws {
        let receiver = DatagramReceiver()
        let target = try harness.target(receiver.socketText)
        harness.transport.stop(drainMilliseconds: 0)
        harness.transport.stop(drainMilliseconds: 0)
        #expect(harness.raise(to: [target]) == [.dropped(.stopped)])
        #expect(receiver.receiveNow() == nil)
    }

    @Test("scheduled work runs in order, off the calling thread")
    func schedule() {
        let done = DispatchSemaphore(value: 0)
        let thread = pthread_self()
        harness.transport.schedule { #expect(pthread_self() != thread) }
        harness.transport.schedule { done.signal() }
        #expect(done.wait(timeout: .now() + 20) == .success)
    }
}

@Suite("Datagrams to names")
struct DatagramNameTests {
    private let loopback = IPAddress.v4(0x7F00_0001)

    @Test("deliveries wait for the address, then go out in order; later ones go at once")
    func waiting() throws {
        let harness = try DatagramHarness()
        let receiver = DatagramReceiver()
        harness.servers.set("host", .success([loopback]))
        harness.servers.hang("host")
        let target = try harness.target("udp:HOST:\(receiver.port)")
        for number in 0..<5 { #expect(harness.raise("E_\(number)", to: [target]) == [.pending]) }
        #expect(receiver.receiveNow() == nil)
        harness.servers.letGo("host")
        for number in 0..<5 {
            #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_\#(number)"}"#)
        }
        #expect(
            harness.ledger.wait(for: 5).map(\.outcome) == Array(repeating: .delivered, count: 5))
        #expect(eventually { harness.raise("E_5", to: [target]) == [.delivered] })
        #expect(harness.servers.asked == ["host"])
    }

    @Test("a name that has no address fails, and other targets do not wait for it")
    func unresolved() throws {
        let harness = try DatagramHarness()
        let receiver = DatagramReceiver()
        harness.servers.hang("none")
        let targets = [try harness.target("udp:none:5"), try harness.target(receiver.socketText)]
        #expect(harness.raise(to: targets) == [.pending, .delivered])
        #expect(receiver.receive() != nil)
        harness.servers.letGo("none")
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.failed(.unresolved)])
        #expect(eventually { harness.raise(to: [targets[0]]) == [.failed(.unresolved)] })
    }

    @Test("a silent name server makes its deliveries fail after a while, and only those")
    func silent() throws {
        let harness = try DatagramHarness { $0.giveUpMilliseconds = 50 }
        harness.servers.hang("silent")
        #expect(harness.raise(to: [try harness.target("udp:silent:5")]) == [.pending])
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.failed(.unresolved)])
        harness.servers.letGo("silent")
    }

    @Test(
        "every address of a name is judged when something is sent; what the policy refuses is not sent to"
    )
    func policy() throws {
        let policy = TargetPolicy(mode: try .init(parsing: "127.0.0.1"))
        let receiver = DatagramReceiver()
        policy.ownListeners.add(.v4(0x7F00_0001), port: 5, over: .udp)
        let harness = try DatagramHarness(policy: policy)
        let answers: [(String, [IPAddress], UInt16, Outcome)] = [
            ("link-local", [.v4(0xA9FE_A9FE)], receiver.port, .failed(.forbidden)),
            ("mapped", [.v6(0, 0xFFFF_A9FE_A9FE)], receiver.port, .failed(.forbidden)),
            ("private", [.v4(0x0A00_0001), .v6(0, 1)], receiver.port, .failed(.forbidden)),
            ("own", [.v4(0x7F00_0001)], 5, .failed(.forbidden)),
            ("mixed", [.v4(0x0A00_0001), loopback], receiver.port, .delivered),
        ]
        for (name, addresses, port, expected) in answers {
            harness.servers.set(name, .success(addresses))
            let before = harness.ledger.results.count
            #expect(
                harness.raise(name, to: [try harness.target("udp:\(name):\(port)")]) == [.pending])
            #expect(harness.ledger.wait(for: before + 1).last?.outcome == expected, "\(name)")
        }
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"mixed"}"#)
        #expect(receiver.receiveNow() == nil)
    }

    @Test("of several addresses IPv4 comes first; a dead port fails its delivery")
    func preference() throws {
        let harness = try DatagramHarness()
        let receiver = DatagramReceiver()
        let dead = DeadPort()
        harness.servers.set("both", .success([.v6(0, 1), loopback]))
        _ = harness.raise(to: [try harness.target("udp:both:\(receiver.port)")])
        #expect(receiver.receive() != nil)
        let target = try harness.target("udp:both:\(dead.port)")
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.delivered])
        #expect(harness.raise(to: [target]) == [.failed(.refused)])
    }

    @Test(
        "who gets many has a connected socket; when it goes that fails, and nobody else misses any")
    func rush() throws {
        let harness = try DatagramHarness()
        let (receiver, other) = (DatagramReceiver(), DatagramReceiver())
        let targets = try [receiver, other].map { try harness.target($0.socketText) }
        for _ in 0..<50 { #expect(harness.raise(to: targets) == [.delivered, .delivered]) }
        #expect(harness.transport.statistics().udpConnections == 2)
        receiver.refuse()
        // That the first one was refused is known at once, or when the second one is sent.
        harness.raise(to: targets)
        for _ in 0..<50 { #expect(harness.raise(to: targets) == [.failed(.refused), .delivered]) }
        #expect(harness.transport.statistics().icmpErrors == 51)
        #expect(harness.transport.statistics().udpConnections == 1)
        for _ in 0..<101 { #expect(other.receive() != nil) }
    }

    @Test("a receiver that moved is found after a minute, without subscribing again")
    func moved() throws {
        let harness = try DatagramHarness()
        let v4 = DatagramReceiver()
        let v6 = DatagramReceiver(.ipv6, port: v4.port)
        harness.servers.set("host", .success([loopback]))
        let target = try harness.target("udp:host:\(v4.port)")
        _ = harness.raise(to: [target])
        #expect(v4.receive() != nil)
        harness.servers.set("host", .success([.v6(0, 1)]))
        harness.clock.advance(seconds: 61)
        #expect(
            eventually {
                harness.raise(to: [target])
                return v6.receiveNow() != nil
            })
    }

    @Test("who unsubscribed or expired while waiting gets nothing")
    func ended() throws {
        let harness = try DatagramHarness()
        let receiver = DatagramReceiver()
        harness.servers.set("host", .success([loopback]))
        harness.servers.hang("host")
        let socket = "udp:host:\(receiver.port)"
        let targets = try (0..<3).map { _ in try harness.target(socket) }
        #expect(harness.raise(to: targets) == [.pending, .pending, .pending])
        harness.ledger.end(targets[0].subscription, as: .unsubscribed)
        harness.ledger.end(targets[1].subscription, as: .expired)
        harness.servers.letGo("host")
        #expect(
            harness.ledger.wait(for: 3).map(\.outcome) == [
                .dropped(.unsubscribed), .dropped(.expired), .delivered,
            ])
        #expect(receiver.receive() != nil)
        #expect(receiver.receiveNow() == nil)
    }

    @Test("beyond the limit the oldest of the same destination make room")
    func queueFull() throws {
        var limits = QueueLimits()
        limits.messagesPerDestination = 3
        let harness = try DatagramHarness(limits: limits)
        let receiver = DatagramReceiver()
        let other = DatagramReceiver()
        harness.servers.set("host", .success([loopback]))
        harness.servers.hang("host")
        let target = try harness.target("udp:host:\(receiver.port)")
        let neighbour = try harness.target("udp:host:\(other.port)")
        _ = harness.raise("E_N", to: [neighbour])
        for number in 0..<5 { #expect(harness.raise("E_\(number)", to: [target]) == [.pending]) }
        #expect(
            harness.ledger.wait(for: 2).map(\.outcome) == [
                .dropped(.queueFull), .dropped(.queueFull),
            ])
        harness.servers.letGo("host")
        for number in 2..<5 { #expect(receiver.receive()?.contains("E_\(number)") == true) }
        #expect(other.receive()?.contains("E_N") == true)
        #expect(harness.ledger.wait(for: 6).filter { $0.outcome == .delivered }.count == 4)
    }

    @Test("stopping reports all that waits as dropped, once, and sends nothing")
    func stopWhilePending() throws {
        let harness = try DatagramHarness()
        let receiver = DatagramReceiver()
        harness.servers.set("host", .success([loopback]))
        harness.servers.hang("host")
        let target = try harness.target("udp:host:\(receiver.port)")
        for _ in 0..<4 { _ = harness.raise(to: [target]) }
        harness.transport.stop(drainMilliseconds: 20)
        #expect(harness.ledger.outcomes == Array(repeating: .dropped(.stopped), count: 4))
        harness.servers.letGo("host")
        #expect(harness.raise(to: [target]) == [.dropped(.stopped)])
        #expect(harness.ledger.results.count == 4)
        #expect(receiver.receiveNow() == nil)
    }

    @Test("what finds its address while the transport stops still goes out")
    func drain() throws {
        let harness = try DatagramHarness()
        let receiver = DatagramReceiver()
        harness.servers.set("host", .success([loopback]))
        harness.servers.hang("host")
        _ = harness.raise(to: [try harness.target("udp:host:\(receiver.port)")])
        DispatchQueue.global().async { [servers = harness.servers] in servers.letGo("host") }
        harness.transport.stop(drainMilliseconds: 20_000)
        #expect(harness.ledger.outcomes == [.delivered])
        #expect(receiver.receive() != nil)
    }
}

@Suite("Waiting room")
struct WaitingRoomTests {
    private func delivery(_ slot: UInt32, bytes: Int) -> WaitingRoom.Delivery {
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: "E", params: .none, time: 0)
        return WaitingRoom.Delivery(
            occurrence: occurrence, subscription: SubscriptionRef(slot: slot, generation: 1),
            format: .json,
            bytes: bytes)
    }

    private func limits(messages: Int = 100, bytes: Int = 1_000, total: Int = 10_000) -> QueueLimits
    {
        var limits = QueueLimits()
        limits.messagesPerDestination = messages
        limits.bytesPerDestination = bytes
        limits.bytesTotal = total
        return limits
    }

    @Test("bytes of a destination are bounded, its oldest make room")
    func bytesPerDestination() {
        var room = WaitingRoom(limits: limits(bytes: 100))
        #expect(room.add(delivery(1, bytes: 60), for: "a").dropped.isEmpty)
        #expect(room.add(delivery(2, bytes: 60), for: "a").dropped.map(\.subscription.slot) == [1])
        #expect(room.take("a").map(\.subscription.slot) == [2])
    }

    @Test("bytes of all are bounded; who holds nothing cannot push others out")
    func bytesTotal() {
        var room = WaitingRoom(limits: limits(total: 100))
        #expect(room.add(delivery(1, bytes: 90), for: "a").dropped.isEmpty)
        #expect(room.add(delivery(2, bytes: 20), for: "b").dropped.map(\.subscription.slot) == [2])
        #expect(room.take("a").map(\.subscription.slot) == [1])
        #expect(room.add(delivery(3, bytes: 90), for: "a").dropped.isEmpty)
    }

    @Test("a destination stays open until nothing was found to wait for it")
    func open() {
        var room = WaitingRoom(limits: limits())
        #expect(room.add(delivery(1, bytes: 1), for: "a").isFirst)
        #expect(!room.add(delivery(2, bytes: 1), for: "a").isFirst)
        #expect(room.take("a").count == 2)
        #expect(room.isOpen("a"))
        #expect(room.take("a").isEmpty)
        #expect(!room.isOpen("a") && room.isEmpty)
    }
}
