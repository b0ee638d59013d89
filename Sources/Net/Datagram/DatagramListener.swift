internal import Cepoll
internal import Glibc
internal import Synchronization

/// A bound datagram socket; closed, and its path removed, when the last reference goes: answers that
/// come late hold one.
final class DatagramListener: Sendable {
    /// What it is bound to, with the port the kernel chose.
    let address: DatagramAddress
    let descriptor: FileDescriptor
    private let file: UnixSocketFile?
    private let counts: DatagramCounts

    /// Who sent a datagram, as `reply` needs it.
    struct Sender: Sendable {
        let peer: PeerAddress
        fileprivate let storage: sockaddr_storage
        fileprivate let length: socklen_t
        /// Whether the sender has an address that can be replied to.
        var canBeAnswered: Bool { length > socklen_t(MemoryLayout<sa_family_t>.size) }
    }

    /// One datagram, or why there is none.
    enum Received {
        case datagram(count: Int, Sender, overflowed: Int)
        /// Nothing more for now.
        case nothing
    }

    /// Bytes of the kernel's receive buffer: bursts wait there.
    private static let receiveBufferBytes: Int32 = 1 << 20

    /// Binds. Looks a host name up, which may block. Throws which call failed.
    convenience init(
        _ address: DatagramAddress, _ counts: DatagramCounts
    ) throws(SystemError) {
        switch address {
        case .udp(let host, let port): try self.init(host: host, port: port, counts)
        case .unix(let path): try self.init(path: path, counts)
        }
    }

    private init(host: String, port: UInt16, _ counts: DatagramCounts) throws(SystemError) {
        let call = "bind " + DatagramAddress.udp(host: host, port: port).description
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else {
            throw SystemError(call, EADDRNOTAVAIL)
        }
        defer { freeaddrinfo(list) }
        let descriptor = try Self.socket(first.pointee.ai_family, call)
        var one: Int32 = 1
        if first.pointee.ai_family == AF_INET6 {
            // `::` does not take the IPv4 port too: both can be bound.
            setsockopt(
                descriptor.number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one,
                socklen_t(MemoryLayout<Int32>.size))
        }
        guard bind(descriptor.number, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            throw .last(call)
        }
        address = .udp(host: host, port: try Self.port(descriptor.number, call))
        self.descriptor = descriptor
        self.counts = counts
        file = nil
    }

    private init(path: String, _ counts: DatagramCounts) throws(SystemError) {
        let call = "bind unix:" + path
        let descriptor = try Self.socket(AF_UNIX, call)
        file = try UnixSocketFile(binding: descriptor.number, type: SOCK_DGRAM, to: path, call)
        address = .unix(path: path)
        self.descriptor = descriptor
        self.counts = counts
    }

    /// Takes the next datagram into `buffer`, cut off at its end; never blocks. One thread.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        var datagram = carillon_datagram()
        while true {
            let count = carillon_receive_datagram(
                descriptor.number, buffer.baseAddress, buffer.count, &datagram)
            if count >= 0 {
                let sender = Sender(
                    peer: Self.peer(datagram), storage: datagram.from, length: datagram.from_length)
                return .datagram(
                    count: count, sender, overflowed: Int(datagram.overflowed))
            }
            if errno == EAGAIN { return .nothing }
            // Anything else is an ICMP error of an earlier reply, taken by this very call.
            if errno != EINTR { counts.repliesFailed.add(1, ordering: .relaxed) }
        }
    }

    /// Sends a reply; never blocks. Any thread.
    func reply(_ text: [UInt8], to sender: Sender) {
        if text.isEmpty || !sender.canBeAnswered { return }
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let sent = withUnsafePointer(to: sender.storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { to in
                text.withUnsafeBytes {
                    sendto(descriptor.number, $0.baseAddress, $0.count, flags, to, sender.length)
                }
            }
        }
        if sent < 0 {
            counts.repliesFailed.add(1, ordering: .relaxed)
        } else {
            counts.replies.add(1, ordering: .relaxed)
        }
    }

    private static func socket(
        _ family: Int32, _ call: String
    ) throws(SystemError) -> FileDescriptor {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let number = Glibc.socket(family, type, 0)
        guard number >= 0 else { throw .last(call) }
        // Without these two it works too: bursts are shorter, drops and senders unknown; a UNIX sender
        // that is unknown is refused.
        var bytes = receiveBufferBytes
        setsockopt(number, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        carillon_ask_for_circumstances(number, family == AF_UNIX ? 1 : 0)
        return FileDescriptor(owning: number)
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
        return PeerAddress(storage)?.port ?? 0
    }

    private static func peer(_ datagram: carillon_datagram) -> PeerAddress {
        if let address = PeerAddress(datagram.from) { return address }
        let who = datagram.credentials
        // The kernel's word for nobody, where it did not say.
        return datagram.has_credentials != 0
            ? .unix(user: who.user, process: who.process) : .unix(user: .max, process: 0)
    }
}

extension PeerAddress {
    /// The address in a `sockaddr_in` or `sockaddr_in6`; nil for another family.
    init?(_ storage: sockaddr_storage) {
        let parts: (family: Int32, port: UInt16, v4: UInt32, high: UInt64, low: UInt64) =
            withUnsafeBytes(of: storage) { bytes in
                // RFC 3493 §3.2 and §3.3: family, port, then the address at 4 or 8, in network order.
                (
                    Int32(storage.ss_family),
                    UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)),
                    UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                    UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
                )
            }
        switch parts.family {
        case AF_INET: self = .ipv4(parts.v4, port: parts.port)
        case AF_INET6: self = .ipv6(high: parts.high, low: parts.low, port: parts.port)
        default: return nil
        }
    }

    /// Whether a datagram can really have been sent from this address by one host: not from port 0,
    /// "this network", multicast, broadcast or reserved addresses.
    var isPlausibleSender: Bool {
        switch family {
        case .ipv4: port != 0 && high >> 24 != 0 && high >> 24 < 224
        case .ipv6: port != 0 && high >> 56 != 0xFF && (high != 0 || low != 0)
        case .unix: true
        }
    }
}
