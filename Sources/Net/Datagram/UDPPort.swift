internal import Cepoll
internal import Glibc

/// An unconnected UDP socket that sends to whoever it is told, without ever blocking.
///
/// It asks for ICMP errors (IP_RECVERR, ip(7)): the kernel then keeps which destination refused,
/// but also lets the *next* send fail for it, whoever that send is for. `send` takes such errors
/// out of the way and tries again, so a dead port never costs another receiver a datagram. One
/// thread at a time.
public final class UDPPort: Sendable {
    /// Which of the two.
    public enum Family: Sendable {
        /// Sends to IPv4 addresses.
        case ipv4
        /// Sends to IPv6 addresses, and to no IPv4 address inside one.
        case ipv6
    }

    /// An ICMP error: an earlier datagram did not reach its port.
    public struct Refusal: Sendable, Equatable {
        /// Where that datagram was sent.
        public let destination: PeerAddress
        /// ECONNREFUSED for "port unreachable", EHOSTUNREACH and the like for the others.
        public let errno: Int32
    }

    /// Asked of the kernel for datagrams on their way; it may grant less (net.core.wmem_max).
    public static let sendBufferBytes: Int32 = 4 << 20
    /// Room for what a receiver sends back to a twin: nobody reads it, so it is little.
    private static let twinReceiveBufferBytes: Int32 = 4_096
    /// Most bytes of a payload over IPv4: 65,535 less the IP and the UDP header.
    public static let payloadBytesMaxIPv4 = 65_507
    /// Most bytes of a payload over IPv6 (RFC 8200 §3: the IP header does not count).
    public static let payloadBytesMaxIPv6 = 65_527
    /// Tries of one send that errors of earlier ones get in the way of.
    private static let attemptsMax = 4
    /// ICMP errors, and stray datagrams, taken at a time.
    private static let takenMax = 256

    private let descriptor: FileDescriptor

