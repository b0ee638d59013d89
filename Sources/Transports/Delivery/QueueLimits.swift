/// How much may wait, and how much may be under way, in a transport that queues per destination.
///
/// Most are settings; the defaults hold 1,000 receivers that never answer in well under 100 MB.
public struct QueueLimits: Sendable, Equatable {
    /// Most deliveries that wait for one destination; one more drops the oldest of them.
    public var messagesPerDestination = 1_000
    /// Most bytes that wait for one destination, each delivery counted with `messageOverheadBytes`.
    public var bytesPerDestination = 1 << 20
    /// Most bytes that wait for all destinations together. Beyond it, destinations that hold more than an
    /// equal share lose their oldest deliveries first, so that dead receivers never push out living ones.
    public var bytesTotal = 64 << 20
    /// Attempts under way that still count as brisk. More at a time only costs CPU (30 % a call at 256).
    public var attemptsBrisk = 64
    /// After this time an attempt counts as slow and makes room for another: a receiver that hangs
    /// must not keep a place that others need.
    public var slowAfterMilliseconds = 50
    /// Attempts under way in all, brisk and slow: what bounds descriptors and memory.
    public var attemptsMax = 1_024
    /// Destinations that are remembered, with what is wrong there, while nothing waits for them. One more
    /// forgets one that was not used for longest, roughly.
    public var destinationsKept = 4_096

    /// What a waiting delivery costs besides its payload, rounded up.
    public static let messageOverheadBytes = 256

    /// The defaults.
    public init() {}
}
