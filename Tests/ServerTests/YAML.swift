import Foundation

/// As much of YAML 1.2 as openapi.yaml uses: block and flow collections, plain, quoted and literal scalars.
/// No anchors, tags, or several documents. What it does not know is an error.
indirect enum YAML: Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([YAML])
    case map([Member])

    struct Member: Equatable {
        let name: String
        let value: YAML
    }

    struct Unreadable: Error {
        let line: Int
        let why: String
    }

    init(parsing text: String) throws {
        var reader = Reader(text)
        self = try reader.node(deeperThan: -1)
    }

    subscript(name: String) -> YAML { members.first { $0.0 == name }?.1 ?? .null }

    var members: [(String, YAML)] {
        if case .map(let members) = self { members.map { ($0.name, $0.value) } } else { [] }
    }

    var elements: [YAML] { if case .list(let elements) = self { elements } else { [] } }
    var string: String? { if case .text(let text) = self { text } else { nil } }

    /// The same as JSON text.
    var json: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .text(let text): literal(text)
        case .list(let list): "[" + list.map(\.json).joined(separator: ",") + "]"
        case .map(let map):
            "{" + map.map { literal($0.name) + ":" + $0.value.json }.joined(separator: ",") + "}"
        }
    }

    fileprivate static func plain(_ text: String) -> YAML {
        switch text {
        case "", "null", "~": .null
        case "true", "false": .boolean(text == "true")
        default:
            if let number = Int(text) {
                .integer(number)
            } else if let number = Double(text), text.first?.isLetter == false {
                .number(number)
            } else {
                .text(text)
            }
        }
    }
}

private struct Reader {
    private var lines: [[Character]]
    private var line = 0
    private var column = 0

    init(_ text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
    }

    /// The block that begins at the next line with content, if that is indented by more than `outer`; for a
    /// list below a name, by as much.
    mutating func node(deeperThan outer: Int, orListAt listIndent: Int? = nil) throws -> YAML {
        skipEmpty()
        guard line < lines.count else { return .null }
        let indent = indentation
        let isList = lines[line].dropFirst(indent).starts(with: "- ")
        guard indent > outer || (isList && indent == listIndent) else { return .null }
        return isList ? try list(at: indent) : try map(at: indent)
    }

    private mutating func list(at indent: Int) throws -> YAML {
        var elements: [YAML] = []
        while true {
            skipEmpty()
            guard line < lines.count, indentation == indent,
                lines[line].dropFirst(indent).starts(with: "- ")
            else { return .list(elements) }
            column = indent + 2
            // A mapping may begin right behind the dash: it is indented like what follows it.
            if !"{[\"'".contains(lines[line][column]), nameEnd() != nil {
                lines[line][indent] = " "
                elements.append(try map(at: indent + 2))
            } else {
                elements.append(try value(indent: indent))
            }
        }
    }

    private mutating func map(at indent: Int) throws -> YAML {
        var members: [YAML.Member] = []
        while true {
            skipEmpty()
            guard line < lines.count, indentation == indent else { return .map(members) }
            column = indent
            guard let end = nameEnd() else { throw unreadable("expected a name and a colon") }
            var name = String(lines[line][column..<end])
            if let quote = name.first, "'\"".contains(quote) {
                name = String(name.dropFirst().dropLast())
            }
            column = end + 1
            while column < lines[line].count, lines[line][column] == " " { column += 1 }
            members.append(YAML.Member(name: name, value: try value(indent: indent)))
        }
    }

    /// Where the colon behind the name at `column` is; nil where no name is.
    private func nameEnd() -> Int? {
        let row = lines[line]
        var index = column
        if index < row.count, "'\"".contains(row[index]) {
            guard let close = row[(index + 1)...].firstIndex(of: row[index]) else { return nil }
            index = close + 1
        }
        while index < row.count {
            if row[index] == ":", index + 1 == row.count || row[index + 1] == " " { return index }
            index += 1
        }
        return nil
    }