    /// A socket on a port that the kernel chooses at the first send. Throws EAFNOSUPPORT where the
    /// machine has no IPv6, EMFILE and the like.
    public init(_ family: Family) throws(SystemError) {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(family == .ipv4 ? AF_INET : AF_INET6, kind, 0)
        guard number >= 0 else { throw .last("socket for UDP") }
        descriptor = FileDescriptor(owning: number)
        try Self.set(number, SOL_SOCKET, SO_SNDBUF, Self.sendBufferBytes)
        switch family {
        case .ipv4:
            try Self.set(number, Int32(IPPROTO_IP), IP_RECVERR, 1)
        case .ipv6:
            try Self.set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1)
            try Self.set(number, Int32(IPPROTO_IPV6), IPV6_RECVERR, 1)
        }
    }

    private static func set(
        _ number: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(SystemError) {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        guard setsockopt(number, level, option, &value, size) == 0 else {
            throw .last("setsockopt \(level) \(option) of a UDP socket")
        }
    }

    /// Sends `payload` to an IPv4 address and port, both in host byte order. Returns 0 once the
    /// kernel has it, else the errno: EAGAIN or ENOBUFS when there is no room, EMSGSIZE,
    /// ENETUNREACH, EACCES for a broadcast. ICMP errors that were in the way are appended to
    /// `refusals`.
    public func send(
        _ payload: UnsafeRawBufferPointer, toIPv4 address: UInt32, port: UInt16,
        _ refusals: inout [Refusal]
    ) -> Int32 {
        var target = sockaddr_in(address, port: port)
        return withUnsafeBytes(of: &target) { send(payload, to: $0, &refusals) }
    }

    /// Sends `payload` to an IPv6 address, its two halves and the port in host byte order.
    /// Otherwise as for IPv4.
    public func send(
        _ payload: UnsafeRawBufferPointer, toIPv6 upper: UInt64, _ lower: UInt64, port: UInt16,
        _ refusals: inout [Refusal]
    ) -> Int32 {
        var target = sockaddr_in6(upper, lower, port: port)
        return withUnsafeBytes(of: &target) { send(payload, to: $0, &refusals) }
    }

    /// Appends the ICMP errors that have come since the last send to `refusals`.
    public func takeRefusals(_ refusals: inout [Refusal]) {
        var destination = sockaddr_storage()
        for _ in 0..<Self.takenMax {
            let code = carillon_take_icmp_error(descriptor.number, &destination)
            guard code != 0 else { return }
            guard let peer = PeerAddress(destination) else { continue }
            refusals.append(Refusal(destination: peer, errno: code))
        }
    }

    /// Another socket on the port of this one, IPv4, which sends to one receiver only; the caller owns its descriptor. Nil
    /// where that cannot be: there is no descriptor left, nothing was ever sent from here.
    func connectedTwin(toIPv4 address: UInt32, port: UInt16) -> Int32? {
        let number = descriptor.number
        var own = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &own) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(number, $0, &size) == 0
            }
        }
        guard isBound, own.sin_port != 0 else { return nil }
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let twin = socket(AF_INET, kind, 0)
        guard twin >= 0 else { return nil }
        do throws(SystemError) {
            // Only once it has its port: one that many may have could be given to a stranger's socket.
            try Self.set(number, SOL_SOCKET, SO_REUSEPORT, 1)
            try Self.set(twin, SOL_SOCKET, SO_REUSEPORT, 1)
            try Self.set(twin, SOL_SOCKET, SO_SNDBUF, Self.sendBufferBytes)
            try Self.set(twin, SOL_SOCKET, SO_RCVBUF, Self.twinReceiveBufferBytes)
            try Self.set(twin, Int32(IPPROTO_IP), IP_RECVERR, 1)
        } catch {
            close(twin)
            return nil
        }
        var target = sockaddr_in(address, port: port)
        let isConnected =
            withUnsafePointer(to: &own) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(twin, $0, size) == 0 }
            }
            && withUnsafePointer(to: &target) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(twin, $0, size) == 0
                }
            }
        guard isConnected else {
            close(twin)
            return nil
        }
        return twin
    }

    /// The ICMP errors that wait at a socket, as errno, the oldest first; at most `takenMax`.
    static func takeErrors(of number: Int32) -> [Int32] {
        var codes: [Int32] = []
        var destination = sockaddr_storage()
        while codes.count < takenMax {
            let code = carillon_take_icmp_error(number, &destination)
            guard code != 0 else { break }
            codes.append(code)
        }
        return codes
    }

    private func send(
        _ payload: UnsafeRawBufferPointer, to target: UnsafeRawBufferPointer,
        _ refusals: inout [Refusal]
    ) -> Int32 {
        let code = transmit(payload, target)
        return code == 0 ? 0 : sendAgain(payload, to: target, after: code, &refusals)
    }

    @inline(__always)
    private func transmit(
        _ payload: UnsafeRawBufferPointer, _ target: UnsafeRawBufferPointer
    ) -> Int32 {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let address = target.baseAddress?.assumingMemoryBound(to: sockaddr.self)
        let sent = sendto(
            descriptor.number, payload.baseAddress, payload.count, flags, address,
            socklen_t(target.count))
        return sent >= 0 ? 0 : errno
    }

    /// What becomes of a send that failed with `code`: an error of its own, or one that an earlier
    /// datagram left behind.
    @inline(never)
    private func sendAgain(
        _ payload: UnsafeRawBufferPointer, to target: UnsafeRawBufferPointer, after code: Int32,
        _ refusals: inout [Refusal]
    ) -> Int32 {
        var code = code
        for attempt in 1..<Self.attemptsMax {
            if code == 0 || code == EAGAIN || code == ENOBUFS { return code }
            let before = refusals.count
            takeRefusals(&refusals)
            // The kernel reports an old error once, so one more try tells. Errors may have come
            // meanwhile.
            guard attempt == 1 || refusals.count > before || code == EINTR else { return code }
            throwStraysAway()
            code = transmit(payload, target)
        }
        return code
    }

    /// Takes out what receivers sent back: it would use up the room in which the kernel keeps ICMP
    /// errors.
    private func throwStraysAway() {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC)
        for _ in 0..<Self.takenMax where recv(descriptor.number, nil, 0, flags) < 0 { return }
    }
}
