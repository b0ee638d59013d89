extension IPAddress {
    /// Reads a canonical dotted quad, `127.0.0.1`: four decimal numbers 0–255 without leading
    /// zeros, nothing else. nil for the short, octal and hexadecimal forms of `inet_aton`: they
    /// only serve to hide an address.
    public static func parseIPv4(_ bytes: Span<UInt8>) -> UInt32? {
        var address: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "."):
                guard digits > 0, dots < 3 else { return nil }
                address = address << 8 | octet
                octet = 0
                digits = 0
                dots += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits > 0, octet == 0 { return nil }
                octet = octet * 10 + UInt32(bytes[index] - UInt8(ascii: "0"))
                digits += 1
                if octet > 255 { return nil }
            default: return nil
            }
        }
        return digits > 0 && dots == 3 ? address << 8 | octet : nil
    }

    /// Reads eight groups of one to four hexadecimal digits, with one `::` for one or more zero
    /// groups (RFC 4291 §2.2, forms 1 and 2). nil for anything else, a dotted quad at the end (form
    /// 3) included.
    public static func parseIPv6(_ bytes: Span<UInt8>) -> IPAddress? {
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var count = 0
        var gap = -1
        var index = 0
        if bytes.count >= 2, bytes[0] == UInt8(ascii: ":"), bytes[1] == UInt8(ascii: ":") {
            gap = 0
            index = 2
        }
        while index < bytes.count {
            var value: UInt16 = 0
            var digits = 0
            while index < bytes.count, let digit = hexadecimal(bytes[index]) {
                value = value << 4 | digit
                digits += 1
                index += 1
                if digits > 4 { return nil }
            }
            guard digits > 0, count < 8 else { return nil }
            groups[count] = value
            count += 1
            if index == bytes.count { break }
            guard bytes[index] == UInt8(ascii: ":") else { return nil }
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
                guard gap < 0 else { return nil }
                gap = count
                index += 1
            } else if index == bytes.count {
                return nil
            }
        }
        guard gap < 0 ? count == 8 : count < 8 else { return nil }
        return assemble(groups, count: count, gap: gap)
    }

    private static func assemble(_ groups: InlineArray<8, UInt16>, count: Int, gap: Int)
        -> IPAddress
    {
        var upper: UInt64 = 0
        var lower: UInt64 = 0
        for place in 0..<count {
            let target = gap >= 0 && place >= gap ? place + 8 - count : place
            let shifted = UInt64(groups[place]) << UInt64(48 - target % 4 * 16)
            if target < 4 { upper |= shifted } else { lower |= shifted }
        }
        return .v6(upper, lower)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
