/// What the datagram transport counts beside the deliveries' own outcomes.
public struct DatagramStatistics: Sendable, Equatable {
    /// ICMP errors about datagrams that the kernel had taken: nobody listened on the port, the host
    /// was not reached. Those that came in time have made a delivery fail, too.
    public internal(set) var icmpErrors: UInt64 = 0
    /// Failed sends by errno. One delivery to a name with several addresses may count several.
    public internal(set) var sendErrors: [Int32: UInt64] = [:]
    /// IPv4 receivers that have a connected socket.
    public internal(set) var udpConnections = 0
    /// UNIX receivers that have a connected socket.
    public internal(set) var unixConnections = 0
}
