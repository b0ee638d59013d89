/// `{s.escape.…}` and `{s.unescape.…}`: text that goes into quotes, or into a SIP URI.
extension TransformationTable {
    static let escapeRows = [
        TransformationRow("s.escape.common") { .string(escapedForQuotes($0.bytes)) },
        TransformationRow("s.unescape.common") { .string(unescapedFromQuotes($0.bytes)) },
        TransformationRow("s.escape.user") { percentEscaped($0.bytes) { !isUserByte($0) } },
        TransformationRow("s.unescape.user") { percentUnescaped($0.bytes) },
        TransformationRow("s.escape.param") { percentEscaped($0.bytes, where: isParameterMark) },
        TransformationRow("s.unescape.param") { percentUnescaped($0.bytes) },
    ]

    /// A backslash before `'`, `"` and itself; NUL is `\0`.
    private static func escapedForQuotes(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
                [UInt8(ascii: "\\"), byte]
            case 0: Array("\\0".utf8)
            default: [byte]
            }
        }
    }

    private static func unescapedFromQuotes(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let next = index + 1 < bytes.count ? bytes[index + 1] : nil
            if bytes[index] == UInt8(ascii: "\\"), let next, #"'"\0"#.utf8.contains(next) {
                result.append(next == UInt8(ascii: "0") ? 0 : next)
                index += 2
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// `unreserved / user-unreserved` (RFC 3261 §25.1), but for `/`, which OpenSIPS escapes.
    private static func isUserByte(_ byte: UInt8) -> Bool {
        ByteClass.word.contains(byte) || "-.!~*'()&=+$,;?".utf8.contains(byte)
    }

    /// What would end a parameter's value, or the URI.
    private static func isParameterMark(_ byte: UInt8) -> Bool {
        #" ?&=,;""#.utf8.contains(byte)
    }

    /// `%hh` in small letters; NULL for text that is not all printable ASCII (OpenSIPS).
    private static func percentEscaped(
        _ bytes: [UInt8], where needsEscape: (UInt8) -> Bool
    ) -> ScriptValue? {
        guard bytes.allSatisfy(isPrintable) else { return nil }
        return .string(
            bytes.flatMap {
                needsEscape($0) ? [UInt8(ascii: "%")] + Hexadecimal.digits(of: $0) : [$0]
            })
    }

    /// NULL for a `%` without two digits, or where it stands for what is not printable (OpenSIPS).
    private static func percentUnescaped(_ bytes: [UInt8]) -> ScriptValue? {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.count, let high = Hexadecimal.value(of: bytes[index + 1]),
                let low = Hexadecimal.value(of: bytes[index + 2]), isPrintable(high << 4 | low)
            else { return nil }
            result.append(high << 4 | low)
            index += 3
        }
        return .string(result)
    }

    private static func isPrintable(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte <= 0x7E
    }
}
