internal import Cepoll
internal import Glibc

/// Sends UNIX datagrams without ever blocking, through a connected socket for each receiver.
///
/// Looking a path up costs the kernel 40 % of a send, so a receiver's socket is kept connected once
/// something could be sent to it. What is sent goes to the socket that is at the path *now*: a
/// receiver that went away is looked up again at once, one that bound the path anew while its old
/// socket is still open after a second at the latest. Only sockets are ever sent to; no file is
/// opened, made or changed. A value without a lock.
public struct UnixPorts: Sendable {
    /// Connected sockets kept by default, each a descriptor.
    public static let connectionsMaxDefault = 1_024
    /// A kept connection is looked up again when it was last looked up so long ago.
    public static let recheckNanoseconds: Int64 = 1_000_000_000
    /// When all connections are taken, one in so many receivers without one replaces the least
    /// recently used: a fan-out to more receivers than connections must not make and close a socket
    /// for each.
    public static let replacementInterval = 16

    /// A box, because no collection holds a `FileDescriptor` itself.
    private final class Box: Sendable {
        let descriptor: FileDescriptor

        init(_ descriptor: consuming FileDescriptor) {
            self.descriptor = descriptor
        }
    }

    private struct Connection: Sendable {
        let box: Box
        /// When its path was last looked up.
        var checked: Int64
    }

    /// Never connected: sends by the path.
    private let plain: Box
    private var connections: LeastRecentlyUsed<String, Connection>
    private var missesWhileFull = 0

    /// Nothing connected yet. Throws when the process has no descriptor left.
    public init(connectionsMax: Int = connectionsMaxDefault) throws(SystemError) {
        guard let descriptor = Self.open() else { throw .last("socket for UNIX datagrams") }
        plain = Box(descriptor)
        connections = LeastRecentlyUsed(capacity: connectionsMax)
    }

    /// How many receivers have a connected socket.
    public var connectionCount: Int { connections.count }

    /// Most bytes of a datagram: what the kernel granted for sending, less its own 32.
    public var payloadBytesMax: Int {
        var bytes: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(plain.descriptor.number, SOL_SOCKET, SO_SNDBUF, &bytes, &size) == 0 else {
            return Int(UDPPort.sendBufferBytes)
        }
        return Int(bytes) - 32
    }

    /// Sends `payload`; `now` in nanoseconds of any clock that never goes back. Returns 0 once it
    /// is in the receiver's buffer, else the errno: EAGAIN when that is full, ENOENT, ECONNREFUSED
    /// when nobody has the socket open, EPROTOTYPE when it is no datagram socket, ENOTSOCK when
    /// something else is at the path (the kernel says ECONNREFUSED), EACCES, EMSGSIZE.
    public mutating func send(
        _ payload: UnsafeRawBufferPointer, to address: UnixAddress, now: Int64 = Clock.coarse()
    ) -> Int32 {
        if let code = sendConnected(payload, to: address, now: now) { return code }
        let number = plain.descriptor.number
        let code = address.withSocketAddress { Self.transmit(payload, number, $0, $1) }
        // Whoever does not exist gets no connection: a missing path costs one call, not three.
        if code == 0 || code == EAGAIN { connect(to: address, now: now) }
        return code == ECONNREFUSED && address.isOtherFile ? ENOTSOCK : code
    }

    /// nil when there is no connection, or none that leads anywhere any more.
    private mutating func sendConnected(
        _ payload: UnsafeRawBufferPointer, to address: UnixAddress, now: Int64
    ) -> Int32? {
        guard var connection = connections.use(address.text) else { return nil }
        let number = connection.box.descriptor.number
        if now - connection.checked >= Self.recheckNanoseconds {
            guard address.withSocketAddress({ Glibc.connect(number, $0, $1) }) == 0 else {
                connections.remove(address.text)
                return nil
            }
            connection.checked = now
            connections.set(address.text, connection)
        }
        let code = Self.transmit(payload, number, nil, 0)
        switch code {
        case ECONNREFUSED, ENOTCONN, EDESTADDRREQ, EPIPE:
            connections.remove(address.text)
            return nil
        default:
            return code
        }
    }

    private mutating func connect(to address: UnixAddress, now: Int64) {
        if connections.isFull {
            missesWhileFull += 1
            guard missesWhileFull % Self.replacementInterval == 0 else { return }
        }
        // Without a descriptor, or with a receiver that is gone again, the next send goes by the
        // path too.
        guard let descriptor = Self.open() else { return }
        let number = descriptor.number
        guard address.withSocketAddress({ Glibc.connect(number, $0, $1) }) == 0 else { return }
        connections.set(address.text, Connection(box: Box(descriptor), checked: now))
    }

    private static func transmit(
        _ payload: UnsafeRawBufferPointer, _ descriptor: Int32,
        _ address: UnsafePointer<sockaddr>?, _ length: socklen_t
    ) -> Int32 {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        while sendto(descriptor, payload.baseAddress, payload.count, flags, address, length) < 0 {
            if errno != EINTR { return errno }
        }
        return 0
    }

    private static func open() -> FileDescriptor? {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, kind, 0)
        guard number >= 0 else { return nil }
        // The kernel may grant less (net.core.wmem_max); that then bounds the size of a datagram.
        var bytes = UDPPort.sendBufferBytes
        setsockopt(number, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        return FileDescriptor(owning: number)
    }
}
