/// The text of a variable → what it is made of.
///
///     variable  = "$" body | "$" "(" body ")"
///     body      = name [ "(" inner ")" ] [ "[" index "]" ] { "{" transformation "}" }
///     index     = integer | "*" | variable
///
/// Index and transformations are there only within `$( … )`.
struct VariableParser {
    let bytes: [UInt8]
    /// The place of the first of `bytes`.
    let base: Place
    /// Behind the variable's last byte.
    private var end: Int
    private var cursor: Int
    private let start: Int

    /// A parser of the variable in `range` of `bytes`.
    init(_ bytes: [UInt8], _ range: Range<Int>, base: Place) {
        self.bytes = bytes
        self.base = base
        start = range.lowerBound
        cursor = range.lowerBound + 1
        end = range.upperBound
    }

    /// Parses; throws the sentence and where.
    mutating func parse() throws(SyntaxError) -> VariableSyntax {
        let spelling = String(decoding: bytes[start..<end], as: UTF8.self)
        let isWrapped = byte == UInt8(ascii: "(")
        if isWrapped {
            cursor += 1
            end -= 1
        }
        var variable = VariableSyntax(
            name: name(), inner: try inner(), index: .none, transformations: [],
            spelling: spelling, place: place(start))
        guard !variable.name.isEmpty else {
            throw SyntaxError("The name of a variable expected.", place(cursor))
        }
        if isWrapped {
            variable.index = try index()
            while byte == UInt8(ascii: "{") {
                variable.transformations.append(try transformation())
            }
            skipBlanks()
        }
        guard cursor >= end else {
            throw SyntaxError(
                "`\(spelling)` cannot be read from here; `)`, `[index]` or `{transformation}` "
                    + "expected.",
                place(cursor))
        }
        return variable
    }

    private mutating func name() -> String {
        skipBlanks()
        let start = cursor
        while byte.isWordByte || byte == UInt8(ascii: ".") { cursor += 1 }
        return String(decoding: bytes[start..<cursor], as: UTF8.self)
    }

    private mutating func inner() throws(SyntaxError) -> String? {
        guard byte == UInt8(ascii: "(") else { return nil }
        let open = cursor
        guard let close = closing(UInt8(ascii: "("), UInt8(ascii: ")")) else {
            throw SyntaxError("This parenthesis is never closed; `)` expected.", place(open))
        }
        cursor = close + 1
        return String(decoding: trimmed(open + 1..<close), as: UTF8.self)
    }

    private mutating func index() throws(SyntaxError) -> IndexSyntax {
        skipBlanks()
        guard byte == UInt8(ascii: "[") else { return .none }
        let open = cursor
        guard let close = closing(UInt8(ascii: "["), UInt8(ascii: "]")) else {
            throw SyntaxError("This bracket is never closed; `]` expected.", place(open))
        }
        cursor = close + 1
        let text = trimmed(open + 1..<close)
        if text.elementsEqual([UInt8(ascii: "*")]) { return .all }
        if text.first == UInt8(ascii: "$") {
            var parser = VariableParser(bytes, text.startIndex..<text.endIndex, base: base)
            return .variable(try parser.parse())
        }
        guard let number = Int64(String(decoding: text, as: UTF8.self)) else {
            throw SyntaxError("An index is a number, `*` or a variable.", place(open + 1))
        }
        return .number(number)
    }

    private mutating func transformation() throws(SyntaxError) -> TransformationSyntax {
        let open = cursor
        guard let close = closing(UInt8(ascii: "{"), UInt8(ascii: "}")) else {
            throw SyntaxError("This brace is never closed; `}` expected.", place(open))
        }
        cursor = close + 1
        return TransformationSyntax(text: Array(bytes[open + 1..<close]), place: place(open + 1))
    }

    /// Offset of what closes the byte at the cursor; both nest, `\` hides the byte behind it.
    private func closing(_ open: UInt8, _ close: UInt8) -> Int? {
        var depth = 0
        var index = cursor
        while index < end {
            if bytes[index] == UInt8(ascii: "\\") {
                index += 1
            } else if bytes[index] == open {
                depth += 1
            } else if bytes[index] == close {
                depth -= 1
                if depth == 0 { return index }
            }
            index += 1
        }
        return nil
    }

    private func trimmed(_ range: Range<Int>) -> ArraySlice<UInt8> {
        var slice = bytes[range]
        while let first = slice.first, first.isBlank { slice.removeFirst() }
        while let last = slice.last, last.isBlank { slice.removeLast() }
        return slice
    }

    private mutating func skipBlanks() { while byte.isBlank { cursor += 1 } }

    private var byte: UInt8 { cursor < end ? bytes[cursor] : 0 }

    private func place(_ offset: Int) -> Place { Place(offset: base.offset + UInt32(offset)) }
}

/// Why a piece of a script cannot be read: thrown to where reading can go on.
struct SyntaxError: Error {
    var message: String
    var place: Place

    init(_ message: String, _ place: Place) {
        self.message = message
        self.place = place
    }
}
