/// A network in CIDR notation: the addresses that share its first bits.
public struct AddressRange: Sendable, Hashable {
    /// Its first address; the bits behind the prefix are 0.
    public let first: IPAddress
    /// How many bits its addresses share: 0–32 for IPv4, 0–128 for IPv6.
    public let bits: Int

    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or an address alone, which is a network of one. nil for
    /// anything else, an address with bits behind its prefix included: `10.0.0.1/8` is more likely
    /// a slip than a wish.
    public static func parse(_ text: String) -> AddressRange? {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard let head = parts.first, parts.count <= 2,
            let address = parseAddress(String(Substring(head)))
        else { return nil }
        let width = address.bitWidth
        guard parts.count == 2 else { return AddressRange(first: address, bits: width) }
        let digits = parts[1]
        let isNumber =
            1...3 ~= digits.count
            && digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let hasLeadingZero = digits.count > 1 && digits.first == UInt8(ascii: "0")
        guard isNumber, !hasLeadingZero, let bits = Int(Substring(digits)), bits <= width,
            address.masked(to: bits) == address
        else { return nil }
        return AddressRange(first: address, bits: bits)
    }

    private static func parseAddress(_ text: String) -> IPAddress? {
        let bytes = text.utf8Span.span
        return IPAddress.parseIPv4(bytes).map { .v4($0) } ?? IPAddress.parseIPv6(bytes)
    }

    init(first: IPAddress, bits: Int) {
        self.first = first
        self.bits = bits
    }

    /// A row of a table: an IPv4 network. The bits behind the prefix must be 0.
    public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8, bits: Int) {
        let upper = UInt32(first) << 24 | UInt32(second) << 16
        self.init(first: .v4(upper | UInt32(third) << 8 | UInt32(fourth)), bits: bits)
    }

    /// A row of a table: an IPv6 network by its upper and its lower eight bytes; those behind the prefix must be 0.
    public init(_ upper: UInt64, _ lower: UInt64 = 0, bits: Int) {
        self.init(first: .v6(upper, lower), bits: bits)
    }

    /// Whether `address` is in it. An address of the other family never is.
    public func contains(_ address: IPAddress) -> Bool {
        address.masked(to: bits) == first
    }
}

extension AddressRange: CustomStringConvertible {
    /// `10.0.0.0/8`; what `parse` reads.
    public var description: String { "\(first)/\(bits)" }
}

extension IPAddress {
    fileprivate var bitWidth: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    /// The address with everything behind the first `bits` bits 0.
    fileprivate func masked(to bits: Int) -> IPAddress {
        // Swift's smart shift by the width or more gives 0, a negative one shifts the other way.
        switch self {
        case .v4(let address):
            .v4(address & ~(UInt32.max >> bits))
        case .v6(let upper, let lower):
            .v6(
                upper & ~(UInt64.max >> bits), bits <= 64 ? 0 : lower & ~(UInt64.max >> (bits - 64))
            )
        }
    }
}
