/// The tokens of a script with those of the files it includes, one at a time.
///
/// OpenSIPS includes where `include_file` stands, in the middle of a route too; so does this: files
/// are a stack of scanners.
struct TokenStream {
    /// The token that the parser looks at.
    private(set) var current: Token
    /// The source text that it stands in.
    private(set) var source: Int
    private(set) var map = SourceMap()
    var problems: Problems

    private var scanners: [(scanner: Scanner, source: Int)] = []
    private let limits: ScriptLimits

    /// Begins with the first token of `main`. Its size must have been checked.
    init(_ main: SourceText, limits: ScriptLimits) {
        self.limits = limits
        problems = Problems(limit: limits.problemsMax)
        source = map.add(main)
        let scanner = Scanner(map.texts[0])
        current = Token(kind: .end, start: 0, end: 0, place: Place(offset: 0))
        scanners.append((scanner, source))
        advance()
    }

    /// Goes on to the next token. At the end of an included file, that is one of the including
    /// file.
    mutating func advance() {
        while true {
            let top = scanners.count - 1
            current = scanners[top].scanner.next(&problems)
            source = scanners[top].source
            guard current.kind == .end, top > 0 else { return }
            scanners.removeLast()
        }
    }

    /// Reads on in an included file, whose first token is then the current one.
    mutating func include(_ text: SourceText) {
        let number = map.add(text)
        scanners.append((Scanner(map.texts[number]), number))
        advance()
    }

    /// How many files are being read, one within the other.
    var depth: Int { scanners.count }

    /// Names of the files being read.
    var openNames: [String] { scanners.map { map.texts[$0.source].name } }

    /// The name behind the current token, see `Scanner.name`; then the current token is the one
    /// behind it.
    mutating func nameBehind() -> (text: String, place: Place) {
        let token = scanners[scanners.count - 1].scanner.name()
        let text = self.text(token)
        advance()
        return (text, token.place)
    }

    /// The rest of the line behind the current token, see `Scanner.restOfLine`.
    mutating func restOfLine() -> (text: String, place: Place) {
        let token = scanners[scanners.count - 1].scanner.restOfLine()
        let text = self.text(token)
        advance()
        return (text, token.place)
    }

    /// See `Scanner.byteBehind`.
    var byteBehind: UInt8 { scanners[scanners.count - 1].scanner.byteBehind }

    /// A token's text, as it stands in the current source text.
    func text(_ token: Token) -> String {
        String(decoding: map.texts[source].bytes[token.start..<token.end], as: UTF8.self)
    }

    /// The bytes of a source text.
    func bytes(_ source: Int) -> [UInt8] { map.texts[source].bytes }
}
