/// What a server has done so far; one consistent enough reading for metrics, not a transaction.
public struct HTTPCounters: Sendable, Equatable {
    /// Connections open now.
    public var connectionsOpen = 0
    /// Connections accepted since the start, refused ones included.
    public var connectionsAccepted = 0
    /// Connections answered 503 because the limit was reached.
    public var connectionsRefused = 0
    /// Requests answered or parked since the start.
    public var requests = 0
    /// Requests that the server itself refused: broken ones, limits, deadlines.
    public var refusals = 0
    /// Answers without an end that are open now.
    public var streams = 0
    /// Processor time of the workers since the start, nanoseconds. Divided by the time passed and
    /// the number of workers it is their busy share.
    public var busyNanoseconds: Int64 = 0
    /// Time that the workers were at work and not waiting for any, nanoseconds: what grows by the time passed while
    /// all of them have more than they can do, however little of a processor the machine gives them.
    public var workingNanoseconds: Int64 = 0
    /// Event loops that run.
    public var workers = 0

    /// Nothing done yet.
    public init() {}
}
