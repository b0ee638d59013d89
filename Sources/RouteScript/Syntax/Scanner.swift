/// Bytes → tokens of one source text. Pure; never reads past the end.
struct Scanner {
    let bytes: [UInt8]
    private let base: UInt32
    private(set) var cursor = 0

    /// A scanner of a text; `base` is the offset of its first byte in the script.
    init(_ text: SourceMap.Text) {
        bytes = text.bytes
        base = text.base
        // A byte order mark is no part of the script.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { cursor = 3 }
    }

    func place(_ offset: Int) -> Place { Place(offset: base + UInt32(offset)) }

    /// The next token; `.end` at the end, again and again.
    mutating func next(_ problems: inout Problems) -> Token {
        skipBlanks(&problems)
        let start = cursor
        let kind = scan(&problems)
        return Token(kind: kind, start: start, end: cursor, place: place(start))
    }

    private mutating func scan(_ problems: inout Problems) -> TokenKind {
        guard cursor < bytes.count else { return .end }
        let byte = bytes[cursor]
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            while cursor < bytes.count, bytes[cursor].isWordByte { cursor += 1 }
            return .word
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            return number()
        case UInt8(ascii: "\""):
            return text(&problems)
        case UInt8(ascii: "'"):
            return rawText(&problems)
        case UInt8(ascii: "$"):
            return variable(&problems)
        default:
            return symbol(&problems)
        }
    }

    // MARK: Blanks and comments

    // OpenSIPS: `# …` to the end of the line, and `/* … */`, which does not nest.
    private mutating func skipBlanks(_ problems: inout Problems) {
        while cursor < bytes.count {
            switch bytes[cursor] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                cursor += 1
            case UInt8(ascii: "#"):
                while cursor < bytes.count, bytes[cursor] != UInt8(ascii: "\n") { cursor += 1 }
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                skipComment(&problems)
            default:
                return
            }
        }
    }

    private mutating func skipComment(_ problems: inout Problems) {
        let start = cursor
        cursor += 2
        while cursor < bytes.count {
            if bytes[cursor] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                cursor += 2
                return
            }
            cursor += 1
        }
        problems.lastError("This comment is never closed; `*/` expected.", place(start))
    }

    // MARK: Numbers, texts, variables

    // number  = digit+ | "0x" hexdigit+
    // address = digit+ ( "." digit+ )+ [ "/" digit+ ]
    private mutating func number() -> TokenKind {
        if bytes[cursor] == UInt8(ascii: "0"), peek(1) == UInt8(ascii: "x") { cursor += 2 }
        while cursor < bytes.count, bytes[cursor].isWordByte { cursor += 1 }
        guard byte(cursor) == UInt8(ascii: "."), byte(cursor + 1).isDigit else { return .number }
        while byte(cursor).isDigit || byte(cursor) == UInt8(ascii: ".") { cursor += 1 }
        if byte(cursor) == UInt8(ascii: "/"), byte(cursor + 1).isDigit {
            cursor += 1
            while byte(cursor).isDigit || byte(cursor) == UInt8(ascii: ".") { cursor += 1 }
        }
        return .address
    }

    // text = `"` { any byte but `"` and `\` | `\` any byte } `"`, over several lines too.
    private mutating func text(_ problems: inout Problems) -> TokenKind {
        let start = cursor
        cursor += 1
        while cursor < bytes.count {
            switch bytes[cursor] {
            case UInt8(ascii: "\\"): cursor += 2
            case UInt8(ascii: "\""):
                cursor += 1
                return .text
            default: cursor += 1
            }
        }
        problems.lastError("This text is never closed; `\"` expected.", place(start))
        return endedEarly()
    }

    private mutating func rawText(_ problems: inout Problems) -> TokenKind {
        let start = cursor
        cursor += 1
        while cursor < bytes.count {
            cursor += 1
            if bytes[cursor - 1] == UInt8(ascii: "'") { return .rawText }
        }
        problems.lastError("This text is never closed; `'` expected.", place(start))
        return endedEarly()
    }

    private mutating func variable(_ problems: inout Problems) -> TokenKind {
        switch VariableText.end(in: bytes, from: cursor, limit: bytes.count) {
        case .end(let end):
            cursor = end
            return .variable
        case .none:
            problems.error("`$` without a name; a variable like $var(x) expected.", place(cursor))
            cursor += 1
            return .invalid
        case .unterminated:
            problems.error("This variable is never closed; `)` expected.", place(cursor))
            cursor = lineEnd()
            return .invalid
        }
    }

    private mutating func endedEarly() -> TokenKind {
        cursor = bytes.count
        return .invalid
    }

    // MARK: Symbols

    private mutating func symbol(_ problems: inout Problems) -> TokenKind {
        let first = bytes[cursor]
        if let next = peek(1), let kind = Scanner.double(first, next) {
            cursor += 2
            return kind
        }
        guard let kind = Scanner.single(first) else {
            let start = cursor
            cursor += 1
            while byte(cursor) & 0xC0 == 0x80 { cursor += 1 }
            let shown = String(decoding: bytes[start..<cursor], as: UTF8.self)
            problems.error("`\(shown)` means nothing here.", place(start))
            return .invalid
        }
        cursor += 1
        return kind
    }

    // MARK: What is no token

    /// A name between brackets, which may hold what no word may: `to-gw`. Empty if there is none.
    mutating func name() -> Token {
        while byte(cursor).isBlank { cursor += 1 }
        let start = cursor
        while byte(cursor).isNameByte { cursor += 1 }
        return Token(kind: .word, start: start, end: cursor, place: place(start))
    }

    /// The rest of the line without comment and outer blanks: the value of a global setting.
    mutating func restOfLine() -> Token {
        while byte(cursor).isBlank { cursor += 1 }
        let start = cursor
        var end = start
        var isQuoted = false
        while cursor < bytes.count, bytes[cursor] != UInt8(ascii: "\n"),
            isQuoted || bytes[cursor] != UInt8(ascii: "#")
        {
            if bytes[cursor] == UInt8(ascii: "\"") { isQuoted.toggle() }
            cursor += 1
            if !bytes[cursor - 1].isBlank { end = cursor }
        }
        return Token(kind: .word, start: start, end: end, place: place(start))
    }

    /// The first byte behind the token just read that is neither blank nor line feed; 0 at the end.
    var byteBehind: UInt8 {
        var offset = cursor
        while byte(offset).isBlank || byte(offset) == UInt8(ascii: "\n") { offset += 1 }
        return byte(offset)
    }

    private func lineEnd() -> Int {
        var end = cursor
        while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
        return end
    }

    private func peek(_ distance: Int) -> UInt8? {
        cursor + distance < bytes.count ? bytes[cursor + distance] : nil
    }

    /// The byte at an offset; 0 behind the end, which no text contains.
    private func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }
}
