/// The operators between two operands.
enum BinaryOperator: UInt16, Sendable, CaseIterable {
    case or, and
    case bitOr, bitXor, bitAnd, shiftLeft, shiftRight
    case add, subtract, multiply, divide, remainder
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, matches, matchesNot
}

/// How tightly an operator binds.
///
/// OpenSIPS (cfg.y): `%left OR AND`, `%left BOR BAND BXOR BLSHIFT BRSHIFT`, `%left PLUS MINUS SLASH
/// MULT MODULO`, `%right NOT BNOT`, and comparisons bind tighter than all of these. So `2 + 3 * 4`
/// is 20 there, and here; loading warns where the reading of other languages (`usual`) is another.
struct Precedence {
    let operation: BinaryOperator
    let spelling: StaticString
    /// Higher binds tighter; equal ones from left to right.
    let level: Int
    /// The level that other languages give it.
    let usual: Int

    static let comparison = 4

    static let table: [Precedence] = [
        Precedence(operation: .or, spelling: "||", level: 1, usual: 1),
        Precedence(operation: .and, spelling: "&&", level: 1, usual: 2),
        Precedence(operation: .bitOr, spelling: "|", level: 2, usual: 3),
        Precedence(operation: .bitXor, spelling: "^", level: 2, usual: 4),
        Precedence(operation: .bitAnd, spelling: "&", level: 2, usual: 5),
        Precedence(operation: .shiftLeft, spelling: "<<", level: 2, usual: 6),
        Precedence(operation: .shiftRight, spelling: ">>", level: 2, usual: 6),
        Precedence(operation: .add, spelling: "+", level: 3, usual: 7),
        Precedence(operation: .subtract, spelling: "-", level: 3, usual: 7),
        Precedence(operation: .multiply, spelling: "*", level: 3, usual: 8),
        Precedence(operation: .divide, spelling: "/", level: 3, usual: 8),
        Precedence(operation: .remainder, spelling: "%", level: 3, usual: 8),
        Precedence(operation: .equal, spelling: "==", level: comparison, usual: 2),
        Precedence(operation: .notEqual, spelling: "!=", level: comparison, usual: 2),
        Precedence(operation: .less, spelling: "<", level: comparison, usual: 2),
        Precedence(operation: .lessOrEqual, spelling: "<=", level: comparison, usual: 2),
        Precedence(operation: .greater, spelling: ">", level: comparison, usual: 2),
        Precedence(operation: .greaterOrEqual, spelling: ">=", level: comparison, usual: 2),
        Precedence(operation: .matches, spelling: "=~", level: comparison, usual: 2),
        Precedence(operation: .matchesNot, spelling: "!~", level: comparison, usual: 2),
    ]
}

extension BinaryOperator {
    /// Its row of the table, which is in the order of the cases (a test holds it to that).
    var precedence: Precedence { Precedence.table[Int(rawValue)] }

    /// As it is written.
    var spelling: String { "\(precedence.spelling)" }

    var isComparison: Bool { precedence.level == Precedence.comparison }
}
