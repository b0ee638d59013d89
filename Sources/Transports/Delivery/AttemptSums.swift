internal import EventCore

/// What the verdicts on one attempt say together: of each delivery whether it is tried again, and of the destination
/// whether somebody answered there.
struct AttemptSums {
    /// Somebody answered.
    private(set) var wasAnswered = false
    /// What counts as a failure of the destination, with its words; the last one.
    private(set) var failure: (reason: FailureReason, words: String)?
    /// What somebody said who answered, but not well: a fault, an error, a status.
    private(set) var complaint: String?
    /// How often the oldest delivery that is tried again has been tried; nil if none is.
    private(set) var attempts: UInt32?
    /// How long the receiver asked to be left alone.
    private(set) var retryAfterSeconds: Int?
    /// Nothing may start before the destination can be reached again.
    private(set) var isUnreachable = false

    /// Nothing known.
    init() {}

    /// All of them arrived: what happens most, without a copy of anything.
    mutating func addDelivered<Target>(
        _ end: borrowing AttemptEnd<Target>, now: Moment, report: inout DeliveryReport
    ) {
        wasAnswered = true
        report.settleDelivered(end, now: now)
    }

    /// Adds the verdict on the delivery at `place`; the delivery where it is to be put back. See the table at
    /// `Verdict`.
    mutating func add<Target>(
        _ end: borrowing AttemptEnd<Target>, _ place: Int, _ policy: RetryPolicy, now: Moment,
        report: inout DeliveryReport
    ) -> QueuedDelivery<Target>? {
        var delivery = end.attempt.deliveries[place]
        switch end.verdict(place) {
        case .ended(.delivered, _):
            wasAnswered = true
            report.settle(end, place, .delivered, now: now)
            return nil
        case .ended(let outcome, let words):
            note(outcome, words)
            report.settle(end, place, outcome, words: words, now: now)
            return nil
        case .gone(let words):
            wasAnswered = true
            complaint = words
            report.settle(end, place, .failed(.status), words: words, now: now)
            report.end(subscriptionOf: delivery)
            return nil
        case .tryAgain(let reason, let seconds, let words):
            failure = (reason, words)
            retryAfterSeconds = seconds ?? retryAfterSeconds
            guard delivery.attempts <= policy.retriesMax else {
                report.settle(end, place, .failed(reason), words: words, now: now)
                return nil
            }
            report.tell(end, place, now: now)
            attempts = attempts ?? delivery.attempts
            delivery.lastFailure = reason
            return delivery
        case .unreachable(let reason, let words):
            report.tell(end, place, now: now)
            failure = (reason, words)
            isUnreachable = true
            delivery.attempts -= 1
            return delivery
        case .unsent:
            delivery.attempts -= 1
            return delivery
        }
    }

    private mutating func note(_ outcome: Outcome, _ words: String?) {
        guard case .failed(let reason) = outcome else { return }
        if reason.isUnanswered {
            failure = (reason, words ?? reason.rawValue)
        } else {
            wasAnswered = true
            complaint = words ?? reason.rawValue
        }
    }
}

extension FailureReason {
    /// Whether nobody answered: then the destination is at fault, not the delivery.
    fileprivate var isUnanswered: Bool {
        switch self {
        case .refused, .noSuchPath, .full, .unresolved, .forbidden, .timeout, .connect, .tls,
            .system:
            true
        case .tooLarge, .status, .reply, .unroutable, .rejected, .unencodable, .route: false
        }
    }
}
