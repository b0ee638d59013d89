internal import WireFormats

/// `{ip.…}`: addresses as text and as the bytes of the network.
extension TransformationTable {
    static let ipRows = [
        TransformationRow("ip.pton") { address($0).map { .string(networkBytes($0)) } },
        TransformationRow("ip.ntop") {
            networkAddress($0.bytes).map { ScriptValue($0.description) }
        },
        TransformationRow("ip.family") { input in
            networkAddress(input.bytes).map { ScriptValue($0.isIPv4 ? "INET" : "INET6") }
        },
        TransformationRow("ip.isip") { .integer(address($0) != nil ? 1 : 0) },
        TransformationRow("ip.isip4") { .integer(address($0)?.isIPv4 == true ? 1 : 0) },
        TransformationRow("ip.isip6") { .integer(address($0)?.isIPv4 == false ? 1 : 0) },
        TransformationRow("ip.isprivate") { input in
            .integer(privateRanges.contains { address(input).map($0.contains) ?? false } ? 1 : 0)
        },
        TransformationRow("ip.matches", .text, apply: matches),
    ]

    /// RFC 1918.
    private static let privateRanges = [
        AddressRange(10, 0, 0, 0, bits: 8), AddressRange(172, 16, 0, 0, bits: 12),
        AddressRange(192, 168, 0, 0, bits: 16),
    ]

    /// An address as text; IPv6 may be in brackets, as it is in a URI.
    private static func address(_ input: TransformationInput) -> IPAddress? {
        guard var text = input.text else { return nil }
        if let address = IPAddress.parseIPv4(text.span) { return .v4(address) }
        if text.first == UInt8(ascii: "["), text.last == UInt8(ascii: "]") {
            text = text.dropFirst().dropLast()
        }
        return IPAddress.parseIPv6(text.span)
    }

    private static func networkBytes(_ address: IPAddress) -> [UInt8] {
        switch address {
        case .v4(let word): bigEndian(UInt64(word), count: 4)
        case .v6(let upper, let lower): bigEndian(upper, count: 8) + bigEndian(lower, count: 8)
        }
    }

    private static func networkAddress(_ bytes: [UInt8]) -> IPAddress? {
        switch bytes.count {
        case 4: .v4(UInt32(truncatingIfNeeded: word(bytes[...])))
        case 16: .v6(word(bytes[..<8]), word(bytes[8...]))
        default: nil
        }
    }

    /// Whether it is in a network like `10.0.0.0/8`; NULL where that is none, or of the other
    /// family.
    private static func matches(_ input: TransformationInput) -> ScriptValue? {
        guard let address = address(input), let text = input.text(0),
            text.contains(UInt8(ascii: "/")),
            let range = AddressRange.parse(String(decoding: text, as: UTF8.self)),
            range.first.isIPv4 == address.isIPv4
        else { return nil }
        return .integer(range.contains(address) ? 1 : 0)
    }

    private static func bigEndian(_ word: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
