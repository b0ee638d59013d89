internal import WireFormats

/// Why a text is no target policy.
public struct TargetPolicySettingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One sentence: which part is wrong and what was expected.
    public let description: String
}

extension TargetPolicy.Mode {
    /// Most networks in one setting; each costs a comparison per judged address.
    public static let networksMax = 256

    /// Reads the setting: `any`, `no-metadata`, `public-only`, or networks with commas or blanks
    /// between them, `127.0.0.0/8, ::1`.
    public init(parsing text: String) throws(TargetPolicySettingError) {
        switch text {
        case "any": self = .any
        case "no-metadata": self = .noMetadata
        case "public-only": self = .publicOnly
        default: self = .listed(try Self.parseNetworks(text))
        }
    }

    private static func parseNetworks(_ text: String) throws(TargetPolicySettingError)
        -> [AddressRange]
    {
        var networks: [AddressRange] = []
        for part in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let network = AddressRange.parse(String(part)) else {
                throw TargetPolicySettingError(
                    description: """
                        '\(part)': expected any, no-metadata, public-only, or networks like \
                        10.0.0.0/8 or ::1 with commas between; the bits behind a prefix must be zero.
                        """)
            }
            networks.append(network)
        }
        guard 1...networksMax ~= networks.count else {
            throw TargetPolicySettingError(
                description:
                    "expected any, no-metadata, public-only, or 1 to \(networksMax) networks.")
        }
        return networks
    }
}
