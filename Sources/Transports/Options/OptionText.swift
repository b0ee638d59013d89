/// Values of options, read by their grammar: nil is what breaks it.
enum OptionText {
    /// A whole number without sign and leading zeros, at most 9 digits.
    static func number(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard 1...9 ~= digits.count, digits.first != UInt8(ascii: "0") || digits.count == 1,
            digits.allSatisfy({ isDigit($0) })
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// A time in milliseconds, `500ms` or `2s`; not 0.
    static func milliseconds(_ text: String) -> Int? {
        let isMilliseconds = text.hasSuffix("ms")
        guard text.hasSuffix("s"),
            let number = number(text.dropLast(isMilliseconds ? 2 : 1)), 1...99_999 ~= number
        else { return nil }
        return isMilliseconds ? number : number * 1_000
    }

    /// A JSON-RPC method's name: 1 to 64 letters, digits, `_`, `.`, `:`, `/` and `-`, not all of them first.
    static func isMethod(_ text: String) -> Bool {
        1...SocketOptions.nameBytesMax ~= text.utf8.count
            && text.utf8.enumerated().allSatisfy { index, byte in
                isLetter(byte) || byte == UInt8(ascii: "_")
                    || index > 0 && (isAlphanumeric(byte) || ".:/-".utf8.contains(byte))
            }
    }

    /// Names of params with commas between, 1 to `max`.
    static func names(_ text: String, max: Int) -> [String]? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard 1...max ~= names.count else { return nil }
        let allAreNames = names.allSatisfy { name in
            1...SocketOptions.nameBytesMax ~= name.utf8.count
                && name.utf8.allSatisfy { isAlphanumeric($0) || "_.-".utf8.contains($0) }
        }
        return allAreNames ? names : nil
    }

    /// A to Z, a to z, 0 to 9.
    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte)
    }

    /// A to Z, a to z.
    static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }

    /// 0 to 9, a to f, A to F.
    static func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
            || UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
