extension Parser {
    // route   = kind [ heading ] block
    // heading = "(" ")"                              (OpenSIPS's tutorial: `startup_route() {`)
    //         | "[" name "]"                         route, onreply_route
    //         | "[" name "," integer "]"             timer_route
    //         | "[" name [ "," ( "sync" | "async" ) ] "]"    event_route
    mutating func route(_ kind: RouteKind) throws(SyntaxError) -> RouteSyntax {
        let place = stream.current.place
        var route = RouteSyntax(
            kind: kind, name: nil, seconds: nil, body: [], place: place, namePlace: place)
        stream.advance()
        if stream.current.kind == .leftBracket {
            try heading(&route)
        } else if kind == .timer || kind == .event {
            throw unexpected(
                kind == .timer ? "`[name, seconds]`" : "`[` and the name of an event")
        } else if take(.leftParenthesis) {
            try expect(.rightParenthesis, "`)`")
        }
        guard stream.current.kind == .leftBrace else { throw unexpected("`{`") }
        route.body = try block()
        return route
    }

    private mutating func heading(_ route: inout RouteSyntax) throws(SyntaxError) {
        guard [.request, .onreply, .timer, .event].contains(route.kind) else {
            throw SyntaxError("`\(route.kind.rawValue)` has no name.", stream.current.place)
        }
        let (name, place) = try nameBehind("A name")
        route.name = name
        route.namePlace = place
        if route.kind == .timer {
            try expect(.comma, "`,` and the interval in seconds")
            route.seconds = try interval()
        } else if route.kind == .event, take(.comma) {
            try queueing(place)
        }
        try expect(.rightBracket, "`]`")
    }

    // Route names are `[A-Za-z0-9_.:/@-]+`, or any text between quotes.
    mutating func nameBehind(_ what: String) throws(SyntaxError) -> (String, Place) {
        let (name, place) = stream.nameBehind()
        if !name.isEmpty { return (name, place) }
        guard stream.current.kind == .text else { throw unexpected(what) }
        let quoted = String(decoding: literal(stream.current), as: UTF8.self)
        let quotedPlace = stream.current.place
        guard !quoted.isEmpty else { throw unexpected(what) }
        stream.advance()
        return (quoted, quotedPlace)
    }

    private mutating func interval() throws(SyntaxError) -> Int64 {
        let place = stream.current.place
        let seconds = try signedNumber("The interval in seconds")
        guard 1...limits.timerSecondsMax ~= seconds else {
            throw SyntaxError(
                "An interval is 1 to \(limits.timerSecondsMax) seconds, not \(seconds).", place)
        }
        return seconds
    }

    // OpenSIPS 2.4 ran `sync` routes, its default, within raise_event.
    private mutating func queueing(_ place: Place) throws(SyntaxError) {
        if take(keyword: "async") { return }
        guard take(keyword: "sync") else { throw unexpected("`sync` or `async`") }
        stream.problems.warning(
            "This route runs after raise_event has returned, as `async`, not within it.", place)
    }

    // block = "{" { statement } "}"
    mutating func block() throws(SyntaxError) -> [Statement] {
        let open = stream.current.place
        try enter()
        defer { leave() }
        try expect(.leftBrace, "`{`")
        var statements: [Statement] = []
        while stream.current.kind != .rightBrace {
            guard stream.current.kind != .end, !startsRoute() else {
                let what = stream.current.kind == .end ? "the script ends" : "a route begins"
                stream.problems.error("This `{` is not closed where \(what).", open)
                return statements
            }
            guard !stream.problems.isFull else { return statements }
            append(to: &statements)
        }
        stream.advance()
        return statements
    }

    /// The next statement, or what is wrong with it.
    mutating func append(to statements: inout [Statement]) {
        do throws(SyntaxError) {
            if startsInclude() {
                try file()
            } else if let statement = try statement() {
                statements.append(statement)
            }
        } catch {
            report(error)
            recover()
        }
    }
}
