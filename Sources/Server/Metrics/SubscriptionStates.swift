internal import EventCore
internal import Net
internal import Synchronization
internal import Transports

/// How many subscriptions each transport has, by the state of their destination's breaker.
///
/// The core counts them by transport; only while a breaker is not closed does somebody have to look whose it is, at most
/// once a second and a page at a time, so that a scrape of a hundred thousand costs nobody more than a moment.
final class SubscriptionStates: Sendable {
    private struct State {
        var readAt = Int64.min
        var counts: [BreakerCensus] = []
    }

    private let interface: EventInterface
    private let queueing: [any QueueingTransport]
    private let state = Lock(State())

    /// So long a count is good enough.
    private static let keptNanoseconds: Int64 = 1_000_000_000

    init(_ interface: EventInterface, _ queueing: [any QueueingTransport]) {
        self.interface = interface
        self.queueing = queueing
    }

    func write(to text: inout MetricsText) {
        text.begin(
            "subscriptions", .gauge,
            "Subscriptions, by the state of the breaker in front of their destination.")
        for census in counts(at: Clock.boot()) {
            text.add(census.closed, ("transport", census.transport), ("state", "closed"))
            text.add(census.open, ("transport", census.transport), ("state", "open"))
            text.add(census.halfOpen, ("transport", census.transport), ("state", "half_open"))
        }
    }

    private func counts(at now: Int64) -> [BreakerCensus] {
        let known = state.withLock { state -> [BreakerCensus]? in
            let isFresh = !state.counts.isEmpty && now - state.readAt < Self.keptNanoseconds
            return isFresh ? state.counts : nil
        }
        let troubled = Set(
            queueing.filter { $0.queues.statistics.breakersOpen > 0 }.map(\.name))
        if let known, !troubled.isEmpty { return known }
        let counts = interface.census(lookingAt: troubled)
        state.withLock { state in
            state.readAt = now
            state.counts = troubled.isEmpty ? [] : counts
        }
        return counts
    }
}
