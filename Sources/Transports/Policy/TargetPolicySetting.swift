extension TargetPolicy.Mode {
    /// Reads the setting: `any`, `no-metadata`, `public-only`, or CIDRs with commas between.
    /// Throws a sentence that names the part at fault.
    public init(parsing text: String) throws(TargetPolicySettingError) {
        switch text {
        case "any": self = .any
        case "no-metadata": self = .noMetadata
        case "public-only": self = .publicOnly
        default:
            var blocks: [AddressBlock] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let block = AddressBlock(part) else {
                    throw TargetPolicySettingError(part: String(part))
                }
                blocks.append(block)
            }
            self = .listed(blocks)
        }
    }
}

/// Why a text is no target policy.
public struct TargetPolicySettingError: Error, Sendable, CustomStringConvertible {
    /// The part that could not be read.
    public let part: String

    /// One sentence that says what was expected.
    public var description: String {
        "'\(part)': expected any, no-metadata, public-only, or blocks like 10.0.0.0/8 or ::1 with commas between; "
            + "the bits behind a block's prefix must be zero."
    }
}
