/// Everything that a script, or what it is fed, could make large, with its limit.
public struct ScriptLimits: Sendable, Hashable {
    // Loading.

    /// Most bytes of a script with all that it includes; more is an error at load.
    public var sourceBytesMax = 16 * 1_024 * 1_024
    /// Most bytes of one line; a longer one is an error at load.
    public var lineBytesMax = 65_536
    /// Deepest nesting of blocks, parentheses and operators; one more is an error at load.
    public var nestingMax = 200
    /// Most arguments of a call.
    public var argumentsMax = 64
    /// Most pieces of a format: its variables, and what stands between them.
    public var formatPiecesMax = 1_024
    /// Deepest nesting of `include_file`.
    public var includeDepthMax = 16
    /// Errors after which loading gives up looking for more.
    public var problemsMax = 100
    /// Longest interval of a timer_route, seconds: a week.
    public var timerSecondsMax: Int64 = 604_800
    /// Most bytes of a source line that an error repeats.
    public static let excerptBytesMax = 160

    // Running. Each ends the run with its own `RunError.Kind`.

    /// Most steps of one run: an operation of an expression is one, and so are 64 bytes of text
    /// made.
    public var stepsMax = 10_000_000
    /// Most nanoseconds from the first slice to the last; waiting for effects does not count.
    public var nanosecondsMax: Int64 = 5_000_000_000
    /// Most calls of routes within calls of routes (C8 P05).
    public var callDepthMax = 50
    /// Most bytes of one text (C8 P06).
    public var stringBytesMax = 65_536
    /// Most AVPs of one run, over all names.
    public var avpsMax = 10_000
    /// Most bytes of all texts in AVPs of one run.
    public var avpBytesMax = 1_048_576
    /// Most raises within raises: a route that raises its own event ends there, its `raise_event`
    /// answers -1 and logs an error (C8 P08). OpenSIPS: 100.
    public var raiseDepthMax = 8

    /// The defaults.
    public init() {}
}
