extension Parser {
    // statement = block | if | while | for | switch | return | exit | drop | break
    //           | assignment ";" | call ";" | ";"
    // nil for the empty one.
    mutating func statement() throws(SyntaxError) -> Statement? {
        let place = stream.current.place
        switch stream.current.kind {
        case .semicolon:
            stream.advance()
            return nil
        case .leftBrace:
            return Statement(kind: .block(try block()), place: place)
        case .variable:
            let kind = try assignment()
            try expectSemicolon()
            return Statement(kind: kind, place: place)
        case .word:
            return Statement(kind: try worded(), place: place)
        case .rightParenthesis:
            // Reported, and passed: what follows is usually in order.
            report(SyntaxError("This `)` is one too many.", place))
            stream.advance()
            return try statement()
        default:
            throw unexpected("A statement")
        }
    }

    private mutating func worded() throws(SyntaxError) -> Statement.Kind {
        switch stream.text(stream.current) {
        case "if": return try choice()
        case "while": return try loop()
        case "for": return try each()
        case "switch": return try cases()
        case "return": return try leaving()
        case "exit": return try bare(.exit)
        case "drop": return try bare(.drop)
        case "break":
            stream.advance()
            try expectSemicolon()
            return .quit
        case "else":
            throw SyntaxError("This `else` has no `if`.", stream.current.place)
        case "case", "default":
            throw SyntaxError(
                "`\(stream.text(stream.current))` stands only in a `switch`.", stream.current.place)
        default:
            let call = try call()
            try expectSemicolon()
            return .call(call)
        }
    }

    // assignment = variable ( "=" | ":=" | "+=" | "-=" | "*=" | "/=" | "%=" | "&=" | "|=" | "^=" )
    //              expression
    private mutating func assignment() throws(SyntaxError) -> Statement.Kind {
        let target = try variable()
        guard case .assignment(let operation) = stream.current.kind else {
            throw unexpected("`=` or another assignment")
        }
        stream.advance()
        return .assign(target, operation, try expression())
    }

    // if = "if" condition statement { "else" "if" condition statement } [ "else" statement ]
    private mutating func choice() throws(SyntaxError) -> Statement.Kind {
        var branches: [Branch] = []
        repeat {
            stream.advance()
            branches.append(Branch(condition: try condition("if"), body: try body()))
            guard take(keyword: "else") else { return .choice(branches, otherwise: []) }
        } while isAt("if")
        return .choice(branches, otherwise: try body())
    }

    // while = "while" condition statement
    private mutating func loop() throws(SyntaxError) -> Statement.Kind {
        stream.advance()
        return .loop(try condition("while"), try body())
    }

    // condition = "(" expression ")"
    // Without parentheses it is reported and read all the same.
    private mutating func condition(_ keyword: String) throws(SyntaxError) -> Expression {
        guard take(.leftParenthesis) else {
            report(unexpected("`(` behind `\(keyword)`"))
            return try expression()
        }
        let condition = try expression()
        if case .assignment = stream.current.kind {
            throw SyntaxError("`=` assigns; `==`, which compares, expected.", stream.current.place)
        }
        try expect(.rightParenthesis, "`)`")
        return condition
    }

    // for = "for" "(" variable "in" variable ")" statement
    private mutating func each() throws(SyntaxError) -> Statement.Kind {
        stream.advance()
        try expect(.leftParenthesis, "`(` behind `for`")
        let element = try variable()
        guard take(keyword: "in") else { throw unexpected("`in`") }
        let list = try variable()
        try expect(.rightParenthesis, "`)`")
        return .each(element, list, try body())
    }

    // switch = "switch" "(" expression ")" "{" { case } "}"
    // case   = ( "case" expression | "default" ) ":" { statement }
    private mutating func cases() throws(SyntaxError) -> Statement.Kind {
        stream.advance()
        let value = try condition("switch")
        let open = stream.current.place
        try expect(.leftBrace, "`{`")
        var cases: [CaseSyntax] = []
        while !take(.rightBrace) {
            guard stream.current.kind != .end, !startsRoute() else {
                throw SyntaxError("This `{` is never closed; `}` expected.", open)
            }
            cases.append(try oneCase())
        }
        return .cases(value, cases)
    }

    private mutating func oneCase() throws(SyntaxError) -> CaseSyntax {
        let place = stream.current.place
        var syntax = CaseSyntax(value: nil, body: [], place: place)
        if take(keyword: "case") {
            syntax.value = try expression()
        } else if !take(keyword: "default") {
            throw unexpected("`case`, `default` or `}`")
        }
        try expect(.colon, "`:`")
        while !isAt("case"), !isAt("default"), stream.current.kind != .rightBrace,
            stream.current.kind != .end, !startsRoute(), !stream.problems.isFull
        {
            append(to: &syntax.body)
        }
        return syntax
    }

    // return = "return" [ "(" [ expression ] ")" | expression ] ";"
    private mutating func leaving() throws(SyntaxError) -> Statement.Kind {
        stream.advance()
        if take(.semicolon) { return .leave(nil) }
        if stream.current.kind == .leftParenthesis, stream.byteBehind == UInt8(ascii: ")") {
            return try bare(.leave(nil), hasKeyword: false)
        }
        let value = try expression()
        try expectSemicolon()
        return .leave(value)
    }

    // exit = "exit" [ "(" ")" ] ";"
    private mutating func bare(
        _ kind: Statement.Kind, hasKeyword: Bool = true
    ) throws(SyntaxError) -> Statement.Kind {
        if hasKeyword { stream.advance() }
        if take(.leftParenthesis) { try expect(.rightParenthesis, "`)`") }
        try expectSemicolon()
        return kind
    }

    /// The statement that an `if` or a loop is about.
    private mutating func body() throws(SyntaxError) -> [Statement] {
        if stream.current.kind == .leftBrace { return try block() }
        try enter()
        defer { leave() }
        return try statement().map { [$0] } ?? []
    }

    private mutating func expectSemicolon() throws(SyntaxError) {
        if take(.semicolon) { return }
        throw unexpected("`;`")
    }
}
