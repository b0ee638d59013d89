internal import EventCore
internal import Synchronization

/// The ledger of the transports that a group's members have: they know a delivery by a reference
/// made here, which stands for a subscription of the core and for a piece of work of the group's.
///
/// What the core says of the subscription holds for the member: a delivery to it starts only while
/// the subscription lives. A member that is gone (410) has failed; it ends no subscription, for
/// there are others.
final class MemberLedger: DeliveryLedger {
    /// How a member's delivery ended.
    struct End {
        /// What `open` was given.
        let work: UInt64
        let outcome: Outcome
        let words: String?
    }

    private let ledger: any DeliveryLedger
    private let ended: @Sendable ([End]) -> Void
    private let entries: Lock<Entries>

    /// References in use and not. One that is free keeps its subscription until it is used again:
    /// what a transport tells of it late still finds it.
    private struct Entries {
        struct Entry {
            var generation: UInt32
            var subscription: SubscriptionRef
            var work: UInt64
            /// The member's socket, as it may be shown.
            var member: String
            var isOpen: Bool
        }

        var all: [Entry] = []
        var free = Fifo<UInt32>()
        let max: Int

        /// So many that are free are not used again at once, for what is told of them late.
        static let restingMin = 64

        func entry(_ reference: SubscriptionRef) -> Entry? {
            guard Int(reference.slot) < all.count,
                all[Int(reference.slot)].generation == reference.generation
            else { return nil }
            return all[Int(reference.slot)]
        }

        /// What it was, where it was open.
        mutating func close(_ reference: SubscriptionRef) -> Entry? {
            guard let entry = entry(reference), entry.isOpen else { return nil }
            all[Int(reference.slot)].isOpen = false
            free.append(reference.slot)
            return entry
        }
    }

    /// A ledger in front of the core's. `ended` is told what members' deliveries came to, each
    /// once, on the thread of their transport; not of those that were closed.
    init(
        _ ledger: any DeliveryLedger, max: Int = VirtualSettings.memberDeliveriesMax,
        ended: @escaping @Sendable ([End]) -> Void
    ) {
        self.ledger = ledger
        self.ended = ended
        entries = Lock(Entries(max: max))
    }

    /// A reference for one member's delivery; nil where too many are on their way.
    func open(
        _ subscription: SubscriptionRef, work: UInt64, at member: VirtualMember
    ) -> SubscriptionRef? {
        entries.withLock { entries in
            var entry = Entries.Entry(
                generation: 0, subscription: subscription, work: work, member: member.text,
                isOpen: true)
            if entries.free.count > Entries.restingMin, let slot = entries.free.popFirst() {
                entry.generation = entries.all[Int(slot)].generation &+ 1
                entries.all[Int(slot)] = entry
                return SubscriptionRef(slot: slot, generation: entry.generation)
            }
            guard entries.all.count < entries.max else { return nil }
            entries.all.append(entry)
            return SubscriptionRef(slot: UInt32(entries.all.count - 1), generation: 0)
        }
    }

    /// Gives a delivery up, or notes that it has ended: it does not start any more, and nothing is
    /// told of it.
    func close(_ reference: SubscriptionRef) {
        entries.withLock { _ = $0.close(reference) }
    }

    /// See `DeliveryLedger`.
    func mayStart(_ reference: SubscriptionRef) -> DropReason? {
        // One that was given up: what its transport says of it is not heard.
        guard let entry = entries.withLock({ $0.entry(reference) }), entry.isOpen else {
            return .stopped
        }
        return ledger.mayStart(entry.subscription)
    }

    /// See `DeliveryLedger`. The attempts of members are told before the group's delivery can end.
    func settle(_ results: [DeliveryResult]) {
        note(results.compactMap { AttemptReport(of: $0) })
        let ends = entries.withLock { entries in
            results.compactMap { result -> End? in
                entries.close(result.subscription).map {
                    End(work: $0.work, outcome: result.outcome, words: result.words)
                }
            }
        }
        if !ends.isEmpty { ended(ends) }
    }

    /// See `DeliveryLedger`: a member's attempt is one of the group's.
    func note(_ attempts: [AttemptReport]) {
        guard !attempts.isEmpty else { return }
        let known = entries.withLock { entries in
            attempts.compactMap { attempt -> AttemptReport? in
                guard let entry = entries.entry(attempt.subscription) else { return nil }
                var attempt = attempt
                attempt.subscription = entry.subscription
                attempt.member = entry.member
                return attempt
            }
        }
        if !known.isEmpty { ledger.note(known) }
    }

    /// Has a member's transport deliver, and closes what ends at once; how that stands.
    func deliver(
        _ occurrence: Occurrence, to member: VirtualMember, as reference: SubscriptionRef,
        through transport: any Transport
    ) -> Outcome {
        var outcomes = [Outcome.delivered]
        transport.deliver(occurrence, to: [member.target(reference)], outcomes: &outcomes)
        if outcomes[0] == .pending { return .pending }
        if outcomes[0] == .delivered,
            let facts = transport.factsOfDelivery(of: occurrence, to: member.socket)
        {
            note([
                AttemptReport(
                    subscription: reference, occurrence: occurrence.id, facts: facts,
                    hasArrived: true)
            ])
        }
        close(reference)
        return outcomes[0]
    }

    /// See `DeliveryLedger`: a member's end is not the group's.
    func end(_ reference: SubscriptionRef, as reason: EndReason, by transport: String) {}

    /// See `DeliveryLedger`.
    func tell(_ change: BreakerChange) {
        guard let entry = entries.withLock({ $0.entry(change.subscription) }) else { return }
        var change = change
        change.subscription = entry.subscription
        ledger.tell(change)
    }
}

extension AttemptReport {
    /// The attempt with which a delivery ended; nil where its result tells of none.
    fileprivate init?(of result: DeliveryResult) {
        guard let facts = result.attempt, let occurrence = result.occurrence else { return nil }
        self.init(
            subscription: result.subscription, occurrence: occurrence, facts: facts,
            hasArrived: result.outcome == .delivered)
    }
}
