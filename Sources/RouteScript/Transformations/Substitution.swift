/// `/regex/replacement/flags`, as `{re.subst,…}` takes it. Whatever comes first separates the
/// three.
///
/// Flags: `g` replaces every match, `i` takes letters of either case for the same, `s` lets `.` and
/// `[^a]` match line ends, and `^` and `$` only the ends of the text. In the replacement `\0` is
/// the match and `\1` to `\9` its groups, `\n`, `\r`, `\t`, `\\` and `\$` are what they are
/// elsewhere, and `$name` is a variable.
struct Substitution: Sendable {
    private let regex: Regex
    private let replacement: [SubstitutionPiece]
    private let replacesAll: Bool

    /// Parses it; there can be no variables in the replacement.
    init(_ text: ArraySlice<UInt8>) throws(SubstitutionError) {
        try self.init(text) { _ throws(TransformationError) in
            throw TransformationError("There can be no variable here; \\$ is a dollar.")
        }
    }

    /// Parses it; `variable` is handed the text of a variable in the replacement, and answers at
    /// which place its value will be.
    init(
        _ text: ArraySlice<UInt8>, limits: RegexLimits = RegexLimits(),
        variable: (ArraySlice<UInt8>) throws(TransformationError) -> Int
    ) throws(SubstitutionError) {
        guard let separator = text.first, separator != UInt8(ascii: "\\") else {
            throw SubstitutionError("Expected /regex/replacement/flags.", at: 0)
        }
        let start = text.startIndex
        let patternEnd = try Self.end(of: separator, in: text, from: start + 1)
        let replacementEnd = try Self.end(of: separator, in: text, from: patternEnd + 1)
        var ignoresCase = false
        var lines = true
        var replacesAll = false
        for (index, flag) in text.enumerated().dropFirst(replacementEnd + 1 - start) {
            switch flag {
            case UInt8(ascii: "i"): ignoresCase = true
            case UInt8(ascii: "s"): lines = false
            case UInt8(ascii: "g"): replacesAll = true
            default: throw SubstitutionError("The flags are i, s and g.", at: index)
            }
        }
        self.replacesAll = replacesAll
        do throws(RegexError) {
            let pattern = Self.withoutEscapedBraces(text[(start + 1)..<patternEnd])
            regex = try Regex(pattern, ignoresCase: ignoresCase, lines: lines, limits: limits)
        } catch {
            throw SubstitutionError(error.message, at: 1 + error.offset)
        }
        replacement = try SubstitutionPiece.parse(
            text[(patternEnd + 1)..<replacementEnd], in: text, variable)
    }

    /// The text with its first match replaced, or all; itself where there is none. nil where
    /// nothing is matched, be it later on (OpenSIPS: an error, since it could go on for ever),
    /// where the result would be too long, or where looking for matches takes too long
    /// (`RegexLimits.workMax`). Adds to `steps` what it took.
    func apply(
        _ text: [UInt8], steps: inout Int, variable: (Int) -> ScriptValue
    ) -> [UInt8]? {
        var search = regex.search()
        defer { steps += search.work / Regex.workPerStep }
        var result: [UInt8] = []
        var place = 0
        repeat {
            guard let slots = search.find(text.span, from: place) else { break }
            let match = RegexMatch(slots: slots)
            guard !match.range.isEmpty else { return nil }
            result += text[place..<match.range.lowerBound]
            for piece in replacement { result += piece.bytes(match, in: text, variable) }
            guard result.count <= Transformation.resultBytesMax else { return nil }
            place = match.range.upperBound
        } while replacesAll
        return search.isExhausted ? nil : result + text[place...]
    }

    private static func end(
        of separator: UInt8, in text: ArraySlice<UInt8>, from start: Int
    ) throws(SubstitutionError) -> Int {
        var place = start
        while place < text.endIndex, text[place] != separator {
            place += text[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard place < text.endIndex else {
            let mark = String(decoding: [separator], as: UTF8.self)
            throw SubstitutionError(
                "Expected another \(mark): /regex/replacement/flags.", at: text.count)
        }
        return place
    }

    /// OpenSIPS: braces that would end the transformation are written `\{` and `\}`.
    private static func withoutEscapedBraces(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in text {
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}"),
                result.last == UInt8(ascii: "\\")
            {
                result.removeLast()
            }
            result.append(byte)
        }
        return result
    }
}

/// Why a text is no substitution.
struct SubstitutionError: Error {
    let message: String
    /// Bytes from its first separator.
    let offset: Int

    init(_ message: String, at offset: Int) {
        self.message = message
        self.offset = offset
    }
}

/// A part of what a match is replaced by.
enum SubstitutionPiece: Sendable {
    case text([UInt8])
    case group(Int)
    case variable(Int)

    /// Most escapes and variables in one replacement (OpenSIPS).
    static let piecesMax = 100

    static func parse(
        _ text: ArraySlice<UInt8>, in whole: ArraySlice<UInt8>,
        _ variable: (ArraySlice<UInt8>) throws(TransformationError) -> Int
    ) throws(SubstitutionError) -> [SubstitutionPiece] {
        var pieces: [SubstitutionPiece] = []
        var literal: [UInt8] = []
        var place = text.startIndex
        func fail(_ message: String) -> SubstitutionError {
            SubstitutionError(message, at: place - whole.startIndex)
        }
        func add(_ piece: SubstitutionPiece) {
            if !literal.isEmpty { pieces.append(.text(literal)) }
            literal = []
            pieces.append(piece)
        }
        while place < text.endIndex {
            guard pieces.count < piecesMax else { throw fail("There are too many escapes.") }
            switch text[place] {
            case UInt8(ascii: "\\") where place + 1 < text.endIndex:
                let next = text[place + 1]
                switch next {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    add(.group(Int(next - UInt8(ascii: "0"))))
                case UInt8(ascii: "n"): literal.append(UInt8(ascii: "\n"))
                case UInt8(ascii: "r"): literal.append(UInt8(ascii: "\r"))
                case UInt8(ascii: "t"): literal.append(UInt8(ascii: "\t"))
                case UInt8(ascii: "u"): throw fail("\\u is not supported: write $ru.")
                default: literal.append(next)
                }
                place += 2
            case UInt8(ascii: "$"):
                guard let name = VariableText.variable(in: text, from: place) else {
                    throw fail("Expected a variable behind $; \\$ is a dollar.")
                }
                do throws(TransformationError) {
                    add(.variable(try variable(name)))
                } catch {
                    throw fail(error.message)
                }
                place = name.endIndex
            default:
                literal.append(text[place])
                place += 1
            }
        }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        return pieces
    }

    /// A group that took no part, or is not there, is nothing; so is NULL.
    func bytes(
        _ match: RegexMatch, in text: [UInt8], _ variable: (Int) -> ScriptValue
    ) -> ArraySlice<UInt8> {
        switch self {
        case .text(let bytes): return bytes[...]
        case .group(let number):
            guard number < match.groups.count, let range = match.groups[number] else { return [] }
            return text[range]
        case .variable(let place):
            switch variable(place) {
            case .null: return []
            case .integer(let number): return Array(String(number).utf8)[...]
            case .string(let bytes): return bytes[...]
            }
        }
    }
}

extension TransformationTable {
    static let substitutionRows = [
        TransformationRow(
            "re.subst", .substitution,
            counting: { input, steps in
                guard case .string(let text) = input.value, !text.isEmpty else { return nil }
                return input.substitution(0)?
                    .apply(text, steps: &steps, variable: input.variable)
                    .map(ScriptValue.string)
            })
    ]
}
