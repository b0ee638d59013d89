/// A text between quotes → its bytes, or the pieces of a format.
struct TextParser {
    /// A piece of a format.
    enum Piece {
        case literal([UInt8])
        case variable(VariableSyntax)
    }

    let bytes: [UInt8]
    let base: Place
    let text: TextSyntax

    init(_ text: TextSyntax, in map: SourceMap) {
        self.text = text
        bytes = map.texts[text.source].bytes
        base = Place(offset: map.texts[text.source].base)
    }

    /// The text as it is, `$` included: in OpenSIPS only texts that are whole arguments are
    /// formats.
    func literal() -> [UInt8] {
        var result: [UInt8] = []
        var cursor = text.range.lowerBound
        while cursor < text.range.upperBound { cursor = decode(cursor, into: &result) }
        return result
    }

    /// The text as a format: `$name(…)` is a variable, `$$` is `$`.
    ///
    /// A `$` that begins no variable is itself; `P13` of the catalogue wants it, OpenSIPS refuses
    /// it.
    func pieces(_ problems: inout Problems) -> [Piece] {
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        var cursor = text.range.lowerBound
        let limit = text.range.upperBound
        while cursor < limit {
            guard bytes[cursor] == UInt8(ascii: "$") else {
                cursor = decode(cursor, into: &literal)
                continue
            }
            switch VariableText.end(in: bytes, from: cursor, limit: limit) {
            case .end(let end):
                if let variable = variable(cursor..<end, &problems) {
                    if !literal.isEmpty { pieces.append(.literal(literal)) }
                    literal = []
                    pieces.append(.variable(variable))
                } else {
                    literal += bytes[cursor..<end]
                }
                cursor = end
            case .none:
                literal.append(UInt8(ascii: "$"))
                cursor += 1
                if cursor < limit, bytes[cursor] == UInt8(ascii: "$") { cursor += 1 }
            case .unterminated:
                problems.error("This variable is never closed; `)` expected.", place(cursor))
                cursor = limit
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        return pieces
    }

    /// The variable; nil where it cannot be read, which is reported, or where it is none: `$var`
    /// without parentheses is text.
    private func variable(_ range: Range<Int>, _ problems: inout Problems) -> VariableSyntax? {
        do throws(SyntaxError) {
            var parser = VariableParser(bytes, range, base: base)
            let variable = try parser.parse()
            if variable.inner == nil, VariableTable.needsInner(variable.name) {
                problems.warning(
                    "`\(variable.spelling)` is text here; a variable is "
                        + "`\(variable.spelling)(name)`.", variable.place)
                return nil
            }
            return variable
        } catch {
            problems.error(error.message, error.place)
            return nil
        }
    }

    // OpenSIPS (cfg.lex): \n \r \t \a \\ \" and \xHH; before anything else `\` is itself, so that
    // "^\*[0-9]+" is the regular expression it looks like.
    private func decode(_ cursor: Int, into result: inout [UInt8]) -> Int {
        let byte = bytes[cursor]
        guard byte == UInt8(ascii: "\\"), text.hasEscapes, cursor + 1 < text.range.upperBound
        else {
            result.append(byte)
            return cursor + 1
        }
        switch UnicodeScalar(bytes[cursor + 1]) {
        case "n": result.append(0x0A)
        case "r": result.append(0x0D)
        case "t": result.append(0x09)
        case "a": result.append(0x07)
        case "\\": result.append(UInt8(ascii: "\\"))
        case "\"": result.append(UInt8(ascii: "\""))
        case "x":
            guard cursor + 3 < text.range.upperBound,
                let value = UInt8(
                    String(decoding: bytes[cursor + 2...cursor + 3], as: UTF8.self), radix: 16)
            else { fallthrough }
            result.append(value)
            return cursor + 4
        default: result += [byte, bytes[cursor + 1]]
        }
        return cursor + 2
    }

    private func place(_ offset: Int) -> Place { Place(offset: base.offset + UInt32(offset)) }
}
