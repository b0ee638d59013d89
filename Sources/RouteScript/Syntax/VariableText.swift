/// Finds where a variable ends, in a script and within a text.
enum VariableText {
    /// What begins at a `$`.
    enum Extent: Equatable {
        /// A variable up to this offset.
        case end(Int)
        /// No variable: `$` alone.
        case none
        /// A variable whose parenthesis is never closed.
        case unterminated
    }

    // variable = "$" name [ "(" inner ")" ] | "$" "(" inner ")"
    // Parentheses nest; between braces, where transformations and their regular expressions stand,
    // they do not count, and `\` takes its meaning from any byte.
    static func end(in bytes: [UInt8], from start: Int, limit: Int) -> Extent {
        var cursor = start + 1
        guard cursor < limit else { return .none }
        if bytes[cursor] == UInt8(ascii: "(") {
            return closing(in: bytes, from: cursor, limit: limit).map(Extent.end) ?? .unterminated
        }
        while cursor < limit, bytes[cursor].isWordByte || bytes[cursor] == UInt8(ascii: ".") {
            cursor += 1
        }
        // `$fU.` at the end of a sentence is `$fU`.
        while cursor > start + 1, bytes[cursor - 1] == UInt8(ascii: ".") { cursor -= 1 }
        guard cursor > start + 1 else { return .none }
        guard cursor < limit, bytes[cursor] == UInt8(ascii: "(") else { return .end(cursor) }
        return closing(in: bytes, from: cursor, limit: limit).map(Extent.end) ?? .unterminated
    }

    /// Offset behind the parenthesis that closes the one at `start`; nil if none does.
    private static func closing(in bytes: [UInt8], from start: Int, limit: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        var cursor = start
        while cursor < limit {
            switch bytes[cursor] {
            case UInt8(ascii: "\\") where braces > 0: cursor += 1
            case UInt8(ascii: "{"): braces += 1
            case UInt8(ascii: "}"): braces = max(0, braces - 1)
            case UInt8(ascii: "(") where braces == 0: parentheses += 1
            case UInt8(ascii: ")") where braces == 0:
                parentheses -= 1
                if parentheses == 0 { return cursor + 1 }
            default: break
            }
            cursor += 1
        }
        return nil
    }
}
