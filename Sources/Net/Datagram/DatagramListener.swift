internal import Cepoll
internal import Glibc
internal import Synchronization

/// A bound datagram socket; closed, and its path removed, when the last reference goes: answers that
/// come late hold one.
final class DatagramListener: Sendable {
    /// What it is bound to, with the port the kernel chose.
    let address: DatagramAddress
    /// The same as the kernel knows it, a host name looked up; nil for a UNIX socket.
    let bound: PeerAddress?
    let descriptor: FileDescriptor
    /// The socket file it made.
    let file: UnixSocketFile?
    private let counts: DatagramCounts

    /// Who sent a datagram, as `reply` needs it.
    struct Sender: Sendable {
        let peer: PeerAddress
        fileprivate let storage: sockaddr_storage
        fileprivate let length: socklen_t
        /// Whether the sender has an address that can be replied to.
        var canBeAnswered: Bool { length > socklen_t(MemoryLayout<sa_family_t>.size) }
        /// Whether it is this process itself, through a socket that only sends.
        var isOurselves: Bool { !canBeAnswered && peer.process == ThisProcess.id }
    }

    /// One datagram, or why there is none.
    enum Received {
        case datagram(count: Int, Sender, overflowed: Int)
        /// One that is longer than the buffer, which is full of its beginning.
        case tooLong(Sender, overflowed: Int)
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
        let socket = try InternetSocket(.datagram, host, port, call)
        bound = socket.address
        address = .udp(host: host, port: socket.address.port)
        descriptor = socket.take()
        Self.prepare(descriptor.number, isUnix: false)
        self.counts = counts
        file = nil
    }

    private init(path: String, _ counts: DatagramCounts) throws(SystemError) {
        let call = "bind unix:" + path
        let descriptor = try FileDescriptor.socket(AF_UNIX, SOCK_DGRAM, call)
        Self.prepare(descriptor.number, isUnix: true)
        file = try UnixSocketFile(binding: descriptor.number, type: SOCK_DGRAM, to: path, call)
        address = .unix(path: path)
        bound = nil
        self.descriptor = descriptor
        self.counts = counts
    }

    /// Takes the next datagram into `buffer`; never blocks. One thread.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Received {
        var datagram = carillon_datagram()
        while true {
            let count = carillon_receive_datagram(
                descriptor.number, buffer.baseAddress, buffer.count, &datagram)
            if count >= 0 {
                let sender = Sender(
                    peer: Self.peer(datagram), storage: datagram.from, length: datagram.from_length)
                let lost = Int(datagram.overflowed)
                return datagram.is_truncated != 0
                    ? .tooLong(sender, overflowed: lost)
                    : .datagram(count: count, sender, overflowed: lost)
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

    /// Without these it works too: bursts are shorter, drops and senders unknown; a UNIX sender that is
    /// unknown is refused.
    private static func prepare(_ number: Int32, isUnix: Bool) {
        var bytes = receiveBufferBytes
        setsockopt(number, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        carillon_ask_for_circumstances(number, isUnix ? 1 : 0)
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
