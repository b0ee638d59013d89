internal import Cepoll
internal import Glibc

/// A listening stream socket, TCP or UNIX; closed, and its path removed, when the last reference
/// goes.
final class Listener: Sendable {
    /// Where it listens, with the port the kernel chose.
    let address: ListenAddress
    /// The same as the kernel knows it, a host name looked up; nil for a UNIX socket.
    let bound: PeerAddress?
    let descriptor: FileDescriptor
    /// The socket file it made.
    let file: UnixSocketFile?

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
        let socket = try InternetSocket(.stream, host, port, call)
        bound = socket.address
        address = .tcp(host: host, port: socket.address.port)
        descriptor = socket.take()
        // Accepted sockets inherit it: a call less for each.
        descriptor.enable(Int32(IPPROTO_TCP), TCP_NODELAY)
        guard listen(descriptor.number, Self.backlog) == 0 else { throw .last(call) }
        file = nil
    }

    private init(path: String) throws(SystemError) {
        let call = "listen on unix:" + path
        let descriptor = try FileDescriptor.socket(AF_UNIX, SOCK_STREAM, call)
        let file = try UnixSocketFile(
            binding: descriptor.number, type: SOCK_STREAM, to: path, call)
        guard listen(descriptor.number, Self.backlog) == 0 else { throw .last(call) }
        address = .unix(path: path)
        bound = nil
        self.descriptor = descriptor
        self.file = file
    }
}
