/// A regular expression as `=~` takes it: POSIX extended, letters of either case alike
/// (OpenSIPS: REG_EXTENDED|REG_ICASE). Bytes, not characters: `.` is one byte, classes are those of
/// ASCII.
///
/// Matching takes time linear in the text, whatever the pattern (`RegexLimits`). Immutable.
public struct Regex: Sendable {
    private let program: RegexProgram
    private let beginning: RegexBeginning
    private let lines: Bool
    private let workMax: Int

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
        workMax = limits.workMax
    }

    /// Whether any part of `text` matches.
    public func matches(_ text: [UInt8]) -> Bool {
        var steps = 0
        return matches(text, steps: &steps)
    }

    /// The same; adds to `steps` what it took, in units of about 25 ns. False for a text so long
    /// that `RegexLimits.workMax` is passed: with the default limits one of more than 65,536 bytes.
    public func matches(_ text: [UInt8], steps: inout Int) -> Bool {
        var machine = RegexMachine(
            program, beginning, lines: lines, remembersGroups: false, workMax: workMax)
        defer { steps += machine.work / Self.workPerStep }
        return machine.matches(text.span)
    }

    /// The leftmost and then longest match that begins at `start` or behind it; `start` is at most
    /// the text's count. What is before `start` still counts for `^` and `\b`.
    public func firstMatch(in text: [UInt8], from start: Int = 0) -> RegexMatch? {
        precondition(start >= 0 && start <= text.count)
        var machine = search()
        return machine.find(text.span, from: start).map(RegexMatch.init(slots:))
    }

    /// For several searches, which together may take what one may.
    func search() -> RegexMachine {
        RegexMachine(program, beginning, lines: lines, remembersGroups: true, workMax: workMax)
    }

    /// Threads that are looked at in the time of one step of a script.
    static let workPerStep = 8
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
