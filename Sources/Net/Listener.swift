internal import Cepoll
internal import Glibc

/// A listening stream socket, TCP or UNIX; closed, and its path removed, when the last reference
/// goes.
final class Listener: Sendable {
    /// Where it listens, with the port the kernel chose.
    let address: ListenAddress
    let descriptor: FileDescriptor
    /// The socket file it made.
    private let file: UnixSocketFile?

    /// Connections waiting to be accepted; the kernel caps it at net.core.somaxconn.
    private static let backlog: Int32 = 4_096

    /// Binds and listens. Looks a host name up, which may block. Throws which call failed;
    /// EADDRINUSE for a UNIX path where somebody listens, EEXIST for one that is no socket of ours:
    /// such a file is never touched.
    convenience init(_ address: ListenAddress) throws(SystemError) {
        switch address {
        case .tcp(let host, let port): try self.init(host: host, port: port)
        case .unix(let path): try self.init(path: path)
        }
    }

    private init(host: String, port: UInt16) throws(SystemError) {
        let call = "listen on " + ListenAddress.tcp(host: host, port: port).description
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else {
            throw SystemError(call, EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(list) }
        let descriptor = try Self.socket(first.pointee.ai_family, call)
        Self.enable(descriptor.number, SOL_SOCKET, SO_REUSEADDR)
        // Accepted sockets inherit it: a call less for each.
        Self.enable(descriptor.number, Int32(IPPROTO_TCP), TCP_NODELAY)
        // `::` does not take the IPv4 port too: both can be listened on.
        if first.pointee.ai_family == AF_INET6 {
            Self.enable(descriptor.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY)
        }
        guard bind(descriptor.number, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0,
            listen(descriptor.number, Self.backlog) == 0
        else { throw .last(call) }
        address = .tcp(host: host, port: try Self.port(descriptor.number, call))
        self.descriptor = descriptor
        file = nil
    }

    private init(path: String) throws(SystemError) {
        let call = "listen on unix:" + path
        let descriptor = try Self.socket(AF_UNIX, call)
        let file = try UnixSocketFile(
            binding: descriptor.number, type: SOCK_STREAM, to: path, call)
        guard listen(descriptor.number, Self.backlog) == 0 else { throw .last(call) }
        address = .unix(path: path)
        self.descriptor = descriptor
        self.file = file
    }

    private static func socket(_ family: Int32, _ call: String) throws(SystemError)
        -> FileDescriptor
    {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(family, type, 0)
        guard number >= 0 else { throw .last(call) }
        return FileDescriptor(owning: number)
    }

    /// Sets an option that only makes things better: a failure is no reason not to listen.
    private static func enable(_ number: Int32, _ level: Int32, _ option: Int32) {
        var one: Int32 = 1
        _ = setsockopt(number, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func port(_ number: Int32, _ call: String) throws(SystemError) -> UInt16 {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(number, $0, &size)
            }
        }
        guard result == 0 else { throw .last(call) }
        // The port lies at the same place in both families.
        return withUnsafeBytes(of: &storage) {
            $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self).bigEndian
        }
    }
}
