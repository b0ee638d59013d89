/// Why a regular expression cannot be compiled.
public struct RegexError: Error, Sendable, Hashable {
    /// One sentence: what was found, and what was expected.
    public var message: String
    /// The place in the pattern: bytes from its beginning.
    public var offset: Int

    /// An error with its sentence and its place.
    public init(_ message: String, at offset: Int = 0) {
        self.message = message
        self.offset = offset
    }
}
