internal import Cepoll
internal import Glibc
public import WireFormats

/// One TCP connection to a receiver, opened and used without ever blocking; closed when this object
/// goes.
///
/// Small and bounded in the kernel: its send buffer does not grow, so a thousand receivers that
/// read nothing hold a bounded amount of memory there. One thread at a time.
public final class TCPPort: Sendable {
    /// What a read or a write gave.
    public enum Transfer: Sendable, Equatable {
        /// So many bytes; never 0.
        case bytes(Int)
        /// Nothing now: there is nothing to read, or no room to write.
        case later
        /// The peer sends no more.
        case end
        /// The connection is broken; its errno.
        case failed(Int32)
    }

    /// Bytes the kernel may hold until the peer has acknowledged them; it counts its own overhead
    /// twice.
    public static let sendBufferBytes: Int32 = 256 << 10
    /// A connection on which nothing happens is probed after so many seconds: a host that vanished
    /// is noticed.
    public static let probeAfterSeconds: Int32 = 60
    /// Seconds between two probes; a third one without an answer ends the connection.
    public static let probeEverySeconds: Int32 = 10
    /// A peer that acknowledges nothing for so long has lost the connection (TCP_USER_TIMEOUT,
    /// tcp(7)).
    public static let silenceMaxMilliseconds: Int32 = 30_000

    /// The number by which `Poller` watches it.
    public var descriptor: Int32 { owned.number }

    private let owned: FileDescriptor

    /// Begins to connect; writable once that has ended, and then `connectError` tells how. Throws
    /// what the kernel says at once: ENETUNREACH, EMFILE, EADDRNOTAVAIL, ECONNREFUSED on loopback.
    public init(connectingTo address: IPAddress, port: UInt16) throws(SystemError) {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(address.isIPv4 ? AF_INET : AF_INET6, kind, 0)
        guard number >= 0 else { throw .last("socket for TCP") }
        owned = FileDescriptor(owning: number)
        let options: [(Int32, Int32, Int32)] = [
            (SOL_SOCKET, SO_SNDBUF, Self.sendBufferBytes),
            (SOL_SOCKET, SO_KEEPALIVE, 1),
            (Int32(IPPROTO_TCP), TCP_NODELAY, 1),
            (Int32(IPPROTO_TCP), TCP_KEEPIDLE, Self.probeAfterSeconds),
            (Int32(IPPROTO_TCP), TCP_KEEPINTVL, Self.probeEverySeconds),
            (Int32(IPPROTO_TCP), TCP_KEEPCNT, 3),
            (Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Self.silenceMaxMilliseconds),
        ]
        for (level, option, value) in options { try set(level, option, value) }
        guard connect(to: address, port) == 0 || errno == EINPROGRESS else {
            throw .last("connect")
        }
    }

    /// How connecting ended, once it has: 0, or its errno.
    ///
    /// A port to which nobody listens may be the very port that the kernel has chosen for us: then
    /// TCP connects the socket with itself (RFC 9293 §3.5, simultaneous open), and would keep the
    /// receiver from ever binding it. That is ECONNREFUSED.
    public func connectError() -> Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(owned.number, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else {
            return errno
        }
        guard code == 0 else { return code }
        return isConnectedWithItself ? ECONNREFUSED : 0
    }

    /// Hands bytes to the kernel, as many as it takes; not empty.
    public func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        while true {
            let count = Glibc.send(owned.number, bytes.baseAddress, bytes.count, flags)
            if count > 0 { return .bytes(count) }
            if let failure = failure(count) { return failure }
        }
    }

    /// Takes bytes that have come, as many as there is room for; not empty.
    public func receive(into room: UnsafeMutableRawBufferPointer) -> Transfer {
        while true {
            let count = recv(owned.number, room.baseAddress, room.count, Int32(MSG_DONTWAIT))
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            if let failure = failure(count) { return failure }
        }
    }

    /// Bytes handed to the kernel that the peer has not acknowledged yet.
    public var bytesUnacknowledged: Int { Int(carillon_unacknowledged_bytes(owned.number)) }

    /// What errno says; nil for an interrupted call, which is to be made again.
    private func failure(_ count: Int) -> Transfer? {
        switch errno {
        case EINTR: nil
        case EAGAIN: .later
        case let code: .failed(code)
        }
    }

    private var isConnectedWithItself: Bool {
        guard let here = name(getsockname), let there = name(getpeername) else { return false }
        return here == there
    }

    /// One end's address, as the bytes of its structure.
    private func name(
        _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> [UInt8]? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            let start = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            guard let start, ask(owned.number, start, &size) == 0 else { return nil }
            return Array(bytes.prefix(Int(size)))
        }
    }

    private func connect(to address: IPAddress, _ port: UInt16) -> Int32 {
        switch address {
        case .v4(let host):
            var target = sockaddr_in()
            target.sin_family = sa_family_t(AF_INET)
            target.sin_port = port.bigEndian
            target.sin_addr.s_addr = host.bigEndian
            return withUnsafeBytes(of: &target) { connect($0) }
        case .v6(let upper, let lower):
            var target = sockaddr_in6()
            target.sin6_family = sa_family_t(AF_INET6)
            target.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &target.sin6_addr) { bytes in
                bytes.storeBytes(of: upper.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: lower.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return withUnsafeBytes(of: &target) { connect($0) }
        }
    }

    private func connect(_ target: UnsafeRawBufferPointer) -> Int32 {
        let address = target.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        return Glibc.connect(owned.number, address, socklen_t(target.count))
    }

    private func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(SystemError) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(owned.number, level, option, &value, size) == 0 else {
            throw .last("setsockopt \(level) \(option) of a TCP socket")
        }
    }
}
