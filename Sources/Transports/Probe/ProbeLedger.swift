internal import EventCore
internal import Synchronization

/// The ledger of a transport that makes one delivery for a test: everything may start, and what is told of it goes to
/// the test and to nobody else.
final class ProbeLedger: DeliveryLedger {
    private struct State {
        var attempts: [AttemptView] = []
        var result: DeliveryResult?

        mutating func add(_ facts: AttemptFacts, _ timings: AttemptTimings?) {
            guard attempts.count < ProbeLedger.attemptsMax else { return }
            attempts.append(
                AttemptView(number: attempts.count + 1, facts: facts, timings: timings))
        }
    }

    private let state = Lock(State())
    private let settled: @Sendable () -> Void

    /// Most attempts that are kept; a transport without retries makes one, or two where a kept connection was closed.
    static let attemptsMax = 4

    /// `settled` is called when the delivery has ended.
    init(settled: @escaping @Sendable () -> Void) {
        self.settled = settled
    }

    /// How it ended, and the last attempt; nil where nothing has been told.
    var told: (result: DeliveryResult?, attempt: AttemptView?) {
        state.withLock { ($0.result, $0.attempts.last) }
    }

    /// See `DeliveryLedger`.
    func mayStart(_ subscription: SubscriptionRef) -> DropReason? { nil }

    /// See `DeliveryLedger`.
    func note(_ attempts: [AttemptReport]) {
        state.withLock { state in
            for attempt in attempts { state.add(attempt.facts, attempt.timings) }
        }
    }

    /// See `DeliveryLedger`.
    func settle(_ results: [DeliveryResult]) {
        guard let result = results.first else { return }
        state.withLock { state in
            if let facts = result.attempt { state.add(facts, nil) }
            state.result = state.result ?? result
        }
        settled()
    }

    /// See `DeliveryLedger`: a test ends nobody.
    func end(_ subscription: SubscriptionRef, as reason: EndReason, by transport: String) {}

    /// See `DeliveryLedger`.
    func tell(_ change: BreakerChange) {}
}
