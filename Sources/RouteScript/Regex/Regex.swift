/// A regular expression as `=~` takes it: POSIX extended, letters of either case alike
/// (OpenSIPS: REG_EXTENDED|REG_ICASE). Bytes, not characters: `.` is one byte, classes are those of
/// ASCII.
///
/// Matching takes time linear in the text, whatever the pattern (`RegexLimits`). Immutable.
public struct Regex: Sendable {
    private let program: RegexProgram
    private let beginning: RegexBeginning
    private let lines: Bool

    /// Compiles a pattern; throws what is wrong with it, or that it is too large. `lines` is what
    /// REG_NEWLINE is: `^` and `$` match at line ends too, and neither `.` nor `[^a]` goes over
    /// one.
    public init(
        _ pattern: [UInt8], ignoresCase: Bool = true, lines: Bool = false,
        limits: RegexLimits = RegexLimits()
    ) throws(RegexError) {
        var parser = RegexParser(pattern, ignoresCase: ignoresCase, lines: lines, limits: limits)
        let tree = try parser.parse()
        program = try RegexProgram(tree, limits: limits)
        beginning = RegexBeginning(program.steps, lines: lines)
        self.lines = lines
    }

    /// Whether any part of `text` matches.
    public func matches(_ text: [UInt8]) -> Bool {
        var machine = RegexMachine(program, beginning, lines: lines, remembersGroups: false)
        return machine.matches(text.span)
    }

    /// The leftmost and then longest match that begins at `start` or behind it; `start` is at most
    /// the text's count. What is before `start` still counts for `^` and `\b`.
    public func firstMatch(in text: [UInt8], from start: Int = 0) -> RegexMatch? {
        precondition(start >= 0 && start <= text.count)
        var machine = RegexMachine(program, beginning, lines: lines, remembersGroups: true)
        return machine.find(text.span, from: start).map(RegexMatch.init(slots:))
    }
}

/// Where a pattern matched.
public struct RegexMatch: Sendable, Equatable {
    /// The whole match, then the pattern's groups, the first nine at most; nil for a group that
    /// took no part.
    public let groups: [Range<Int>?]

    /// The whole match.
    public var range: Range<Int> { groups[0] ?? 0..<0 }

    init(slots: [Int]) {
        groups = stride(from: 0, to: slots.count, by: 2).map {
            slots[$0] < 0 || slots[$0 + 1] < 0 ? nil : slots[$0]..<slots[$0 + 1]
        }
    }
}
