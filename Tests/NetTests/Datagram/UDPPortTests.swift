import Glibc
import TestSupport
import Testing

@testable import Net

@Suite("UDP port")
struct UDPPortTests {
    private func send(
        _ port: UDPPort, _ text: String, to number: UInt16, _ refusals: inout [UDPPort.Refusal]
    ) -> Int32 {
        Array(text.utf8).withUnsafeBytes {
            port.send($0, toIPv4: 0x7F00_0001, port: number, &refusals)
        }
    }

    @Test(
        "an error that a dead receiver left behind fails no datagram to another, and names the dead one"
    )
    func deadNeighbour() throws {
        let port = try UDPPort(.ipv4)
        let living = DatagramReceiver()
        let dead = DeadPort()
        var refusals: [UDPPort.Refusal] = []
        for round in 0..<50 {
            #expect(send(port, "dead", to: dead.port, &refusals) == 0)
            #expect(send(port, "\(round)", to: living.port, &refusals) == 0)
            #expect(living.receive() == "\(round)")
        }
        port.takeRefusals(&refusals)
        #expect(refusals.count == 50)
        let expected = UDPPort.Refusal(
            destination: .ipv4(0x7F00_0001, port: dead.port), errno: ECONNREFUSED)
        #expect(refusals.allSatisfy { $0 == expected })
    }

    @Test("an IPv6 receiver is reached, a dead one is named")
    func ipv6() throws {
        let port = try UDPPort(.ipv6)
        let living = DatagramReceiver(.ipv6)
        let dead = DeadPort()
        var refusals: [UDPPort.Refusal] = []
        for (number, text) in [(dead.port, "dead"), (living.port, "living")] {
            let code = Array(text.utf8).withUnsafeBytes {
                port.send($0, toIPv6: 0, 1, port: number, &refusals)
            }
            #expect(code == 0)
        }
        #expect(living.receive() == "living")
        #expect(refusals.map(\.destination) == [.ipv6(high: 0, low: 1, port: dead.port)])
    }

    @Test("what receivers send back neither blocks nor hides an error")
    func strays() throws {
        let port = try UDPPort(.ipv4)
        let talker = DatagramReceiver()
        var refusals: [UDPPort.Refusal] = []
        #expect(send(port, "hello", to: talker.port, &refusals) == 0)
        // More than the port's receive buffer holds.
        for _ in 0..<2_000 { talker.answerLast(String(repeating: "x", count: 1_000)) }
        let dead = DeadPort()
        for _ in 0..<20 { #expect(send(port, "dead", to: dead.port, &refusals) == 0) }
        port.takeRefusals(&refusals)
        #expect(refusals.count >= 18, "the first may find the buffer full of what came back")
    }

    @Test("errors of this host are the send's own: a broadcast, a payload beyond what UDP carries")
    func ownErrors() throws {
        let port = try UDPPort(.ipv4)
        var refusals: [UDPPort.Refusal] = []
        let payload = [UInt8](repeating: 0, count: UDPPort.payloadBytesMaxIPv4 + 1)
        let tooLarge = payload.withUnsafeBytes {
            port.send($0, toIPv4: 0x7F00_0001, port: 9, &refusals)
        }
        #expect(tooLarge == EMSGSIZE)
        let broadcast = payload.prefix(10).withUnsafeBytes {
            port.send($0, toIPv4: .max, port: 9, &refusals)
        }
        #expect(broadcast == EACCES || broadcast == ENETUNREACH)
        #expect(refusals.isEmpty)
    }
}
