/// How a run stands after a slice.
public enum Progress: Sendable {
    /// It is over.
    case finished(RunResult)
    /// The slice is used up; advance again when others had their turn.
    case sliced
    /// It waits for the outside; resume it with the result.
    case waiting(Effect)
    /// It was ended: a limit was passed. What it did until then stays done.
    case failed(RunError)
}

/// How a run ended by itself.
public struct RunResult: Sendable, Hashable {
    /// How it came to its end.
    public enum End: String, Sendable, Hashable {
        /// The route's end, or `return`.
        case ended = "end"
        /// `exit`, or `return(0)`.
        case exit
        /// `drop`.
        case drop
    }

    /// The return code: 1 at the end of a route without `return`.
    public var code: Int64
    /// How it came to its end.
    public var end: End
    /// Steps taken.
    public var steps: Int
}

/// Why a run was ended, and where.
public struct RunError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What happened. The raw value is its name in logs and statistics.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// More than `ScriptLimits.stepsMax`.
        case steps
        /// Longer than `ScriptLimits.nanosecondsMax`.
        case time
        /// Routes called within routes beyond `ScriptLimits.callDepthMax`.
        case callDepth = "call_depth"
        /// A text longer than `ScriptLimits.stringBytesMax`.
        case stringTooLong = "string_too_long"
        /// AVPs beyond `ScriptLimits.avpsMax` or `avpBytesMax`.
        case avps
    }

    /// What happened.
    public var kind: Kind
    /// Where in the script.
    public var position: SourcePosition
    /// One sentence.
    public var message: String

    /// `file:line:column: message`.
    public var description: String { "\(position): \(message)" }
}
