internal import Glibc

/// A UDP port of loopback that refuses: it is taken, so that nobody else gets it, by a socket that is connected
/// elsewhere, so that the kernel answers what comes with "port unreachable".
public final class DeadPort {
    private let descriptor: Int32
    /// Its number; dead on 127.0.0.1 and on ::1.
    public let port: UInt16

    /// Takes a free port.
    public init() {
        let descriptor = socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        port = UInt16(bigEndian: address.sin6_port)
        self.descriptor = descriptor
        address.sin6_port = UInt16(1).bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { $0[15] = 1 }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, length)
            }
        }
    }

    deinit { close(descriptor) }
}
