internal import Glibc

/// A TCP or UDP socket that is bound to a host and a port: what every listener of ours begins with.
public struct InternetSocket: ~Copyable {
    /// Where it is bound: the address that the host name led to, with the port that the kernel chose.
    public let address: PeerAddress
    private let descriptor: FileDescriptor

    /// What it carries.
    public enum Kind: Sendable {
        /// TCP.
        case stream
        /// UDP.
        case datagram
    }

    /// Looks `host` up, which may block, and binds to its first address. Throws `call` with EADDRNOTAVAIL for a name
    /// that is nobody's, EADDRINUSE, EACCES and the like.
    public init(_ kind: Kind, _ host: String, _ port: UInt16, _ call: String) throws(SystemError) {
        let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(type.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else {
            throw SystemError(call, EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(list) }
        let family = first.pointee.ai_family
        let descriptor = try FileDescriptor.socket(family, type, call)
        // Else a port could not be listened on for a minute after its last connection.
        if kind == .stream { descriptor.enable(SOL_SOCKET, SO_REUSEADDR) }
        // `::` does not take the IPv4 port too: both can be bound.
        if family == AF_INET6 { descriptor.enable(Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        guard bind(descriptor.number, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            throw .last(call)
        }
        guard let address = PeerAddress(boundTo: descriptor) else { throw .last(call) }
        self.address = address
        self.descriptor = descriptor
    }

    /// The descriptor, for whoever goes on with it; it does not block.
    public consuming func take() -> FileDescriptor { descriptor }
}

extension FileDescriptor {
    /// A new socket that does not block and is closed on exec. Throws `call`: EMFILE, EAFNOSUPPORT and the like.
    static func socket(
        _ family: Int32, _ type: __socket_type, _ call: String
    ) throws(SystemError) -> FileDescriptor {
        let type = Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(family, type, 0)
        guard number >= 0 else { throw .last(call) }
        return FileDescriptor(owning: number)
    }

    /// Sets an option of a socket that only makes things better: a failure is no reason to do without the socket.
    borrowing func enable(_ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        _ = setsockopt(number, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
