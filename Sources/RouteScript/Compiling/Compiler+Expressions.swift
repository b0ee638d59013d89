internal import WireFormats

extension Compiler {
    /// Code that pushes the value of an expression.
    mutating func value(_ expression: Expression) {
        let place = expression.place
        switch expression.node {
        case .null: emit(.null, at: place)
        case .integer(let number): integer(number, place)
        case .text(let text): constant(.string(TextParser(text, in: map).literal()), place)
        case .variable(let variable): read(variable)
        case .call(let call): self.call(call)
        case .not(let operand):
            condition(operand)
            emit(.not, at: place)
        case .complement(let operand):
            value(operand)
            emit(.complement, at: place)
        case .binary(let operation, let left, let right):
            binary(operation, left, right, place)
        case .word(let word): bareWord(word, place)
        case .address(let text):
            problems.error(
                "`\(text)` stands only behind `==` or `!=`; as a text it needs quotes.", place)
        }
    }

    /// Code that pushes what `if` looks at: the value, but of a function whether it succeeded.
    mutating func condition(_ expression: Expression) {
        value(expression)
        if case .call = expression.node { emit(.decide, at: expression.place) }
    }

    mutating func constant(_ value: ScriptValue, _ place: Place) {
        program.constants.append(value)
        emit(.constant, program.constants.count - 1, at: place)
    }

    private mutating func integer(_ number: Int64, _ place: Place) {
        if let small = Int32(exactly: number) {
            emit(.integer, Int(small), at: place)
        } else {
            constant(.integer(number), place)
        }
    }

    private mutating func binary(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ place: Place
    ) {
        switch operation {
        case .and, .or:
            condition(left)
            let end = emit(operation == .and ? .skipIfFalse : .skipIfTrue, at: place)
            condition(right)
            land(end)
        case .matches, .matchesNot:
            value(left)
            match(right, isNegated: operation == .matchesNot, place)
        case .equal, .notEqual:
            value(left)
            if case .address(let text) = right.node {
                range(text, isNegated: operation == .notEqual, right.place)
            } else {
                compare(operation, right, place)
            }
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            value(left)
            compare(operation, right, place)
        default:
            value(left)
            value(right)
            emit(.arithmetic, small: operation.rawValue, at: place)
        }
    }

    private mutating func compare(
        _ operation: BinaryOperator, _ right: Expression, _ place: Place
    ) {
        var isNumber = false
        switch right.node {
        // `method == INVITE`, as OpenSIPS 2 reads it.
        case .word(let word): constant(ScriptValue(word), right.place)
        case .integer(let number):
            isNumber = true
            integer(number, right.place)
        default: value(right)
        }
        emit(.compare, isNumber ? 1 : 0, small: operation.rawValue, at: place)
    }

    private mutating func match(_ right: Expression, isNegated: Bool, _ place: Place) {
        guard case .text(let text) = right.node else {
            value(right)
            emit(.matchText, small: isNegated ? 1 : 0, at: place)
            return
        }
        guard let number = regex(TextParser(text, in: map).literal(), right.place) else { return }
        emit(.match, number, small: isNegated ? 1 : 0, at: place)
    }

    /// A regular expression's number; nil if it is none, which is reported.
    mutating func regex(_ pattern: [UInt8], _ place: Place) -> Int? {
        do throws(RegexError) {
            program.regexes.append(try Regex(pattern))
            return program.regexes.count - 1
        } catch {
            problems.error("This is no regular expression: \(error.message)", place)
            return nil
        }
    }

    private mutating func range(_ text: String, isNegated: Bool, _ place: Place) {
        guard let range = AddressRange.parse(text) else {
            problems.error("`\(text)` is no IPv4 address and no block of them.", place)
            return
        }
        program.ranges.append(range)
        emit(.range, program.ranges.count - 1, small: isNegated ? 1 : 0, at: place)
    }

    // OpenSIPS 2 has words for some variables.
    private mutating func bareWord(_ word: String, _ place: Place) {
        let variables = [
            "method": "rm", "status": "rs", "uri": "ru", "from_uri": "fu", "to_uri": "tu",
            "src_ip": "si", "src_port": "sp",
        ]
        guard let name = variables[word] else {
            problems.error(
                "`\(word)` is no value; texts stand between quotes, variables begin with `$`.",
                place)
            return
        }
        read(
            VariableSyntax(
                name: name, inner: nil, index: .none, transformations: [], spelling: word,
                place: place))
    }
}
