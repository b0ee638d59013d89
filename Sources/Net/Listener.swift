internal import Cepoll
internal import Glibc

/// A listening stream socket, TCP or UNIX; closed, and its path removed, when the last reference
/// goes.
final class Listener: Sendable {
    /// Where it listens, with the port the kernel chose.
    let address: ListenAddress
    let descriptor: FileDescriptor
    /// The socket file it made: removed only as long as it is still this one.
    private let file: (device: UInt, inode: UInt)?

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

    deinit {
        guard case .unix(let path) = address, let file, let now = Self.file(path),
            now.device == file.device, now.inode == file.inode
        else { return }
        unlink(path)
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
        guard var name = Self.name(path) else { throw SystemError(call, ENAMETOOLONG) }
        try Self.removeStale(path, name, call)
        let descriptor = try Self.socket(AF_UNIX, call)
        // Nobody but this user may connect. The mask is the process's: listening happens at the
        // start.
        let mask = umask(0o077)
        let number = descriptor.number
        let bound = Self.withAddress(&name) { bind(number, $0, $1) }
        umask(mask)
        guard bound == 0, listen(descriptor.number, Self.backlog) == 0 else { throw .last(call) }
        address = .unix(path: path)
        self.descriptor = descriptor
        file = Self.file(path)
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

    /// The address of a path; nil when it is empty, has a NUL or more than 107 bytes.
    private static func name(_ path: String) -> sockaddr_un? {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: name.sun_path),
            !bytes.contains(0)
        else {
            return nil
        }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        return name
    }

    private static func withAddress(
        _ name: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Removes a socket that is ours and that nobody listens on.
    private static func removeStale(
        _ path: String, _ name: sockaddr_un, _ call: String
    ) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() else {
            throw SystemError(call, EEXIST)
        }
        let probe = try socket(AF_UNIX, call)
        var name = name
        let number = probe.number
        let result = withAddress(&name) { connect(number, $0, $1) }
        guard result != 0, errno == ECONNREFUSED else { throw SystemError(call, EADDRINUSE) }
        unlink(path)
    }

    private static func file(_ path: String) -> (device: UInt, inode: UInt)? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return (UInt(status.st_dev), UInt(status.st_ino))
    }
}
