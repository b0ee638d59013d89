/// One try of one delivery, as its transport tells of it.
public struct AttemptReport: Sendable, Equatable {
    /// Whose delivery it was of.
    public var subscription: SubscriptionRef
    /// Which occurrence.
    public var occurrence: OccurrenceID
    /// What it came to.
    public var facts: AttemptFacts
    /// Where the time went, for what went through libcurl.
    public var timings: AttemptTimings?
    /// At which member of a group it was made: its socket, secrets masked; nil where there is no group.
    public var member: String?
    /// Whether the delivery arrived with it.
    public var hasArrived: Bool

    /// A report.
    public init(
        subscription: SubscriptionRef, occurrence: OccurrenceID, facts: AttemptFacts,
        timings: AttemptTimings? = nil, member: String? = nil, hasArrived: Bool
    ) {
        self.subscription = subscription
        self.occurrence = occurrence
        self.facts = facts
        self.timings = timings
        self.member = member
        self.hasArrived = hasArrived
    }
}

/// One try of a delivery, as its receipt shows it.
public struct AttemptView: Sendable, Equatable {
    /// Which try it was, from 1.
    public var number: Int
    /// What it came to.
    public var facts: AttemptFacts
    /// See `AttemptReport`.
    public var timings: AttemptTimings?
    /// See `AttemptReport`.
    public var member: String?

    /// A try.
    public init(
        number: Int, facts: AttemptFacts, timings: AttemptTimings? = nil, member: String? = nil
    ) {
        self.number = number
        self.facts = facts
        self.timings = timings
        self.member = member
    }
}
