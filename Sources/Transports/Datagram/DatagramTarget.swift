internal import Net

/// A datagram subscriber that does not fit into `Socket.packed`: everything but numeric IPv4.
final class DatagramTarget: Sendable {
    /// How it is reached.
    enum Address: Sendable {
        /// A literal IPv6 address, both halves in host byte order.
        case ipv6(UInt64, UInt64, port: UInt16)
        /// A name in lower case, looked up when there is something to send.
        case name(String, port: UInt16)
        /// A UNIX datagram socket.
        case unix(UnixAddress)
    }

    /// How it is reached.
    let address: Address
    /// The socket's identity: what waits for one address waits in one queue.
    let identity: String

    init(_ address: Address, identity: String) {
        self.address = address
        self.identity = identity
    }
}
