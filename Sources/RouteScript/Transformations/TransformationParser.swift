/// Reads `class.name,argument,…`. White space around a name and an argument does not count.
struct TransformationParser {
    private let text: ArraySlice<UInt8>
    private var place: Int

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        place = text.startIndex
    }

    /// Most arguments there are: `{s.substr,offset,length}`.
    static let argumentsMax = 2

    mutating func parse(
        _ variable: (ArraySlice<UInt8>) throws(TransformationError) -> Int
    ) throws(TransformationError) -> Transformation {
        let name = trimmed(text.prefix { $0 != comma })
        place = text.firstIndex(of: comma) ?? text.endIndex
        let row = try row(String(decoding: name, as: UTF8.self).lowercased())
        var arguments: [TransformationArgument] = []
        for (index, parameter) in row.parameters.enumerated() {
            guard place < text.endIndex else {
                if index >= row.parameters.count - row.optionalCount { break }
                throw error("{\(row.name)} takes \(row.parameters.count) arguments.")
            }
            place += 1
            arguments.append(try argument(parameter, of: row, variable))
        }
        guard place == text.endIndex else {
            throw error("Expected the end of {\(row.name)} here.")
        }
        return Transformation(row, arguments)
    }

    private func row(_ name: String) throws(TransformationError) -> TransformationRow {
        if let row = TransformationTable.rows[name] { return row }
        if let reason = TransformationTable.refused[name] {
            throw TransformationError("{\(name)} is not supported: \(reason).")
        }
        throw TransformationError("There is no transformation {\(name)}.")
    }

    private mutating func argument(
        _ parameter: TransformationParameter, of row: TransformationRow,
        _ variable: (ArraySlice<UInt8>) throws(TransformationError) -> Int
    ) throws(TransformationError) -> TransformationArgument {
        if case .byte = parameter { return .text(try byte()) }
        skipBlanks()
        if place < text.endIndex, text[place] == UInt8(ascii: "$") {
            switch parameter {
            case .number, .text: return .variable(try variable(try takeVariable()))
            case .substitution: return .substitutionVariable(try variable(try takeVariable()))
            case .filler, .constant:
                throw error("{\(row.name)} takes no variable here.")
            case .byte: break
            }
        }
        switch parameter {
        case .number, .constant: return .number(try number())
        case .text, .byte: return .text(takeText())
        case .filler:
            let filler = unquoted(takeText())
            guard !filler.isEmpty else { throw error("There is nothing to fill with.") }
            return .text(filler)
        case .substitution:
            let start = place
            place = text.endIndex
            do throws(SubstitutionError) {
                return .substitution(try Substitution(text[start...], variable: variable))
            } catch {
                throw TransformationError(
                    error.message, at: start - text.startIndex + error.offset)
            }
        }
    }

    /// OpenSIPS takes the byte behind the comma, even if it is a comma or a blank.
    private mutating func byte() throws(TransformationError) -> [UInt8] {
        guard place < text.endIndex else { throw error("Expected a separator.") }
        place += 1
        defer { place = text[place...].firstIndex { $0 != UInt8(ascii: " ") } ?? text.endIndex }
        return [text[place - 1]]
    }

    private mutating func number() throws(TransformationError) -> Int64 {
        let start = place
        place = text[place...].firstIndex(of: comma) ?? text.endIndex
        let digits = String(decoding: trimmed(text[start..<place]), as: UTF8.self)
        guard let number = Int64(digits) else {
            place = start
            throw error("Expected a number.")
        }
        return number
    }

    /// Up to a comma that has no backslash before it.
    private mutating func takeText() -> [UInt8] {
        var bytes: [UInt8] = []
        while place < text.endIndex, text[place] != comma {
            if text[place] == UInt8(ascii: "\\"), place + 1 < text.endIndex,
                text[place + 1] == comma || text[place + 1] == UInt8(ascii: "}")
            {
                place += 1
            }
            bytes.append(text[place])
            place += 1
        }
        return Array(trimmed(bytes[...]))
    }

    private mutating func takeVariable() throws(TransformationError) -> ArraySlice<UInt8> {
        guard let variable = VariableText.variable(in: text, from: place) else {
            throw error("Expected a variable behind $.")
        }
        place = variable.endIndex
        skipBlanks()
        guard place == text.endIndex || text[place] == comma else {
            throw error("Expected a comma or the end behind the variable.")
        }
        return variable
    }

    private mutating func skipBlanks() {
        place = text[place...].firstIndex { !isBlank($0) } ?? text.endIndex
    }

    private func trimmed(_ slice: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var slice = slice.drop(while: isBlank)
        while let last = slice.last, isBlank(last) { slice.removeLast() }
        return slice
    }

    private func unquoted(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 2, let mark = bytes.first, mark == bytes.last,
            mark == UInt8(ascii: "'") || mark == UInt8(ascii: "\"")
        else { return bytes }
        return Array(bytes.dropFirst().dropLast())
    }

    private func error(_ message: String) -> TransformationError {
        TransformationError(message, at: place - text.startIndex)
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\n")
            || byte == UInt8(ascii: "\r")
    }

    private var comma: UInt8 { UInt8(ascii: ",") }
}

extension VariableText {
    /// The variable whose `$` is at `start`, with all its brackets: `$var(n)`,
    /// `$(avp(x)[0]{s.int})`, `$fU`; nil where it is none.
    static func variable(in text: ArraySlice<UInt8>, from start: Int) -> ArraySlice<UInt8>? {
        let bytes = Array(text[start...])
        guard case .end(let count) = end(in: bytes, from: 0, limit: bytes.count) else { return nil }
        return text[start..<(start + count)]
    }
}
