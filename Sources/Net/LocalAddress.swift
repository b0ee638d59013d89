internal import Glibc
public import WireFormats

/// Which addresses are this host's own.
public enum LocalAddress {
    /// Whether what is sent to `address` comes back to this host, as the kernel sees it at this moment: a list of the
    /// interfaces' addresses would be stale after the next lease. Nothing is sent. Four system calls that do not block.
    public static func isOurs(_ address: IPAddress) -> Bool {
        // Linux sends to an address of its own from that very address, and to all others from one of its own.
        address.isLoopback || address.isUnspecified || source(for: address) == address
    }

    /// Any will do: it only completes the address.
    private static let port: UInt16 = 9

    /// Where a datagram to `address` would come from; nil where there is no way there.
    private static func source(for address: IPAddress) -> IPAddress? {
        let family = address.isIPv4 ? AF_INET : AF_INET6
        guard let socket = try? FileDescriptor.socket(family, SOCK_DGRAM, "socket"),
            // Of UDP, connecting looks the route up, and that is all.
            connect(socket.number, to: address) == 0, let here = PeerAddress(boundTo: socket)
        else { return nil }
        return here.address
    }

    private static func connect(_ number: Int32, to address: IPAddress) -> Int32 {
        func connect(_ target: UnsafeRawBufferPointer) -> Int32 {
            Glibc.connect(
                number, target.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(target.count))
        }
        switch address {
        case .v4(let address):
            return withUnsafeBytes(of: sockaddr_in(address, port: port), connect)
        case .v6(let upper, let lower):
            return withUnsafeBytes(of: sockaddr_in6(upper, lower, port: port), connect)
        }
    }
}
