/// A word of a script, with where it begins and ends.
struct Token {
    var kind: TokenKind
    /// Offset of its first byte in its text.
    var start: Int
    /// Offset behind its last byte.
    var end: Int
    /// Where it begins.
    var place: Place
}

/// The kinds of tokens.
enum TokenKind: Equatable {
    /// The end of the script.
    case end
    /// A name or keyword.
    case word
    /// An integer literal, without sign.
    case number
    /// An IPv4 address or block without quotes: `10.0.0.0/8`.
    case address
    /// `"…"`, quotes included; escapes not yet decoded.
    case text
    /// `'…'`: as it stands, without escapes.
    case rawText
    /// `$name`, `$name(…)` or `$(…)`.
    case variable
    case leftParenthesis, rightParenthesis, leftBrace, rightBrace, leftBracket, rightBracket
    case comma, semicolon, colon
    /// `=`, `:=`, `+=` …
    case assignment(AssignmentOperator)
    /// `==`, `+`, `&&` …
    case binary(BinaryOperator)
    /// `!`
    case not
    /// `~`
    case complement
    /// What no token begins with; the error is already reported.
    case invalid
}

/// The operators of assignments.
enum AssignmentOperator: UInt16, Sendable {
    /// `=`: an AVP gets one more value, everything else its only one.
    case set
    /// `:=`: an AVP loses all its values first.
    case replace
    /// `+=` and so on: the operator, then `set` of the same place.
    case add, subtract, multiply, divide, remainder, bitAnd, bitOr, bitXor

    /// The arithmetic that comes before the assignment; nil for `=` and `:=`.
    var arithmetic: BinaryOperator? {
        switch self {
        case .set, .replace: nil
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .remainder: .remainder
        case .bitAnd: .bitAnd
        case .bitOr: .bitOr
        case .bitXor: .bitXor
        }
    }
}
