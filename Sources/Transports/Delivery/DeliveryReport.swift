internal import EventCore

/// What came of some work of the schedule, for the ledger and the table of health. Collected over a turn and
/// told all at once.
struct DeliveryReport {
    /// Deliveries that have ended.
    private(set) var results: [DeliveryResult] = []
    /// Attempts that no result tells of; told before the results.
    private(set) var attempts: [AttemptReport] = []
    /// Whether receipts are told of attempts at all.
    let tellsOfAttempts: Bool
    /// Subscriptions whose receivers said that they are gone.
    private(set) var gone: [SubscriptionRef] = []
    /// Breakers that opened or closed.
    private(set) var breakers: [BreakerChange] = []
    /// How it goes at destinations where that changed, the newest last; nil = forgotten.
    private(set) var healths: [(destination: String, health: DestinationHealth?)] = []

    /// An empty one.
    init(tellsOfAttempts: Bool = true) {
        self.tellsOfAttempts = tellsOfAttempts
    }

    /// Whether there is nothing to tell.
    var isEmpty: Bool {
        results.isEmpty && attempts.isEmpty && healths.isEmpty && gone.isEmpty && breakers.isEmpty
    }

    /// An attempt has ended, and its delivery at `place` with it.
    mutating func settle<Target>(
        _ end: borrowing AttemptEnd<Target>, _ place: Int, _ outcome: Outcome, words: String? = nil,
        now: Moment
    ) {
        settle(end.attempt.deliveries[place], outcome, words: words)
        if case .dropped = outcome { return }
        guard tellsOfAttempts else { return }
        if end.timings == nil {
            results[results.count - 1].attempt = end.facts(place, now: now)
        } else {
            tell(end, place, hasArrived: outcome == .delivered, now: now)
        }
    }

    /// An attempt has ended, and all of its deliveries have arrived: what happens most, without a copy of any.
    mutating func settleDelivered<Target>(_ end: borrowing AttemptEnd<Target>, now: Moment) {
        guard tellsOfAttempts, let facts = end.sharedFacts(now: now) else {
            for place in end.attempt.deliveries.indices {
                settle(end, place, .delivered, now: now)
            }
            return
        }
        end.attempt.deliveries.withUnsafeBufferPointer { deliveries in
            for place in deliveries.indices {
                results.append(
                    DeliveryResult(
                        subscription: deliveries[place].subscription, outcome: .delivered,
                        occurrence: deliveries[place].shared.id,
                        raised: deliveries[place].shared.raised,
                        attempt: AttemptFacts(
                            time: facts.time, microseconds: facts.microseconds,
                            bytes: deliveries[place].payloadBytes, answer: facts.answer)))
            }
        }
    }

    /// An attempt has ended, and its delivery at `place` goes on.
    mutating func tell<Target>(
        _ end: borrowing AttemptEnd<Target>, _ place: Int, hasArrived: Bool = false, now: Moment
    ) {
        guard tellsOfAttempts else { return }
        let delivery = end.attempt.deliveries[place]
        attempts.append(
            AttemptReport(
                subscription: delivery.subscription, occurrence: delivery.occurrence.id,
                facts: end.facts(place, now: now), timings: end.timings, hasArrived: hasArrived))
    }

    /// A delivery has ended.
    mutating func settle<Target>(
        _ delivery: borrowing QueuedDelivery<Target>, _ outcome: Outcome, words: String? = nil
    ) {
        var result = DeliveryResult(
            subscription: delivery.subscription, outcome: outcome, of: delivery.occurrence)
        if case .failed = outcome { result.words = words }
        results.append(result)
    }

    /// A delivery was given up while it waited. One that had been tried has failed as its last attempt did.
    mutating func lose<Target>(
        _ delivery: borrowing QueuedDelivery<Target>, _ reason: DropReason
    ) {
        settle(delivery, delivery.lastFailure.map { .failed($0) } ?? .dropped(reason))
    }

    /// A delivery's receiver said that it is gone for good: its subscription ends.
    mutating func end<Target>(subscriptionOf delivery: borrowing QueuedDelivery<Target>) {
        gone.append(delivery.subscription)
    }

    /// A breaker has opened or closed.
    mutating func tell(_ change: BreakerChange) {
        breakers.append(change)
    }

    /// It goes otherwise at a destination than was known.
    mutating func publish(_ health: DestinationHealth?, of destination: String) {
        healths.append((destination, health))
    }

    /// Forgets all that was told; keeps memory for the next turn.
    mutating func clear() {
        results.removeAll(keepingCapacity: results.capacity <= Self.capacityKept)
        attempts.removeAll(keepingCapacity: attempts.capacity <= Self.capacityKept)
        gone.removeAll()
        breakers.removeAll()
        healths.removeAll()
    }

    private static var capacityKept: Int { 4_096 }
}
