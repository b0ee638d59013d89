/// What a regular expression may take up; beyond any of these compiling it is an error. Matching
/// takes at most (bytes of the text) × (steps of the program) steps.
public struct RegexLimits: Sendable, Equatable {
    /// Bytes of a pattern.
    public var patternBytesMax = 4_096
    /// Parentheses within parentheses.
    public var nestingMax = 50
    /// What a `{n}` may ask for: RE_DUP_MAX of POSIX.
    public var repetitionsMax = 255
    /// Steps of the program; `(abc){100}` has five hundred.
    public var stepsMax = 1_000

    /// Threads that a search, or all searches of one substitution together, look at: as many as a
    /// text of 64 KB makes in the largest program. About a quarter of a second.
    public var workMax = 66_000_000

    /// The defaults.
    public init() {}
}
