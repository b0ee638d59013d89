/// One thing that is wrong with a script, or worth saying about it.
public struct ScriptProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where.
    public var position: SourcePosition
    /// One sentence: what was found, and what was expected.
    public var message: String
    /// The source line, without its end; cut to `ScriptLimits.excerptBytesMax` around the column.
    public var excerpt: String
    /// Column of the caret below `excerpt`, from 1.
    public var caret: Int

    /// `file:line:column: message`, the source line, and a caret below the place.
    public var description: String {
        guard !excerpt.isEmpty else { return "\(position): \(message)" }
        // A blank for each character before the place, a tab for a tab.
        let before = String(decoding: excerpt.utf8.prefix(caret - 1), as: UTF8.self)
        let blank = String(before.map { $0 == "\t" ? "\t" : " " })
        return "\(position): \(message)\n\(excerpt)\n\(blank)^"
    }
}

/// Why a script was not loaded: all that is wrong with it, in the order of the source, at most
/// `ScriptLimits.problemsMax`.
public struct ScriptErrors: Error, Sendable, CustomStringConvertible {
    /// At least one.
    public var problems: [ScriptProblem]

    /// Errors of one script; at least one.
    public init(problems: [ScriptProblem]) { self.problems = problems }

    /// All of them, one below the other.
    public var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}

/// Why a file named by `include_file` cannot be had; the script says so at the place of its
/// `include_file`.
public struct IncludeError: Error, Sendable, Hashable {
    /// One sentence.
    public var message: String

    /// An error with its sentence.
    public init(_ message: String) { self.message = message }
}
