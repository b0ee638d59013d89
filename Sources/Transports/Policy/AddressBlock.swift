/// A block of addresses, `10.0.0.0/8` or `2001:db8::/32`.
public struct AddressBlock: Sendable, Equatable {
    private let first: IPAddress
    private let prefixBits: Int

    /// The block of the addresses that share their first `prefixBits` bits with `first`.
    init(_ first: IPAddress, _ prefixBits: Int) {
        self.first = first
        self.prefixBits = prefixBits
    }

    /// Reads `address/bits` or a single address, the rest of whose bits must be zero. nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bytes = Array(parts[0].utf8)
        let address = IPAddress.parseIPv4(bytes.span).map { IPAddress.v4($0) }
            ?? IPAddress.parseIPv6(bytes.span)
        guard let address else { return nil }
        let width = if case .v4 = address { 32 } else { 128 }
        var bits = width
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...width).contains(given), String(given) == parts[1]
            else { return nil }
            bits = given
        }
        self.init(address, bits)
        guard isAligned else { return nil }
    }

    /// Whether an address is in the block.
    public func contains(_ address: IPAddress) -> Bool {
        switch (first, address) {
        case (.v4(let base), .v4(let other)):
            return Self.prefix(UInt64(base) << 32, prefixBits) == Self.prefix(UInt64(other) << 32, prefixBits)
        case (.v6(let high, let low), .v6(let otherHigh, let otherLow)):
            return Self.prefix(high, min(prefixBits, 64)) == Self.prefix(otherHigh, min(prefixBits, 64))
                && Self.prefix(low, max(prefixBits - 64, 0)) == Self.prefix(otherLow, max(prefixBits - 64, 0))
        default:
            return false
        }
    }

    private var isAligned: Bool {
        switch first {
        case .v4(let base):
            return Self.prefix(UInt64(base) << 32, prefixBits) == UInt64(base) << 32
        case .v6(let high, let low):
            return Self.prefix(high, min(prefixBits, 64)) == high
                && Self.prefix(low, max(prefixBits - 64, 0)) == low
        }
    }

    /// The first `bits` bits of `word`, the others zero.
    private static func prefix(_ word: UInt64, _ bits: Int) -> UInt64 {
        bits == 0 ? 0 : word & (UInt64.max << UInt64(64 - bits))
    }
}

extension AddressBlock {
    /// What no single receiver has: "this network" (RFC 1122 §3.2.1.3), link-local (RFC 3927, RFC 4291 §2.5.6),
    /// multicast (RFC 5771, RFC 4291 §2.7), reserved and broadcast (RFC 1112 §4).
    static let neverReceiving = table("0.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 fe80::/10 ff00::/8")

    /// Where clouds answer with credentials although the address is not link-local: AWS over IPv6, Alibaba, Oracle.
    static let metadata = table("fd00:ec2::254/128 100.100.100.200/32 192.0.0.192/32")

    /// What is not global (the IANA special-purpose registries, RFC 6890).
    static let notGlobal = table(
        """
        10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 \
        198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 ::1/128 100::/64 2001::/23 2001:db8::/32 \
        2002::/16 3fff::/20 5f00::/16 fc00::/7 fec0::/10
        """)

    private static func table(_ text: String) -> [AddressBlock] {
        text.split(separator: " ").compactMap { AddressBlock($0) }
    }
}
