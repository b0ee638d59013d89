internal import Glibc

/// A real UDP socket on 127.0.0.1 that waits for datagrams, each with a deadline.
public final class DatagramReceiver {
    private let descriptor: Int32
    /// The port the kernel chose.
    public let port: UInt16

    /// Binds a free port; `receive` gives up after `deadlineMilliseconds`.
    public init(deadlineMilliseconds: Int = 5_000) {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        var time = timeval(
            tv_sec: deadlineMilliseconds / 1_000, tv_usec: deadlineMilliseconds % 1_000 * 1_000)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// The socket text that reaches this receiver.
    public var socketText: String { "udp:127.0.0.1:\(port)" }

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
