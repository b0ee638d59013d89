internal import Glibc

/// A port of loopback that refuses, by UDP and by TCP. It is taken, so that no other test gets it meanwhile: by a UDP
/// socket that is connected elsewhere, so that the kernel answers what comes with "port unreachable", and by a TCP
/// socket that does not listen.
public final class DeadPort {
    private let descriptors: [Int32]
    /// Its number; dead on 127.0.0.1 and on ::1.
    public let port: UInt16

    /// Takes a free port.
    public init() {
        while true {
            let datagrams = Self.socket(SOCK_DGRAM)
            let port = Self.bind(datagrams, to: 0)
            let stream = Self.socket(SOCK_STREAM)
            // Taken by TCP, perhaps by another test's server: another one, then.
            guard let port, Self.bind(stream, to: port) == port else {
                for descriptor in [datagrams, stream] { close(descriptor) }
                continue
            }
            Self.withAddress(of: 1) { _ = connect(datagrams, $0, $1) }
            descriptors = [datagrams, stream]
            self.port = port
            return
        }
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    private static func socket(_ type: __socket_type) -> Int32 {
        let descriptor = Glibc.socket(AF_INET6, Int32(type.rawValue), 0)
        precondition(descriptor >= 0, "no socket: \(errno)")
        return descriptor
    }

    /// Binds to this port of every address, 0 = any; the port, nil where it is taken.
    private static func bind(_ descriptor: Int32, to port: UInt16) -> UInt16? {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        return isBound ? UInt16(bigEndian: address.sin6_port) : nil
    }

    private static func withAddress(
        of port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Void
    ) {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin6_addr) { $0[15] = 1 }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}