    /// The value behind a name or a dash.
    private mutating func value(indent: Int) throws -> YAML {
        guard column < lines[line].count, lines[line][column] != "#" else {
            line += 1
            return try node(deeperThan: indent, orListAt: indent)
        }
        switch lines[line][column] {
        case "|": return literalBlock(indent: indent)
        case "{", "[", "\"", "'":
            let value = try flow()
            line += 1
            return value
        case "&", "*", "!", ">": throw unreadable("not understood here")
        default:
            let rest = String(lines[line][column...])
            line += 1
            let end = rest.range(of: " #")?.lowerBound ?? rest.endIndex
            return .plain(rest[..<end].trimmingCharacters(in: .whitespaces))
        }
    }

    private mutating func literalBlock(indent: Int) -> YAML {
        line += 1
        var block: [[Character]] = []
        while line < lines.count, lines[line].allSatisfy({ $0 == " " }) || indentation > indent {
            block.append(lines[line])
            line += 1
        }
        let width = block.compactMap { row in row.firstIndex { $0 != " " } }.min() ?? 0
        return .text(block.map { String($0.dropFirst(width)) }.joined(separator: "\n"))
    }

    // MARK: Flow

    private mutating func flow() throws -> YAML {
        try skipBlanks()
        switch lines[line][column] {
        case "{":
            column += 1
            var members: [YAML.Member] = []
            while try !closes("}") {
                let name = try flowScalar(endingAt: ":,}")
                try skipBlanks()
                guard lines[line][column] == ":" else { throw unreadable("expected a colon") }
                column += 1
                members.append(YAML.Member(name: name.string ?? name.json, value: try flow()))
            }
            return .map(members)
        case "[":
            column += 1
            var elements: [YAML] = []
            while try !closes("]") { elements.append(try flow()) }
            return .list(elements)
        default: return try flowScalar(endingAt: ",}]")
        }
    }

    /// Steps over a comma, or over the end of a collection: then true.
    private mutating func closes(_ end: Character) throws -> Bool {
        try skipBlanks()
        if lines[line][column] == "," {
            column += 1
            try skipBlanks()
        }
        guard lines[line][column] == end else { return false }
        column += 1
        return true
    }

    private mutating func flowScalar(endingAt ends: String) throws -> YAML {
        try skipBlanks()
        switch lines[line][column] {
        case "'": return .text(try quoted("'"))
        case "\"": return .text(try quoted("\""))
        default:
            var text = ""
            while column < lines[line].count {
                let next = lines[line][column]
                if next == ":",
                    ends.contains(":") || column + 1 == lines[line].count
                        || lines[line][column + 1] == " "
                {
                    break
                }
                if next != ":", ends.contains(next) { break }
                text.append(next)
                column += 1
            }
            return .plain(text.trimmingCharacters(in: .whitespaces))
        }
    }

    /// A quoted text; `''` and, in double quotes, the escapes `\\`, `\"`, `\uXXXX` and the escaped line end.
    private mutating func quoted(_ quote: Character) throws -> String {
        var text = ""
        column += 1
        while true {
            guard column < lines[line].count else {
                try nextLine()
                text += " "
                continue
            }
            let next = lines[line][column]
            column += 1
            if next == quote {
                guard quote == "'", column < lines[line].count, lines[line][column] == "'" else {
                    return text
                }
                column += 1
            } else if next == "\\", quote == "\"" {
                try escape(into: &text)
                continue
            }
            text.append(next)
        }
    }

    private mutating func escape(into text: inout String) throws {
        guard column < lines[line].count else { return try nextLine() }
        let next = lines[line][column]
        column += 1
        guard next == "u" else { return text.append(next) }
        let digits = String(lines[line][column..<column + 4])
        guard let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
            throw unreadable("expected four hexadecimal digits")
        }
        text.unicodeScalars.append(scalar)
        column += 4
    }

    private mutating func skipBlanks() throws {
        while column >= lines[line].count || lines[line][column] == " " {
            if column >= lines[line].count { try nextLine() } else { column += 1 }
        }
    }

    private mutating func nextLine() throws {
        line += 1
        guard line < lines.count else { throw unreadable("it ends too early") }
        column = indentation
    }

    private var indentation: Int { lines[line].firstIndex { $0 != " " } ?? lines[line].count }

    private mutating func skipEmpty() {
        while line < lines.count {
            guard let first = lines[line].first(where: { $0 != " " }), first != "#" else {
                line += 1
                continue
            }
            return
        }
    }

    private func unreadable(_ why: String) -> YAML.Unreadable { .init(line: line + 1, why: why) }
}
