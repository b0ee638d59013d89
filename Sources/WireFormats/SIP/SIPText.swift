/// What the parsers of SIP have in common: text is bytes, mostly ASCII, whose case seldom counts.
extension ArraySlice<UInt8> {
    /// Without the white space at both ends; CR and LF are white space where a field was folded.
    var trimmedOfWhiteSpace: ArraySlice<UInt8> {
        var slice = drop(while: \.isWhiteSpace)
        while let last = slice.last, last.isWhiteSpace { slice.removeLast() }
        return slice
    }

    /// Whether two texts are the same but for the case of ASCII letters.
    func isSameIgnoringCase(as other: some Collection<UInt8>) -> Bool {
        count == other.count
            && zip(self, other).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
    }

    /// Whether it is this text, whatever the case of ASCII letters.
    func isSameIgnoringCase(as text: String) -> Bool {
        isSameIgnoringCase(as: text.utf8)
    }

    /// The number that is written in digits alone, at most `maximum`; nil for anything else.
    func decimal(atMost maximum: Int) -> Int? {
        guard !isEmpty else { return nil }
        var number = 0
        for byte in self {
            guard byte.isDigit else { return nil }
            // `maximum` is far below the place where this could overflow.
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
            guard number <= maximum else { return nil }
        }
        return number
    }

    /// The place behind the quoted string that begins at `start`; nil when it has no end.
    /// `quoted-string = SWS DQUOTE *(qdtext / quoted-pair) DQUOTE` (RFC 3261 §25.1).
    func endOfQuotes(from start: Int) -> Int? {
        var index = start + 1
        while index < endIndex {
            switch self[index] {
            case UInt8(ascii: "\""): return index + 1
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }
}

extension UInt8 {
    /// A blank, a tab, CR or LF.
    @inline(__always)
    var isWhiteSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }

    /// `0` to `9`.
    @inline(__always)
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    /// A capital letter's small one; every other byte itself.
    @inline(__always)
    var lowercasedASCII: UInt8 { self &- UInt8(ascii: "A") < 26 ? self | 0x20 : self }
}
