/// What operators make of values.
///
/// OpenSIPS (eval_elem): a number on the left makes it arithmetic, where NULL on the right is 0;
/// otherwise `+` joins texts, where NULL is empty, and `& | ^` work on texts of one length.
/// Unlike there, integers have 64 bits and leaving them is an error, never a wrong number.
enum Arithmetic {
    /// The result, or why there is none.
    static func result(
        _ operation: BinaryOperator, _ left: ScriptValue, _ right: ScriptValue
    ) -> Result<ScriptValue, ArithmeticError> {
        switch (left, right) {
        case (.integer(let left), .integer(let right)):
            return integers(operation, left, right)
        case (.integer(let left), .null):
            return integers(operation, left, 0)
        case (.integer, .string):
            return .failure("A number and a text: `\(operation.spelling)` needs two numbers.")
        default:
            if operation == .add {
                return .success(.string((left.text ?? []) + (right.text ?? [])))
            }
            return bitwise(operation, left, right)
        }
    }

    private static func integers(
        _ operation: BinaryOperator, _ left: Int64, _ right: Int64
    ) -> Result<ScriptValue, ArithmeticError> {
        switch operation {
        case .add: return checked(left.addingReportingOverflow(right))
        case .subtract: return checked(left.subtractingReportingOverflow(right))
        case .multiply: return checked(left.multipliedReportingOverflow(by: right))
        case .divide, .remainder:
            guard right != 0 else { return .failure("Division by zero.") }
            return operation == .divide
                ? checked(left.dividedReportingOverflow(by: right))
                : checked(left.remainderReportingOverflow(dividingBy: right))
        case .bitAnd: return .success(.integer(left & right))
        case .bitOr: return .success(.integer(left | right))
        case .bitXor: return .success(.integer(left ^ right))
        case .shiftLeft, .shiftRight:
            guard 0...63 ~= right else { return .failure("A shift is by 0 to 63 bits.") }
            return shifted(operation, left, right)
        default:
            preconditionFailure("comparisons are no arithmetic")
        }
    }

    private static func checked(
        _ result: (partialValue: Int64, overflow: Bool)
    ) -> Result<ScriptValue, ArithmeticError> {
        result.overflow
            ? .failure("The result is beyond 64 bits.") : .success(.integer(result.partialValue))
    }

    private static func shifted(
        _ operation: BinaryOperator, _ left: Int64, _ right: Int64
    ) -> Result<ScriptValue, ArithmeticError> {
        guard operation == .shiftLeft else { return .success(.integer(left >> right)) }
        let shifted = left << right
        return shifted >> right == left
            ? .success(.integer(shifted)) : .failure("The result is beyond 64 bits.")
    }

    private static func bitwise(
        _ operation: BinaryOperator, _ left: ScriptValue, _ right: ScriptValue
    ) -> Result<ScriptValue, ArithmeticError> {
        guard case .string(let left) = left, case .string(let right) = right else {
            return .failure("`\(operation.spelling)` needs two numbers.")
        }
        let apply: (UInt8, UInt8) -> UInt8
        switch operation {
        case .bitAnd: apply = (&)
        case .bitOr: apply = (|)
        case .bitXor: apply = (^)
        default: return .failure("`\(operation.spelling)` needs two numbers, not texts.")
        }
        guard left.count == right.count else {
            return .failure("`\(operation.spelling)` needs texts of one length.")
        }
        return .success(.string(zip(left, right).map(apply)))
    }
}

/// Why there is no result: the sentence.
struct ArithmeticError: Error, ExpressibleByStringInterpolation {
    let message: String

    init(stringLiteral message: String) { self.message = message }
}
