/// Tokens → the tree of a script. Recursive descent; each function has its production beside it.
///
/// It goes on after an error, at the next statement, so that one run finds all of them.
struct Parser {
    typealias Include = (_ path: String, _ from: String) throws(IncludeError) -> SourceText

    var stream: TokenStream
    let limits: ScriptLimits
    /// Reads the file that an `include_file` names.
    let include: Include
    var routes: [RouteSyntax] = []
    var settings: [(kind: ScriptSetting.Kind, place: Place)] = []
    /// How deep blocks, parentheses and operators nest where the parser is.
    private var depth = 0
    /// Bytes of all texts so far.
    var sourceBytes: Int

    init(_ main: SourceText, limits: ScriptLimits, include: @escaping Include) {
        self.include = include
        stream = TokenStream(main, limits: limits)
        self.limits = limits
        sourceBytes = main.bytes.count
    }

    // script = { item }
    // item   = route | setting | include | ";"
    mutating func parse() {
        while stream.current.kind != .end, !stream.problems.isFull {
            do throws(SyntaxError) {
                try item()
            } catch {
                report(error)
                recover()
                if stream.current.kind == .rightBrace { stream.advance() }
            }
        }
    }

    private mutating func item() throws(SyntaxError) {
        guard stream.current.kind == .word else {
            if take(.semicolon) { return }
            throw unexpected("A route or a setting")
        }
        let word = stream.text(stream.current)
        if let kind = RouteKind(rawValue: word) {
            routes.append(try route(kind))
        } else if !(try setting(word)) {
            throw unexpected("A route or a setting")
        }
    }

    // MARK: Tokens

    /// Whether the current token is of this kind; then it is passed.
    mutating func take(_ kind: TokenKind) -> Bool {
        guard stream.current.kind == kind else { return false }
        stream.advance()
        return true
    }

    /// Passes a token of this kind, or says that it is missing.
    mutating func expect(_ kind: TokenKind, _ description: String) throws(SyntaxError) {
        guard take(kind) else { throw unexpected(description) }
    }

    /// Whether the current token is this keyword; then it is passed.
    mutating func take(keyword: String) -> Bool {
        guard isAt(keyword) else { return false }
        stream.advance()
        return true
    }

    func isAt(_ keyword: String) -> Bool {
        stream.current.kind == .word && stream.text(stream.current) == keyword
    }

    /// The current token is none of those that could stand here.
    func unexpected(_ expected: String) -> SyntaxError {
        let found =
            stream.current.kind == .end ? "the end of the script" : "`\(excerpt())`"
        return SyntaxError("\(expected) expected, not \(found).", stream.current.place)
    }

    private func excerpt() -> String {
        let text = stream.text(stream.current)
        return text.utf8.count <= 40 ? text : String(text.prefix(40)) + "…"
    }

    mutating func report(_ error: SyntaxError) {
        stream.problems.error(error.message, error.place)
    }

    // MARK: Going on

    /// After an error: on to the next statement of this block, or to its end.
    mutating func recover() {
        stream.problems.isPassing = true
        defer { stream.problems.isPassing = false }
        var braces = 0
        while stream.current.kind != .end {
            switch stream.current.kind {
            case .semicolon where braces == 0:
                stream.advance()
                return
            case .leftBrace: braces += 1
            case .rightBrace where braces == 0: return
            case .rightBrace:
                braces -= 1
                if braces == 0 {
                    stream.advance()
                    return
                }
            case .word where startsRoute() || (braces == 0 && startsSetting()): return
            default: break
            }
            stream.advance()
        }
    }

    /// Whether a route begins here, which it cannot within a block: then a `}` is missing.
    func startsRoute() -> Bool {
        guard stream.current.kind == .word,
            let kind = RouteKind(rawValue: stream.text(stream.current))
        else { return false }
        return kind != .request || stream.byteBehind == UInt8(ascii: "[")
            || stream.byteBehind == UInt8(ascii: "{")
    }

    private func startsSetting() -> Bool {
        ["loadmodule", "modparam"].contains(stream.text(stream.current)) || startsInclude()
    }

    /// Whether an `include_file` stands here.
    func startsInclude() -> Bool { isAt("include_file") || isAt("import_file") }

    // MARK: Nesting

    /// One level deeper; `leave` undoes it. A script that nests deeper would overflow our own
    /// stack.
    mutating func enter() throws(SyntaxError) {
        guard depth < limits.nestingMax else {
            throw SyntaxError(
                "Nested more than \(limits.nestingMax) levels deep.", stream.current.place)
        }
        depth += 1
    }

    mutating func leave(_ levels: Int = 1) { depth -= levels }
}
