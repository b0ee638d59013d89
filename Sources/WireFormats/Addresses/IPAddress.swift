/// An IPv4 or IPv6 address, as a value: compared, judged and printed without the system's help.
public enum IPAddress: Sendable, Hashable {
    /// Host byte order: 127.0.0.1 is `0x7F00_0001`.
    case v4(UInt32)
    /// The upper and the lower eight bytes, each in host byte order: ::1 is `(0, 1)`.
    case v6(UInt64, UInt64)

    /// Whether it is an IPv4 address.
    public var isIPv4: Bool {
        if case .v4 = self { true } else { false }
    }

    /// Whether it is in 127.0.0.0/8 or is ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address >> 24 == 127
        case .v6(let upper, let lower): upper == 0 && lower == 1
        }
    }

    /// Whether it is 0.0.0.0 or ::, which a listener uses for "every address of this host".
    public var isUnspecified: Bool { self == .v4(0) || self == .v6(0, 0) }

    /// The IPv4 address that an IPv6 address stands for on this host: IPv4-mapped (RFC 4291
    /// §2.5.5.2), IPv4-compatible (§2.5.5.1; :: and ::1 are none) or NAT64 (RFC 6052,
    /// 64:ff9b::/96). Else nil.
    public var embeddedIPv4: UInt32? {
        guard case .v6(let upper, let lower) = self else { return nil }
        let isMapped = upper == 0 && lower >> 32 == 0xFFFF
        let isCompatible = upper == 0 && lower >> 32 == 0 && lower > 1
        let isTranslated = upper == 0x0064_FF9B_0000_0000 && lower >> 32 == 0
        return isMapped || isCompatible || isTranslated ? UInt32(truncatingIfNeeded: lower) : nil
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted quad, or the text of RFC 5952 §4 without brackets.
    public var description: String {
        switch self {
        case .v4(let address):
            return "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
        case .v6(let upper, let lower):
            return Self.compressed(upper, lower)
        }
    }

    /// RFC 5952 §4: lower case, no leading zeros, `::` for the first longest run of two or more
    /// zero groups.
    private static func compressed(_ upper: UInt64, _ lower: UInt64) -> String {
        let groups = (0..<8).map { group in
            UInt16(truncatingIfNeeded: (group < 4 ? upper : lower) >> UInt64(48 - group % 4 * 16))
        }
        var run = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(run.count, 1) { run = start..<end }
            start = max(end, start + 1)
        }
        func join(_ range: Range<Int>) -> String {
            range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
        }
        return run.isEmpty
            ? join(0..<8) : join(0..<run.lowerBound) + "::" + join(run.upperBound..<8)
    }
}
