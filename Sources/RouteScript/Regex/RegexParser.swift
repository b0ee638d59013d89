/// Reads a POSIX extended regular expression, as glibc's `regcomp` with REG_EXTENDED does: what is
/// undefined in POSIX is what glibc makes of it, but for two things. Back-references (`\1`) are
/// refused, because they cannot be matched in linear time; so is a backslash before a letter or
/// digit that means nothing, because it would silently be that letter (`\d` is not a digit).
struct RegexParser {
    let pattern: ArraySlice<UInt8>
    private let limits: RegexLimits
    private let ignoresCase: Bool
    private let lines: Bool
    var place: Int
    private(set) var groupCount = 0
    private var nesting = 0

    init(_ pattern: [UInt8], ignoresCase: Bool, lines: Bool, limits: RegexLimits) {
        self.pattern = pattern[...]
        self.limits = limits
        self.ignoresCase = ignoresCase
        self.lines = lines
        place = 0
    }

    /// The whole pattern.
    mutating func parse() throws(RegexError) -> RegexNode {
        guard pattern.count <= limits.patternBytesMax else {
            throw RegexError("The pattern is longer than \(limits.patternBytesMax) bytes.")
        }
        return try choice()
    }

    /// `choice = sequence *( "|" sequence )`; glibc: each may be empty.
    private mutating func choice() throws(RegexError) -> RegexNode {
        var alternatives = [try sequence()]
        while take("|") { alternatives.append(try sequence()) }
        return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
    }

    /// `sequence = *( piece )`, up to `|`, the group's `)` or the end.
    private mutating func sequence() throws(RegexError) -> RegexNode {
        var pieces: [RegexNode] = []
        while let byte = next, byte != UInt8(ascii: "|") {
            // glibc: a `)` that closes nothing is a letter like others.
            if byte == UInt8(ascii: ")"), nesting > 0 { break }
            pieces.append(try piece())
        }
        if pieces.isEmpty { return .empty }
        return pieces.count == 1 ? pieces[0] : .sequence(pieces)
    }

    /// `piece = assertion / atom *( "*" / "+" / "?" / "{" count "}" )`.
    private mutating func piece() throws(RegexError) -> RegexNode {
        var node = try atom()
        var operators = 0
        while let byte = next, "*+?{".utf8.contains(byte) {
            // glibc: nothing repeats an anchor; the operator stands at the beginning of something.
            if case .assertion = node { throw nothingToRepeat }
            operators += 1
            // Each level of a tree is a level of recursion for whoever walks it.
            guard operators <= limits.nestingMax else {
                throw RegexError("There are too many repetitions of repetitions.", at: place)
            }
            place += 1
            let (least, most) =
                switch byte {
                case UInt8(ascii: "*"): (0, nil as Int?)
                case UInt8(ascii: "+"): (1, nil as Int?)
                case UInt8(ascii: "?"): (0, 1 as Int?)
                default: try interval(from: place - 1)
                }
            node = .repetition(node, least: least, most: most)
        }
        return node
    }

    private mutating func atom() throws(RegexError) -> RegexNode {
        guard let byte = next else { return .empty }
        switch byte {
        case UInt8(ascii: "("): return try group()
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            throw nothingToRepeat
        case UInt8(ascii: "["):
            let bracket = try bracketExpression()
            return set(bracket.set, inverted: bracket.isInverted)
        case UInt8(ascii: "\\"): return try escape()
        default: break
        }
        place += 1
        switch byte {
        case UInt8(ascii: "."):
            // Without lines it is any byte, NUL and line ends included.
            return set(.none, inverted: true)
        case UInt8(ascii: "^"): return .assertion(.lineStart)
        case UInt8(ascii: "$"): return .assertion(.lineEnd)
        default: return set(ByteClass([byte]))
        }
    }

    private mutating func group() throws(RegexError) -> RegexNode {
        let start = place
        nesting += 1
        guard nesting <= limits.nestingMax else {
            throw RegexError("Parentheses are nested deeper than \(limits.nestingMax).", at: start)
        }
        place += 1
        groupCount += 1
        let number = groupCount
        let node = try choice()
        guard take(")") else { throw RegexError("Expected ) to this (.", at: start) }
        nesting -= 1
        return .group(node, number: number)
    }

    private mutating func escape() throws(RegexError) -> RegexNode {
        let start = place
        place += 1
        guard let byte = next else {
            throw RegexError("Expected a character behind the backslash.", at: start)
        }
        place += 1
        switch byte {
        case UInt8(ascii: "w"): return set(.word)
        case UInt8(ascii: "W"): return set(.word, inverted: true)
        case UInt8(ascii: "s"): return set(.space)
        case UInt8(ascii: "S"): return set(.space, inverted: true)
        case UInt8(ascii: "b"): return .assertion(.wordBoundary)
        case UInt8(ascii: "B"): return .assertion(.noWordBoundary)
        case UInt8(ascii: "<"): return .assertion(.wordStart)
        case UInt8(ascii: ">"): return .assertion(.wordEnd)
        case UInt8(ascii: "`"): return .assertion(.textStart)
        case UInt8(ascii: "'"): return .assertion(.textEnd)
        case UInt8(ascii: "1")...UInt8(ascii: "9"):
            throw RegexError(
                "Back-references are not supported: they cannot be matched in linear time.",
                at: start)
        case UInt8(ascii: "d"):
            throw RegexError("\\d is not POSIX: write [0-9].", at: start)
        case _ where ByteClass.word.contains(byte) && byte != UInt8(ascii: "_"):
            let letter = String(decoding: [byte], as: UTF8.self)
            throw RegexError("\\\(letter) means nothing: write \(letter) or \\\\.", at: start)
        default: return set(ByteClass([byte]))
        }
    }

    /// `"{" least [ "," [ most ] ] "}"`, and glibc's `{,most}`; the brace is taken already.
    private mutating func interval(
        from start: Int
    ) throws(RegexError) -> (least: Int, most: Int?) {
        let least = try number()
        var most = least
        let hasComma = take(",")
        if hasComma { most = try number() }
        guard take("}"), least != nil || hasComma else {
            throw RegexError("Expected {n}, {n,} or {n,m}.", at: start)
        }
        if let most, let least, least > most {
            throw RegexError("Expected the smaller number first in {n,m}.", at: start)
        }
        return (least ?? 0, most)
    }

    private mutating func number() throws(RegexError) -> Int? {
        var number: Int?
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            number = (number ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            guard let value = number, value <= limits.repetitionsMax else {
                throw RegexError("Nothing can be repeated more than 255 times.", at: place)
            }
            place += 1
        }
        return number
    }

    /// A set as it is matched. Case first: `[^a]` without case is neither `a` nor `A`. Where lines
    /// count, no inverted set goes over a line's end (REG_NEWLINE).
    private func set(_ set: ByteClass, inverted: Bool = false) -> RegexNode {
        let folded = ignoresCase ? set.foldingCase : set
        guard inverted else { return .bytes(folded) }
        var inverse = folded.inverted
        if lines { inverse.remove(UInt8(ascii: "\n")) }
        return .bytes(inverse)
    }

    private var nothingToRepeat: RegexError {
        RegexError("There is nothing to repeat here; a backslash makes it a character.", at: place)
    }

    var next: UInt8? { place < pattern.endIndex ? pattern[place] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        place += 1
        return true
    }
}
