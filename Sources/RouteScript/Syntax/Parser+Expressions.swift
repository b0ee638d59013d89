extension Parser {
    // expression = operand { operator operand }, by the levels of `Precedence.table`
    mutating func expression(_ level: Int = 1) throws(SyntaxError) -> Expression {
        try enter()
        var levels = 1
        defer { leave(levels) }
        var left = try operand()
        while case .binary(let operation) = stream.current.kind, !operation.isComparison,
            operation.precedence.level >= level
        {
            let place = stream.current.place
            stream.advance()
            let right = try expression(operation.precedence.level + 1)
            try compare(operation, place, left, right)
            left = Expression(node: .binary(operation, left, right), place: place)
            // A chain is a tree as deep as it is long.
            try enter()
            levels += 1
        }
        return left
    }

    // operand = "!" operand | "~" operand | comparison
    private mutating func operand() throws(SyntaxError) -> Expression {
        let place = stream.current.place
        let isNot = stream.current.kind == .not
        guard isNot || stream.current.kind == .complement else { return try comparison() }
        try enter()
        defer { leave() }
        stream.advance()
        let operand = try operand()
        return Expression(node: isNot ? .not(operand) : .complement(operand), place: place)
    }

    // comparison = primary [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~" ) primary ]
    private mutating func comparison() throws(SyntaxError) -> Expression {
        let left = try primary()
        guard case .binary(let operation) = stream.current.kind, operation.isComparison else {
            return left
        }
        let place = stream.current.place
        stream.advance()
        let right = try primary()
        if case .binary(let next) = stream.current.kind, next.isComparison {
            throw unexpected("`&&`, `||` or the end of the comparison")
        }
        return Expression(node: .binary(operation, left, right), place: place)
    }

    // primary = [ "-" ] number | text | address | variable | word | call | "NULL"
    //         | "(" expression ")" | "[" expression "]"
    private mutating func primary() throws(SyntaxError) -> Expression {
        let token = stream.current
        switch token.kind {
        case .number, .binary(.subtract):
            return Expression(node: .integer(try signedNumber("A value")), place: token.place)
        case .text, .rawText:
            let text = textSyntax(token)
            stream.advance()
            return Expression(node: .text(text), place: token.place)
        case .address:
            stream.advance()
            return Expression(node: .address(stream.text(token)), place: token.place)
        case .variable:
            return Expression(node: .variable(try variable()), place: token.place)
        case .word:
            return try worded(token)
        case .leftParenthesis:
            return try grouped(.rightParenthesis, "`)`")
        case .leftBracket:
            return try grouped(.rightBracket, "`]`")
        default:
            throw unexpected("A value")
        }
    }

    private mutating func grouped(
        _ close: TokenKind, _ description: String
    ) throws(SyntaxError) -> Expression {
        stream.advance()
        var inside = try expression()
        try expect(close, description)
        inside.isGrouped = true
        return inside
    }

    // OpenSIPS (cfg.lex): yes, true, on, enable are the number 1; no, false, off, disable are 0.
    private mutating func worded(_ token: Token) throws(SyntaxError) -> Expression {
        let word = stream.text(token)
        if stream.byteBehind == UInt8(ascii: "(") {
            return Expression(node: .call(try call()), place: token.place)
        }
        stream.advance()
        let node: Expression.Node =
            switch word {
            case "NULL", "null": .null
            case "yes", "true", "on", "enable": .integer(1)
            case "no", "false", "off", "disable": .integer(0)
            default: .word(word)
            }
        return Expression(node: node, place: token.place)
    }

    // call     = word "(" [ argument { "," argument } ] ")"
    // argument = [ expression ]
    mutating func call() throws(SyntaxError) -> CallSyntax {
        let place = stream.current.place
        var call = CallSyntax(name: stream.text(stream.current), arguments: [], place: place)
        stream.advance()
        guard stream.current.kind == .leftParenthesis else {
            throw unexpected("`(` behind `\(call.name)`, as of a function,")
        }
        if call.name == "route" {
            let (name, place) = try nameBehind("The name of a route")
            call.arguments.append(Expression(node: .word(name), place: place))
            if take(.rightParenthesis) { return call }
            try expect(.comma, "`,` or `)`")
        } else {
            stream.advance()
            if take(.rightParenthesis) { return call }
        }
        while true {
            guard call.arguments.count < limits.argumentsMax else {
                throw SyntaxError(
                    "A call has at most \(limits.argumentsMax) arguments.", stream.current.place)
            }
            call.arguments.append(try argument())
            if take(.rightParenthesis) { return call }
            try expect(.comma, "`,` or `)`")
        }
    }

    private mutating func argument() throws(SyntaxError) -> Expression? {
        switch stream.current.kind {
        case .comma, .rightParenthesis: nil
        default: try expression()
        }
    }

    // MARK: Atoms

    mutating func variable() throws(SyntaxError) -> VariableSyntax {
        guard stream.current.kind == .variable else { throw unexpected("A variable") }
        let token = stream.current
        let source = stream.source
        stream.advance()
        var parser = VariableParser(
            stream.bytes(source), token.start..<token.end,
            base: Place(offset: token.place.offset - UInt32(token.start)))
        return try parser.parse()
    }

    // number = [ "-" ] ( digit+ | "0x" hexdigit+ )
    mutating func signedNumber(_ what: String) throws(SyntaxError) -> Int64 {
        let place = stream.current.place
        let sign = take(.binary(.subtract)) ? "-" : ""
        guard stream.current.kind == .number else { throw unexpected(what) }
        let text = stream.text(stream.current)
        let digits = text.hasPrefix("0x") ? String(text.dropFirst(2)) : text
        guard let number = Int64(sign + digits, radix: text.hasPrefix("0x") ? 16 : 10) else {
            throw SyntaxError("`\(sign)\(text)` is no integer of 64 bits.", place)
        }
        stream.advance()
        return number
    }

    func textSyntax(_ token: Token) -> TextSyntax {
        TextSyntax(
            source: stream.source, range: token.start + 1..<token.end - 1,
            hasEscapes: token.kind == .text)
    }

    func literal(_ token: Token) -> [UInt8] {
        TextParser(textSyntax(token), in: stream.map).literal()
    }

    // MARK: What other languages read otherwise

    /// Warns where OpenSIPS's levels are not the usual ones; throws where OpenSIPS refuses it too.
    private mutating func compare(
        _ operation: BinaryOperator, _ place: Place, _ left: Expression, _ right: Expression
    ) throws(SyntaxError) {
        if case .binary(let before, _, _) = left.node, !left.isGrouped,
            before.precedence.level == operation.precedence.level,
            before.precedence.usual < operation.precedence.usual
        {
            stream.problems.warning(
                "`\(operation.spelling)` does not bind tighter than `\(before.spelling)`, it is "
                    + "read from left to right; parentheses say what is meant.", place)
        }
        guard operation.precedence.level > BinaryOperator.and.precedence.level,
            case .binary(let after, let operand, _) = right.node, after.isComparison,
            !right.isGrouped
        else { return }
        let message =
            "`\(after.spelling)` binds tighter than `\(operation.spelling)`; parentheses say what "
            + "is meant."
        switch operand.node {
        case .variable, .call: stream.problems.warning(message, right.place)
        default: throw SyntaxError(message, right.place)
        }
    }
}
