/// Eight bytes of text looked at in one step; what reader and writer of JSON strings have in common.
enum ByteMarks {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Bit 7 of each byte that is `"`, `\` or below 0x20; all other bits 0. The first byte is the
    /// lowest one.
    ///
    /// A borrow can mark a byte wrongly only above one that is marked rightly, so the lowest mark is
    /// always true.
    @inline(__always)
    static func specials(in word: UInt64) -> UInt64 {
        let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        let controls = (word &- ones &* 0x20) & ~word
        let found =
            ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes) | controls
        return found & highs
    }

    /// Bit 7 of each byte that is not ASCII; all other bits 0.
    @inline(__always)
    static func nonASCII(in word: UInt64) -> UInt64 { word & highs }

    /// Whether one byte is `"`, `\` or below 0x20.
    @inline(__always)
    static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
