/// Where transports report what became of deliveries they kept, and ask whether one may still start.
/// Any thread, a transport's own lock held or not; never blocks longer than the core's lock is held.
public protocol DeliveryLedger: AnyObject, Sendable {
    /// Whether a delivery to this subscription may start now. False once it was ended or expired: then the
    /// transport reports the delivery as the returned drop.
    func mayStart(_ subscription: SubscriptionRef) -> DropReason?

    /// The same for deliveries that start together: the places of those that may not, in order, with the
    /// reasons. Empty almost always.
    func refused(among subscriptions: [SubscriptionRef]) -> [(place: Int, reason: DropReason)]

    /// Reports ended deliveries, each once; never `.pending`.
    func settle(_ results: [DeliveryResult])

    /// Tells of attempts that no result tells of: those that are followed by others, and those with more to tell than
    /// `AttemptFacts`. Before the results of deliveries that have ended with them. For receipts only: nothing depends
    /// on it.
    func note(_ attempts: [AttemptReport])

    /// Ends a subscription, durably, because its receiver said that there is nobody any more. What waits of it is
    /// then dropped for the same reason. Nothing happens where it has ended already, or where the journal takes no
    /// more changes: then the receiver's next answer does it. `transport` is the transport's name, for the audit.
    func end(_ subscription: SubscriptionRef, as reason: EndReason, by transport: String)

    /// Tells that a destination's breaker has opened or closed: once for each change, half-open is none.
    func tell(_ change: BreakerChange)
}

extension DeliveryLedger {
    /// Asks for one after the other.
    public func refused(
        among subscriptions: [SubscriptionRef]
    ) -> [(place: Int, reason: DropReason)] {
        subscriptions.enumerated().compactMap { place, subscription in
            mayStart(subscription).map { (place, $0) }
        }
    }
}

extension DeliveryLedger {
    /// A ledger that keeps no receipts.
    public func note(_ attempts: [AttemptReport]) {}
}

/// The end of one delivery.
public struct DeliveryResult: Sendable {
    /// Whose delivery it was; it may have ended meanwhile.
    public var subscription: SubscriptionRef
    /// How it ended; never `.pending`.
    public var outcome: Outcome
    /// Which occurrence it was of, for its receipt; nil only where nobody keeps one.
    public var occurrence: OccurrenceID?
    /// When that was raised, `Occurrence.boot`; nil where it is not known any more.
    public var raised: Int64?
    /// Why it failed, in words for people, at most 512 bytes and without secrets; nil where there are none.
    public var words: String?
    /// The attempt with which it ended, where `note` was not told of it; nil where there was none.
    public var attempt: AttemptFacts?

    /// A result.
    public init(
        subscription: SubscriptionRef, outcome: Outcome, occurrence: OccurrenceID? = nil,
        raised: Int64? = nil, words: String? = nil, attempt: AttemptFacts? = nil
    ) {
        self.attempt = attempt
        self.subscription = subscription
        self.outcome = outcome
        self.occurrence = occurrence
        self.raised = raised
        self.words = words
    }

    /// The end of a delivery of `occurrence`.
    public init(
        subscription: SubscriptionRef, outcome: Outcome, of occurrence: Occurrence,
        words: String? = nil, attempt: AttemptFacts? = nil
    ) {
        self.init(
            subscription: subscription, outcome: outcome, occurrence: occurrence.id,
            raised: occurrence.boot, words: words, attempt: attempt)
    }
}

/// Why a subscription ended that nobody unsubscribed. The raw value is its name in JSON and logs.
public enum EndReason: String, Sendable {
    /// Its deadline passed.
    case expired
    /// Its receiver said that there is nobody any more: HTTP 410.
    case gone
}

/// A destination stopped being tried, or is tried again.
public struct BreakerChange: Sendable {
    /// One whose delivery brought it about: its socket is shown.
    public var subscription: SubscriptionRef
    /// What is shared by all subscriptions behind the breaker, without secrets: `http://192.0.2.7:80`.
    public var destination: String
    /// What the breaker is now.
    public var state: State

    /// What a breaker can become.
    public enum State: Sendable, Equatable {
        /// Nothing is sent until `nextAttemptMilliseconds` from now. `words` as in `DeliveryResult`.
        case open(FailureReason, words: String?, nextAttemptMilliseconds: Int64)
        /// The destination has answered again.
        case closed
    }

    /// A change.
    public init(subscription: SubscriptionRef, destination: String, state: State) {
        self.subscription = subscription
        self.destination = destination
        self.state = state
    }
}
