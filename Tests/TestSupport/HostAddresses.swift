internal import Glibc

/// The addresses of this host's interfaces.
public enum HostAddresses {
    /// Those of IPv4 in host byte order, loopback included.
    public static var ipv4: [UInt32] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var addresses: [UInt32] = []
        var entry = list
        while let interface = entry?.pointee {
            entry = interface.ifa_next
            guard let address = interface.ifa_addr, Int32(address.pointee.sa_family) == AF_INET
            else { continue }
            address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                addresses.append(UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        }
        return addresses
    }
}
