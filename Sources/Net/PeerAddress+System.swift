internal import Glibc

// Addresses as the kernel writes and reads them.

extension PeerAddress {
    /// The address in a `sockaddr_in` or `sockaddr_in6`; nil for another family.
    init?(_ storage: sockaddr_storage) {
        let address = withUnsafeBytes(of: storage) { bytes -> PeerAddress? in
            // RFC 3493 §3.2 and §3.3: family, port, then the address at 4 or 8, in network order.
            let port = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            switch Int32(storage.ss_family) {
            case AF_INET:
                let address = bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
                return .ipv4(UInt32(bigEndian: address), port: port)
            case AF_INET6:
                let high = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                let low = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                return .ipv6(
                    high: UInt64(bigEndian: high), low: UInt64(bigEndian: low), port: port)
            default:
                return nil
            }
        }
        guard let address else { return nil }
        self = address
    }

    /// Where an IPv4 or IPv6 socket is bound; nil for another one, with errno left as the kernel set it.
    init?(boundTo socket: borrowing FileDescriptor) {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let number = socket.number
        let result = withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(number, $0, &size)
            }
        }
        guard result == 0 else { return nil }
        self.init(storage)
    }
}

extension sockaddr_in {
    /// An IPv4 address and a port, both in host order.
    @inline(__always)
    init(_ address: UInt32, port: UInt16) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = port.bigEndian
        sin_addr.s_addr = address.bigEndian
    }
}

extension sockaddr_in6 {
    /// An IPv6 address, its two halves and the port in host order.
    @inline(__always)
    init(_ upper: UInt64, _ lower: UInt64, port: UInt16) {
        self.init()
        sin6_family = sa_family_t(AF_INET6)
        sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &sin6_addr) { bytes in
            bytes.storeBytes(of: upper.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: lower.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
    }
}
