internal import EventCore
internal import Net
internal import Synchronization

/// PARALLEL: every member gets every occurrence, each through its own queue, so that one that hangs
/// delays no other. Delivered when every member's delivery was; else it failed as the first of them
/// did, or was dropped.
final class ParallelGroups: Sendable {
    private let members: MemberTransports
    private let parts: PartTable
    private let ledger: MemberLedger

    init(_ ledger: any DeliveryLedger, members: MemberTransports) {
        self.members = members
        let parts = PartTable()
        self.parts = parts
        self.ledger = MemberLedger(ledger) { ends in
            let results = parts.end(ends)
            if !results.isEmpty { ledger.settle(results) }
        }
    }

    /// Hands an occurrence to every member. By one thread at a time, in the order of the raises.
    /// `.pending` where it is told later what came of it.
    func deliver(
        _ occurrence: Occurrence, to group: VirtualTarget, for subscription: SubscriptionRef
    ) -> Outcome {
        let transports: [any Transport]
        do throws(SystemError) {
            guard let ready = try members.ready(for: ledger) else { return .dropped(.stopped) }
            transports = ready
        } catch {
            return .failed(.system)
        }
        // One more than there are members: it cannot end before all have been handed theirs.
        let part = parts.open(subscription, occurrence, count: group.members.count + 1)
        for member in group.members {
            guard let reference = ledger.open(subscription, work: part, at: member)
            else {
                parts.note(.dropped(.queueFull), of: part)
                continue
            }
            let outcome = ledger.deliver(
                occurrence, to: member, as: reference, through: transports[member.transport])
            if outcome != .pending { parts.note(outcome, of: part) }
        }
        return parts.note(.delivered, of: part)?.outcome ?? .pending
    }
}

/// What has become of occurrences at the members of their groups, as far as it is known.
private final class PartTable: Sendable {
    private struct Part {
        let subscription: SubscriptionRef
        let occurrence: OccurrenceID
        let raised: Int64
        var left: Int
        var outcome = Outcome.delivered
        var words: String?
    }

    private struct State {
        var parts: [UInt64: Part] = [:]
        var newest: UInt64 = 0

        mutating func note(
            _ outcome: Outcome, words: String?, of number: UInt64
        ) -> DeliveryResult? {
            guard var part = parts[number] else { return nil }
            part.left -= 1
            if rank(outcome) > rank(part.outcome) {
                part.outcome = outcome
                part.words = words
            }
            guard part.left == 0 else {
                parts[number] = part
                return nil
            }
            parts[number] = nil
            return DeliveryResult(
                subscription: part.subscription, outcome: part.outcome, occurrence: part.occurrence,
                raised: part.raised, words: part.words)
        }

        /// What hides what: a failure a drop, a drop a delivery.
        private func rank(_ outcome: Outcome) -> Int {
            switch outcome {
            case .delivered, .pending: 0
            case .dropped: 1
            case .failed: 2
            }
        }
    }

    private let state = Lock(State())

    /// A part that ends when `count` ends have been noted.
    func open(_ subscription: SubscriptionRef, _ occurrence: Occurrence, count: Int) -> UInt64 {
        state.withLock { state in
            state.newest += 1
            state.parts[state.newest] = Part(
                subscription: subscription, occurrence: occurrence.id, raised: occurrence.boot,
                left: count)
            return state.newest
        }
    }

    /// Notes one end; the whole result where it was the last.
    @discardableResult
    func note(_ outcome: Outcome, words: String? = nil, of part: UInt64) -> DeliveryResult? {
        state.withLock { $0.note(outcome, words: words, of: part) }
    }

    /// The same for several; the results of those that have ended.
    func end(_ ends: [MemberLedger.End]) -> [DeliveryResult] {
        state.withLock { state in
            ends.compactMap { state.note($0.outcome, words: $0.words, of: $0.work) }
        }
    }
}
