/// Strangers' text made safe to show: nothing in it moves the cursor, colours, or turns the direction of writing.
enum Printable {
    /// Control characters and marks of direction as `\u{1b}`; everything else as it is.
    static func text(_ text: String) -> String {
        escaping(text) { "\\u{" + String($0.value, radix: 16) + "}" }
    }

    /// The same for a JSON text, where such characters may stand in strings only: as `\u001b`.
    static func json(_ text: String) -> String {
        escaping(text) { scalar in
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    private static func escaping(_ text: String, _ escape: (Unicode.Scalar) -> String) -> String {
        guard text.unicodeScalars.contains(where: isDangerous) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isDangerous(scalar) {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
