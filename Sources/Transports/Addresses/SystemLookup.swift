internal import Glibc
public import WireFormats

/// The system's way to look names up: /etc/hosts, DNS, whatever nsswitch.conf(5) says.
public enum SystemLookup {
    /// The addresses of `name` in the system's order. Blocks, with silent name servers for tens of
    /// seconds.
    public static func addresses(_ name: String) -> Result<[IPAddress], Resolver.LookupFailure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            // EAI_NODATA and EAI_ADDRFAMILY, which Glibc's Swift module leaves out: the name has no
            // address.
            let isFinal = code == EAI_NONAME || code == -5 || code == -9
            return .failure(isFinal ? .notFound : .temporary)
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var entry = list
        while let current = entry {
            if let inner = current.pointee.ai_addr, let address = IPAddress(inner),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            entry = current.pointee.ai_next
        }
        return .success(addresses)
    }
}
