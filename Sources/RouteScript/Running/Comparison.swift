/// How values compare.
///
/// OpenSIPS (comp_scriptvar): two numbers as numbers, otherwise as texts, for a variable that holds
/// a number has a text too; but a text is never compared with a number literal, which it warns
/// about. NULL equals only NULL, and is neither less nor greater than anything.
enum Comparison {
    /// Whether `left operation right` holds; nil where they cannot be compared.
    static func holds(
        _ operation: BinaryOperator, _ left: ScriptValue, _ right: ScriptValue,
        rightIsLiteralNumber: Bool = false
    ) -> Bool? {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            return ordered(operation, left, right)
        case (.null, .null):
            return operation == .equal
        case (.null, _), (_, .null):
            return operation == .notEqual
        case (.string, .integer) where rightIsLiteralNumber:
            return nil
        default:
            return texts(operation, left.text ?? [], right.text ?? [])
        }
    }

    private static func texts(
        _ operation: BinaryOperator, _ left: [UInt8], _ right: [UInt8]
    ) -> Bool? {
        switch operation {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left.lexicographicallyPrecedes(right)
        case .lessOrEqual: !right.lexicographicallyPrecedes(left)
        case .greater: right.lexicographicallyPrecedes(left)
        case .greaterOrEqual: !left.lexicographicallyPrecedes(right)
        default: nil
        }
    }

    private static func ordered(
        _ operation: BinaryOperator, _ left: Int64, _ right: Int64
    ) -> Bool? {
        switch operation {
        case .equal: left == right
        case .notEqual: left != right
        case .less: left < right
        case .lessOrEqual: left <= right
        case .greater: left > right
        case .greaterOrEqual: left >= right
        default: nil
        }
    }
}
