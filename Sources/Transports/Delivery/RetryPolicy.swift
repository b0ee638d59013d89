/// When a failed attempt is tried again: exponential backoff with full jitter.
///
/// Full jitter (a delay drawn evenly from zero to the bound) spreads receivers that failed together.
public struct RetryPolicy: Sendable, Equatable {
    /// How many attempts may follow the first one.
    public var retriesMax = 3
    /// Bound of the first delay; each further one has twice the bound of the one before.
    public var firstDelayMilliseconds = 500
    /// No bound grows beyond this.
    public var delayMaxMilliseconds = 30_000
    /// A receiver that asks for more patience than this (`Retry-After`) gets this much.
    public var retryAfterMaxMilliseconds = 300_000

    /// The defaults.
    public init() {}

    /// How long to wait after attempt number `attempt` (from 1) failed.
    ///
    /// `retryAfterSeconds` is what the receiver asked for: never less is waited, but for the maximum.
    func delayMilliseconds(
        afterAttempt attempt: Int, retryAfterSeconds: Int?,
        random: inout some RandomNumberGenerator
    ) -> Int {
        // A shift of at most 16: beyond that every sensible first delay has passed the maximum.
        let grown = firstDelayMilliseconds << min(max(0, attempt - 1), 16)
        let bound = max(0, min(grown, delayMaxMilliseconds))
        let backoff = Int.random(in: 0...bound, using: &random)
        return max(backoff, retryAfterSeconds.map(patienceMilliseconds) ?? 0)
    }

    /// How much of the patience that a receiver asked for it gets.
    func patienceMilliseconds(_ seconds: Int) -> Int {
        min(max(0, seconds), retryAfterMaxMilliseconds / 1_000) * 1_000
    }
}
