/// `{s.encode.hexa}` and its kin: the same bytes, or the same number, written otherwise.
extension TransformationTable {
    static let codeRows = [
        TransformationRow("s.encode.hexa") { .string($0.bytes.flatMap(Hexadecimal.digits)) },
        TransformationRow("s.decode.hexa") { decodedHexadecimal($0.bytes) },
        TransformationRow("s.dec2hex") { hexadecimalNumber($0) },
        TransformationRow("s.hex2dec") { decimalNumber($0.value) },
        TransformationRow("s.b64encode") { .string(Base64Text.encoded($0.bytes)) },
        TransformationRow("s.b64decode") { Base64Text.decoded($0.bytes).map(ScriptValue.string) },
        TransformationRow("s.xor", .text) { exclusiveOr($0) },
    ]

    /// An odd digit at the end is left out, as OpenSIPS does; anything but digits is NULL.
    private static func decodedHexadecimal(_ bytes: [UInt8]) -> ScriptValue? {
        var result: [UInt8] = []
        for index in stride(from: 0, to: bytes.count - 1, by: 2) {
            guard let high = Hexadecimal.value(of: bytes[index]),
                let low = Hexadecimal.value(of: bytes[index + 1])
            else { return nil }
            result.append(high << 4 | low)
        }
        return .string(result)
    }

    /// Small letters. What is negative is written as OpenSIPS's 32 bits where it fits into them.
    private static func hexadecimalNumber(_ input: TransformationInput) -> ScriptValue? {
        guard let number = Int64(String(decoding: input.bytes, as: UTF8.self)) else { return nil }
        if let small = Int32(exactly: number), small < 0 {
            return ScriptValue(String(UInt32(bitPattern: small), radix: 16))
        }
        return ScriptValue(String(UInt64(bitPattern: number), radix: 16))
    }

    /// A number is one already; text is digits of which the number fits into 63 bits, else NULL.
    private static func decimalNumber(_ value: ScriptValue) -> ScriptValue? {
        guard case .string(let bytes) = value else { return value }
        guard !bytes.isEmpty, bytes.allSatisfy({ Hexadecimal.value(of: $0) != nil }) else {
            return nil
        }
        return Int64(String(decoding: bytes, as: UTF8.self), radix: 16).map(ScriptValue.integer)
    }

    private static func exclusiveOr(_ input: TransformationInput) -> ScriptValue? {
        guard let secret = input.text(0) else { return nil }
        return .string(input.bytes.enumerated().map { $1 ^ secret[$0 % secret.count] })
    }
}

/// Hexadecimal digits.
enum Hexadecimal {
    /// The two digits of a byte, in small letters.
    static func digits(of byte: UInt8) -> [UInt8] {
        [digit(byte >> 4), digit(byte & 15)]
    }

    /// What a digit is worth; nil for what is none.
    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// Base 64 (RFC 4648 §4).
enum Base64Text {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// With padding, without line ends.
    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for sextet in 0..<4 {
                let isPadding = sextet > group.count
                text.append(
                    isPadding ? UInt8(ascii: "=") : alphabet[word >> (18 - sextet * 6) & 63])
            }
        }
        return text
    }

    /// With padding or without; nil where a character is none of the alphabet, or one is alone.
    static func decoded(_ text: [UInt8]) -> [UInt8]? {
        var digits = text[...]
        while digits.last == UInt8(ascii: "="), text.count - digits.count < 2 {
            digits.removeLast()
        }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var word = 0
        var bits = 0
        for digit in digits {
            guard let value = alphabet.firstIndex(of: digit) else { return nil }
            word = (word << 6 | value) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: word >> bits))
            }
        }
        return bytes
    }
}
