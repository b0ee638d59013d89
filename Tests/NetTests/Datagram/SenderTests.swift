import EventCore
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Net

@Suite("Senders of datagrams that nobody can be")
struct SenderTests {
    @Test("D05: not from port 0, this network, multicast, broadcast, reserved or no address")
    func implausible() {
        for (address, port) in [
            (0x7F00_0001, 0), (0, 9), (0x0000_0001, 9), (0xE000_0001, 9), (0xEFFF_FFFF, 9),
            (0xF000_0001, 9), (0xFFFF_FFFF, 9),
        ] as [(UInt32, UInt16)] {
            #expect(!PeerAddress.ipv4(address, port: port).isPlausibleSender, "\(address)")
        }
        #expect(!PeerAddress.ipv6(high: 0, low: 0, port: 9).isPlausibleSender)
        #expect(!PeerAddress.ipv6(high: 0xFF02 << 48, low: 1, port: 9).isPlausibleSender)
        #expect(!PeerAddress.ipv6(high: 0, low: 1, port: 0).isPlausibleSender)
        #expect(PeerAddress.ipv4(0x7F00_0001, port: 9).isPlausibleSender)
        #expect(PeerAddress.ipv4(0xDFFF_FFFE, port: 9).isPlausibleSender)
        #expect(PeerAddress.ipv6(high: 0, low: 1, port: 9).isPlausibleSender)
    }

    private struct Echo: DatagramHandler {
        func accepts(_ peer: PeerAddress) -> Bool { true }
        func answer(tooLong start: [UInt8]) -> [UInt8] { start }
        func answer(
            _ datagram: [UInt8], from peer: PeerAddress, at now: Moment,
            later: @escaping @Sendable ([UInt8]) -> Void
        ) -> [UInt8]? { datagram }
    }

    @Test("D05: a datagram with source port 0 is counted as refused and not answered")
    func portZero() throws {
        guard geteuid() == 0, access("/usr/bin/python3", X_OK) == 0 else {
            print("left out: only root can make up a source port, with python3")
            return
        }
        let server = try DatagramServer(handler: Echo())
        guard case .udp(_, let port) = try server.listen(on: .udp(host: "127.0.0.1", port: 0))
        else { return }
        try server.start()
        defer { server.stop() }
        // A raw socket makes the IP header; the UDP header is ours (RFC 768), its checksum left out.
        let python = """
            import socket, struct, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
            s.sendto(struct.pack('!HHHH', 0, int(sys.argv[1]), 12, 0) + b'what', ('127.0.0.1', 0))
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", python, "\(port)"]
        try process.start()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            print("left out: no raw sockets here")
            return
        }
        #expect(eventually { server.counters.refused == 1 })
        #expect(server.counters.replies + server.counters.repliesFailed == 0)
    }
}
