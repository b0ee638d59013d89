internal import Glibc
internal import WireFormats

/// Addresses as the system has them.
extension IPAddress {
    /// The address inside a `sockaddr_in` or `sockaddr_in6`; nil for another family. The pointer
    /// must be good for the size of that family's structure.
    init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let inner = raw.loadUnaligned(as: sockaddr_in.self)
            self = .v4(UInt32(bigEndian: inner.sin_addr.s_addr))
        case AF_INET6:
            // RFC 3493 §3.3: the sixteen bytes lie eight bytes into the structure, in network
            // order.
            let offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
            self = .v6(
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
        default: return nil
        }
    }

    /// The port inside a `sockaddr_in` or `sockaddr_in6`; 0 for another family.
    static func port(of address: UnsafePointer<sockaddr>) -> UInt16 {
        switch Int32(address.pointee.sa_family) {
        // Both structures have it behind the family (RFC 3493 §3.3).
        case AF_INET, AF_INET6:
            UInt16(
                bigEndian: UnsafeRawPointer(address).loadUnaligned(
                    fromByteOffset: 2, as: UInt16.self))
        default: 0
        }
    }
}
