/// A regular expression as `=~` takes it: POSIX extended, letters of either case alike
/// (OpenSIPS: REG_EXTENDED|REG_ICASE). Matching takes time linear in the text. Immutable.
public struct Regex: Sendable {
    /// Compiles a pattern; throws what is wrong with it, or that it is too large.
    public init(_ pattern: [UInt8], ignoresCase: Bool = true) throws(RegexError) {}

    /// Whether any part of `text` matches.
    public func matches(_ text: [UInt8]) -> Bool { false }
}

/// Why a regular expression cannot be compiled.
public struct RegexError: Error, Sendable, Hashable {
    /// One sentence: what was found, and what was expected.
    public var message: String

    /// An error with its sentence.
    public init(_ message: String) { self.message = message }
}
