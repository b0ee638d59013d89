internal import Glibc

/// A real UDP socket on loopback that waits for datagrams, each with a deadline.
public final class DatagramReceiver {
    /// 127.0.0.1 or ::1.
    public enum Family: Sendable {
        case ipv4, ipv6
    }

    private let descriptor: Int32
    private let family: Family
    private var sender = sockaddr_storage()
    /// The port the kernel chose.
    public let port: UInt16

    /// Binds `port`, by default a free one; `receive` gives up after `deadlineMilliseconds`.
    public init(family: Family = .ipv4, port: UInt16 = 0, deadlineMilliseconds: Int = 5_000) {
        let descriptor = socket(family == .ipv4 ? AF_INET : AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            // RFC 3493 §3.3: family, port and address lie at the same places in every system's structures.
            bytes.storeBytes(
                of: sa_family_t(family == .ipv4 ? AF_INET : AF_INET6), as: sa_family_t.self)
            bytes.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
            if family == .ipv4 {
                bytes.storeBytes(
                    of: UInt32(0x7F00_0001).bigEndian, toByteOffset: 4, as: UInt32.self)
            } else {
                bytes[23] = 1
            }
        }
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, family == .ipv4 ? 16 : 28)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        self.descriptor = descriptor
        self.family = family
        self.port = withUnsafeBytes(of: address) {
            UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))
        }
        var time = timeval(
            tv_sec: deadlineMilliseconds / 1_000, tv_usec: deadlineMilliseconds % 1_000 * 1_000)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The socket text that reaches this receiver.
    public var socketText: String {
        family == .ipv4 ? "udp:127.0.0.1:\(port)" : "udp:[::1]:\(port)"
    }

    /// Takes the next datagram once, and from then on sends `text` back to who sent it.
    public func answerLast(_ text: String) {
        if sender.ss_family == 0 {
            var byte: UInt8 = 0
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            withUnsafeMutablePointer(to: &sender) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = recvfrom(descriptor, &byte, 1, 0, $0, &length)
                }
            }
        }
        let bytes = Array(text.utf8)
        withUnsafePointer(to: &sender) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, 0, $0, family == .ipv4 ? 16 : 28)
            }
        }
    }

    /// The next datagram as text; nil when none came before the deadline.
    public func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// A datagram that has already arrived; nil when there is none.
    public func receiveNow() -> String? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
