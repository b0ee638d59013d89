/// An occurrence and what became of it, at one moment.
public struct OccurrenceView: Sendable {
    /// What was raised.
    public let occurrence: Occurrence
    /// The name of the caller who raised it; nil where nobody had to say who they are.
    public let raisedBy: String?
    /// How many deliveries there are.
    public let matched: Int
    /// Those that arrived.
    public let delivered: Int
    /// Those that were tried and did not arrive.
    public let failed: Int
    /// Those that were never tried.
    public let dropped: Int
    /// Each delivery, or, where there are more than 64, those only that went wrong.
    public let deliveries: [DeliveryView]
    /// Whether `deliveries` has all of them.
    public let isWhole: Bool

    /// Deliveries that have not ended.
    public var pending: Int { matched - delivered - failed - dropped }
    /// How it stands as a whole.
    public var state: OccurrenceState {
        if pending > 0 { return .pending }
        return failed + dropped > 0 ? .failed : .delivered
    }
}

/// How the deliveries of an occurrence stand. The raw value is its name in JSON.
public enum OccurrenceState: String, Sendable, CaseIterable {
    /// Some have not ended.
    case pending
    /// All arrived; also where there were none.
    case delivered
    /// All have ended, and not all of them arrived.
    case failed
}

/// One delivery of an occurrence.
public struct DeliveryView: Sendable {
    /// The subscription's id; nil where it has ended and was not kept.
    public let subscription: UInt64?
    /// Its canonical socket, secrets masked; nil where it is not known any more.
    public let socket: String?
    /// The transport's name; nil as well.
    public let transport: String?
    /// How it stands.
    public let outcome: Outcome
    /// What went wrong, in words; nil where nothing did, or the transport has none.
    public let words: String?
    /// Its attempts, in their order, as far as they are kept.
    public let attempts: [AttemptView]
}

/// A page of occurrences, newest first, without their deliveries.
public struct OccurrencePage: Sendable {
    /// Newest first.
    public let occurrences: [OccurrenceView]
    /// Where the next page begins; nil after the last.
    public let nextCursor: UInt64?
}

extension EventInterface {
    /// An occurrence and all its deliveries; nil if it is not remembered. Under the lock.
    func view(ofOccurrence id: OccurrenceID, in state: borrowing EventState) -> OccurrenceView? {
        guard id.epoch == state.epoch,
            let entry = state.log.entry(id.sequence, epoch: id.epoch)
        else { return nil }
        return view(entry, in: state, deliveries: deliveries(entry, in: state))
    }

    /// An occurrence with these deliveries.
    func view(
        _ entry: OccurrenceLog.Entry, in state: borrowing EventState,
        deliveries: [DeliveryView] = []
    ) -> OccurrenceView {
        OccurrenceView(
            occurrence: entry.occurrence, raisedBy: state.names[entry.raiser],
            matched: Int(entry.receipt.matched), delivered: Int(entry.receipt.delivered),
            failed: Int(entry.receipt.failed), dropped: Int(entry.receipt.dropped),
            deliveries: deliveries, isWhole: entry.receipt.isWhole)
    }

    private func deliveries(
        _ entry: OccurrenceLog.Entry, in state: borrowing EventState
    ) -> [DeliveryView] {
        guard entry.receipt.isWhole else {
            return entry.receipt.troubles.map { trouble in
                let slot = trouble.subscription.slot
                let record = state.slab.isLive(trouble.subscription) ? state.slab[slot] : nil
                return delivery(
                    trouble.subscription, record?.id, record?.socket, trouble.outcome, entry)
            }
        }
        return zip(entry.receipt.targets, entry.receipt.outcomes).map { kept, outcome in
            var socket = Socket(
                packed: kept.target.packed, options: kept.target.options,
                detail: kept.target.detail)
            socket.transport = kept.transport
            return delivery(kept.target.subscription, kept.target.id, socket, outcome, entry)
        }
    }

    private func delivery(
        _ reference: SubscriptionRef, _ id: UInt64?, _ socket: Socket?, _ outcome: Outcome,
        _ entry: OccurrenceLog.Entry
    ) -> DeliveryView {
        var attempts = entry.receipt.attempts(of: reference)
        if attempts.isEmpty, outcome == .delivered, let socket,
            let facts = transports[Int(socket.transport)]
                .factsOfDelivery(of: entry.occurrence, to: socket)
        {
            attempts = [AttemptView(number: 1, facts: facts)]
        }
        return DeliveryView(
            subscription: id, socket: socket.map { text(of: $0) },
            transport: socket.map { transports[Int($0.transport)].name }, outcome: outcome,
            words: entry.receipt.troubles.last { $0.subscription == reference }?.words,
            attempts: attempts)
    }
}
