internal import EventCore

/// What stands in front of a destination that fails: after too many failures in a row it lets nothing through
/// for a while, then one attempt, whose end decides. A value without clock: time is an argument, boot nanoseconds.
///
///     closed ──failuresMax in a row──▶ open ──pause over──▶ half-open ──success──▶ closed
///                                        ▲                       │
///                                        └───────failure─────────┘   with twice the pause
struct Breaker: Sendable, Equatable {
    /// What it does.
    private(set) var state = DestinationHealth.Breaker.closed
    /// Failures since the last success.
    private(set) var failures: UInt32 = 0
    /// Which failure an attempt begun now would be the first to see: those that were under way together fail
    /// together, and count as one.
    private(set) var epoch: UInt32 = 0
    /// While it is open: when the pause is over.
    private(set) var pauseEnd = Int64.min

    /// Whether an attempt may begin while so many others are under way.
    func admits(now: Int64, underWay: Int) -> Bool {
        switch state {
        case .closed: true
        case .open: pauseEnd <= now
        case .halfOpen: underWay == 0
        }
    }

    /// An attempt begins; true if that changed the state: it is the one that decides.
    mutating func begin() -> Bool {
        guard state == .open else { return false }
        state = .halfOpen
        return true
    }

    /// Somebody answered; true if that closed it.
    mutating func succeed() -> Bool {
        failures = 0
        guard state != .closed else { return false }
        state = .closed
        return true
    }

    /// An attempt failed that had begun in `attemptEpoch`; true if that opened it, or opened it again.
    mutating func fail(
        attemptEpoch: UInt32, now: Int64, policy: BreakerPolicy,
        random: inout some RandomNumberGenerator
    ) -> Bool {
        guard attemptEpoch == epoch else { return false }
        epoch &+= 1
        failures = failures == .max ? .max : failures + 1
        guard state == .halfOpen || failures >= policy.failuresMax else { return false }
        state = .open
        let pause = policy.pauseMilliseconds(afterFailure: Int(failures), random: &random)
        pauseEnd = now + Int64(pause) * 1_000_000
        return true
    }

    /// The attempt that was to decide said nothing: the next one decides, at once.
    mutating func learnNothing(now: Int64) {
        guard state == .halfOpen else { return }
        state = .open
        pauseEnd = now
    }
}

extension BreakerPolicy {
    /// The pause after so many failures in a row: from half of a bound, which doubles each time, to all of it.
    /// The random half keeps destinations that failed together from coming back together.
    func pauseMilliseconds(
        afterFailure failures: Int, random: inout some RandomNumberGenerator
    ) -> Int {
        // A shift of at most 16: beyond that every sensible first pause has passed the maximum.
        let doublings = min(max(0, failures - failuresMax), 16)
        let bound = max(0, min(firstPauseMilliseconds << doublings, pauseMaxMilliseconds))
        return Int.random(in: (bound / 2)...bound, using: &random)
    }
}
