/// Text for log lines. Whatever a stranger sent goes through here, so that it can neither begin a line of its own nor
/// drive a terminal nor turn its direction.
enum LogText {
    /// Most bytes of one value; what is longer ends in `…`.
    static let bytesMax = 512

    /// A value of a `key=value` pair: as it is where that is plain, else in quotes, with `\u` escapes.
    static func value(_ text: String) -> String {
        if isPlain(text) { return text }
        return "\"" + escaped(text) + "\""
    }

    /// A value always in quotes, however long: a whole message. What was escaped before stays as it is.
    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }

    /// A value that was taken out of quotes: back into them where it needs them.
    static func requoted(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// The text with everything escaped that is not to be printed, cut to `bytesMax`.
    static func escaped(_ text: String, bytesMax: Int = LogText.bytesMax) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let piece = piece(scalar)
            count += piece.utf8.count
            // Room for the three bytes of the ellipsis.
            guard count <= bytesMax - 3 else { return result + "…" }
            result += piece
        }
        return result
    }

    private static func isPlain(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= bytesMax
            && bytes.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C && $0 != 0x3D }
    }

    private static func piece(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x22: "\\\""
        case 0x5C: "\\\\"
        case 0x20...0x7E: String(scalar)
        // C0, DEL and C1; soft hyphen; Arabic letter mark; zero-width and direction marks; line and paragraph
        // separators, embeddings and overrides; isolates; byte order mark; tags.
        case 0...0x1F, 0x7F...0x9F, 0xAD, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F,
            0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            hexadecimal(scalar.value)
        default: String(scalar)
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\u"
            + (value > 0xFFFF
                ? "{\(digits)}" : String(repeating: "0", count: 4 - digits.count) + digits)
    }
}
