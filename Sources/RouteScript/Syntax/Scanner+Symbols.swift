extension Scanner {
    /// Symbols of two characters.
    static func double(_ first: UInt8, _ second: UInt8) -> TokenKind? {
        switch (UnicodeScalar(first), UnicodeScalar(second)) {
        case ("=", "="): .binary(.equal)
        case ("!", "="): .binary(.notEqual)
        case ("<", "="): .binary(.lessOrEqual)
        case (">", "="): .binary(.greaterOrEqual)
        case ("=", "~"): .binary(.matches)
        case ("!", "~"): .binary(.matchesNot)
        case ("&", "&"): .binary(.and)
        case ("|", "|"): .binary(.or)
        case ("<", "<"): .binary(.shiftLeft)
        case (">", ">"): .binary(.shiftRight)
        case (":", "="): .assignment(.replace)
        case ("+", "="): .assignment(.add)
        case ("-", "="): .assignment(.subtract)
        case ("*", "="): .assignment(.multiply)
        case ("/", "="): .assignment(.divide)
        case ("%", "="): .assignment(.remainder)
        case ("&", "="): .assignment(.bitAnd)
        case ("|", "="): .assignment(.bitOr)
        case ("^", "="): .assignment(.bitXor)
        default: nil
        }
    }

    /// Symbols of one character.
    static func single(_ byte: UInt8) -> TokenKind? {
        switch UnicodeScalar(byte) {
        case "(": .leftParenthesis
        case ")": .rightParenthesis
        case "{": .leftBrace
        case "}": .rightBrace
        case "[": .leftBracket
        case "]": .rightBracket
        case ",": .comma
        case ";": .semicolon
        case ":": .colon
        case "=": .assignment(.set)
        case "!": .not
        case "~": .complement
        case "<": .binary(.less)
        case ">": .binary(.greater)
        case "+": .binary(.add)
        case "-": .binary(.subtract)
        case "*": .binary(.multiply)
        case "/": .binary(.divide)
        case "%": .binary(.remainder)
        case "&": .binary(.bitAnd)
        case "|": .binary(.bitOr)
        case "^": .binary(.bitXor)
        default: nil
        }
    }

}
