/// Values inside XML-RPC elements.
extension [UInt8] {
    /// Appends character data that reads back as `text`, in an element of any XML 1.0 document.
    ///
    /// `&`, `<` and `>` become references (the last for `]]>`), and so does the carriage return,
    /// which a reader would otherwise take for a line feed (XML 1.0 §2.11). What XML 1.0 has no way
    /// to say (§2.2: the other characters below U+0020 but tab and line feed, U+FFFE, U+FFFF)
    /// becomes U+FFFD, as bytes do that are not UTF-8: one lost character is better than a lost
    /// event.
    public mutating func append(xmlText text: String) {
        let bytes = text.utf8.span
        reserveCapacity(count + bytes.count)
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "&"): append(ascii: "&amp;")
            case UInt8(ascii: "<"): append(ascii: "&lt;")
            case UInt8(ascii: ">"): append(ascii: "&gt;")
            case 0x0D: append(ascii: "&#13;")
            case 0x00...0x08, 0x0B, 0x0C, 0x0E...0x1F: append(ascii: "\u{FFFD}")
            case 0xBE...0xBF where endsNonCharacter(bytes, at: index):
                removeLast(2)
                append(ascii: "\u{FFFD}")
            case let byte: append(byte)
            }
        }
    }

    /// Appends a double as XML-RPC has it: digits, a point, digits, never an exponent; so the
    /// largest takes 311 bytes. It is the shortest such text that reads back equal.
    public mutating func append(xmlDouble number: Double) {
        let text = number.description
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "e")),
            let exponent = Int(text[text.utf8.index(after: mark)...])
        else { return append(utf8: text) }
        var digits = text.utf8[..<mark].filter { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        if text.utf8.first == UInt8(ascii: "-") { append(UInt8(ascii: "-")) }
        // One digit stands before the point of `d.ddde±x`.
        let whole = exponent + 1
        let zero = UInt8(ascii: "0")
        if whole <= 0 {
            digits.insert(contentsOf: repeatElement(zero, count: 1 - whole), at: 0)
        } else if digits.count <= whole {
            digits.append(contentsOf: repeatElement(zero, count: whole + 1 - digits.count))
        }
        let point = Swift.max(1, whole)
        append(contentsOf: digits[..<point])
        append(UInt8(ascii: "."))
        append(contentsOf: digits[point...])
    }
}

/// Whether U+FFFE or U+FFFF ends here: EF BF BE, EF BF BF.
private func endsNonCharacter(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    index >= 2 && bytes[index - 1] == 0xBF && bytes[index - 2] == 0xEF
}
