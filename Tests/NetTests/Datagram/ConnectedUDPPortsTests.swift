import Glibc
import TestSupport
import Testing

@testable import Net

@Suite("Connected UDP ports")
final class ConnectedUDPPortsTests {
    private let unconnected: UDPPort
    private var ports: ConnectedUDPPorts
    private var refusals: [UDPPort.Refusal] = []
    private var now: Int64 = 0

    init() throws {
        unconnected = try UDPPort(.ipv4)
        ports = ConnectedUDPPorts(beside: unconnected, now: now)
    }

    /// As a transport does: connected if that can be, else not. Whether it was, and 0 or the errno.
    @discardableResult
    private func send(_ text: String, to port: UInt16) -> (isConnected: Bool, code: Int32) {
        Array(text.utf8).withUnsafeBytes { payload in
            if let code = ports.send(payload, toIPv4: 0x7F00_0001, port: port, &refusals) {
                return (true, code)
            }
            let code = unconnected.send(payload, toIPv4: 0x7F00_0001, port: port, &refusals)
            return (false, code)
        }
    }

    private func look(after nanoseconds: Int64 = ConnectedUDPPorts.lookNanoseconds) {
        now += nanoseconds
        ports.look(now: now, &refusals)
    }

    /// Sends until there is a connection.
    private func connect(to port: UInt16) {
        for _ in 0..<ConnectedUDPPorts.rush { send("x", to: port) }
    }

    private func refusal(_ receiver: DatagramReceiver) -> UDPPort.Refusal {
        .init(destination: .ipv4(0x7F00_0001, port: receiver.port), errno: ECONNREFUSED)
    }

    @Test("a rush makes a connection, all in order, and the receiver sees one sender throughout")
    func rush() {
        let receiver = DatagramReceiver()
        let connected = (0..<100).map { number in send("\(number)", to: receiver.port) }
        #expect(connected.allSatisfy { $0.code == 0 })
        #expect(connected.map(\.isConnected) == (0..<100).map { $0 >= ConnectedUDPPorts.rush })
        #expect(ports.connectionCount == 1)
        for number in 0..<50 { #expect(receiver.receive() == "\(number)") }
        let senders = Set((50..<100).map { _ in receiver.receiveSenderPort() })
        #expect(senders.count == 1)
        let other = DatagramReceiver()
        send("x", to: other.port)
        #expect(senders.contains(other.receiveSenderPort()))
    }

    @Test("fewer datagrams in a second than a rush make none")
    func slow() {
        let receiver = DatagramReceiver()
        for _ in 0..<10 {
            for _ in 0..<ConnectedUDPPorts.rush - 1 { send("x", to: receiver.port) }
            look(after: ConnectedUDPPorts.rushNanoseconds)
        }
        #expect(ports.connectionCount == 0)
    }

    @Test(
        "a receiver that has gone is told by the next send, which goes out without the connection")
    func refusedBySend() {
        let receiver = DatagramReceiver()
        connect(to: receiver.port)
        receiver.refuse()
        #expect(send("first", to: receiver.port) == (true, 0))
        #expect(refusals.isEmpty)
        #expect(send("second", to: receiver.port) == (false, 0))
        #expect(refusals == [refusal(receiver)] && ports.connectionCount == 0)
        unconnected.takeRefusals(&refusals)
        #expect(refusals == [refusal(receiver), refusal(receiver)], "each datagram's own")
    }

    @Test("who refuses before it has a connection gets none")
    func distrusted() {
        let dead = DeadPort()
        for _ in 0..<5 * ConnectedUDPPorts.rush {
            send("x", to: dead.port)
            ports.distrust(.ipv4(0x7F00_0001, port: dead.port))
        }
        #expect(ports.connectionCount == 0)
    }

    @Test("a receiver that has gone is told by a look where nothing is sent to it any more")
    func refusedByLook() {
        let (gone, living) = (DatagramReceiver(), DatagramReceiver())
        connect(to: gone.port)
        connect(to: living.port)
        gone.refuse()
        send("x", to: gone.port)
        send("x", to: living.port)
        look(after: ConnectedUDPPorts.lookNanoseconds - 1)
        #expect(refusals.isEmpty, "not asked so often")
        ports.look(now: now, isUrgent: true, &refusals)
        #expect(refusals == [refusal(gone)] && ports.connectionCount == 1)
        look()
        #expect(refusals.count == 1, "told once")
        #expect(send("x", to: living.port) == (true, 0))
    }

    @Test("what receivers send back does not hide that one has gone")
    func strays() throws {
        let talker = DatagramReceiver()
        connect(to: talker.port)
        while talker.receiveNow() != nil {}
        send("x", to: talker.port)
        // More than the receive buffer of the connection holds.
        for _ in 0..<2_000 { talker.answerLast(String(repeating: "x", count: 1_000)) }
        talker.refuse()
        send("nobody listens", to: talker.port)
        look()
        #expect(refusals == [refusal(talker)])
    }

    @Test("a connection that is old is made anew, at the same port")
    func age() {
        let receiver = DatagramReceiver()
        connect(to: receiver.port)
        send("x", to: receiver.port)
        look(after: ConnectedUDPPorts.ageMaxNanoseconds - 1)
        #expect(ports.connectionCount == 1)
        send("x", to: receiver.port)
        look()
        #expect(ports.connectionCount == 0)
        connect(to: receiver.port)
        #expect(send("x", to: receiver.port) == (true, 0))
        let senders = (0..<2 * ConnectedUDPPorts.rush + 3).map { _ in receiver.receiveSenderPort() }
        #expect(Set(senders).count == 1)
    }

    @Test("there are never more than the limit; one in use gives way to nobody, an idle one does")
    func limit() {
        ports = ConnectedUDPPorts(beside: unconnected, connectionsMax: 2, now: now)
        let receivers = (0..<3).map { _ in DatagramReceiver() }
        for receiver in receivers { connect(to: receiver.port) }
        #expect(ports.connectionCount == 2)
        #expect(send("x", to: receivers[0].port).isConnected)
        #expect(send("x", to: receivers[1].port).isConnected)
        #expect(!send("x", to: receivers[2].port).isConnected)
        look(after: ConnectedUDPPorts.rushNanoseconds)
        send("x", to: receivers[0].port)
        connect(to: receivers[2].port)
        #expect(send("x", to: receivers[2].port).isConnected)
        #expect(send("x", to: receivers[0].port).isConnected)
        #expect(!send("x", to: receivers[1].port).isConnected)
        #expect(ports.connectionCount == 2)
    }

    @Test("a hundred receivers: each gets its own, whoever has a connection")
    func many() {
        let receivers = (0..<100).map { _ in DatagramReceiver() }
        for number in 0..<40 {
            for receiver in receivers {
                #expect(send("\(number) for \(receiver.port)", to: receiver.port).code == 0)
            }
        }
        #expect((80...100).contains(ports.connectionCount), "two share a set, three do not")
        for receiver in receivers {
            for number in 0..<40 {
                #expect(receiver.receive() == "\(number) for \(receiver.port)")
            }
        }
    }
}
