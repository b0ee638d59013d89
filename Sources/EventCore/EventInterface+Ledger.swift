internal import Synchronization

/// The ledger of one transport: what it reports is counted as its own.
final class TransportLedger: DeliveryLedger {
    // Weak, for a transport keeps it, and the interface keeps the transport.
    private weak let interface: EventInterface?
    private let lane: Int

    /// The ledger of the transport at this place of the table.
    init(_ interface: EventInterface, lane: Int) {
        self.interface = interface
        self.lane = lane
    }

    func mayStart(_ subscription: SubscriptionRef) -> DropReason? {
        interface.map { $0.mayStart(subscription) } ?? .stopped
    }

    func refused(
        among subscriptions: [SubscriptionRef]
    ) -> [(place: Int, reason: DropReason)] {
        interface?.refused(among: subscriptions)
            ?? subscriptions.indices.map { (place: $0, reason: .stopped) }
    }

    func settle(_ results: [DeliveryResult]) { interface?.settle(results, by: lane) }

    func note(_ attempts: [AttemptReport]) { interface?.note(attempts) }

    func end(_ subscription: SubscriptionRef, as reason: EndReason, by transport: String) {
        interface?.end(subscription, as: reason, by: transport)
    }

    func tell(_ change: BreakerChange) { interface?.tell(change, by: lane) }
}

/// What transports report, and ask.
extension EventInterface {
    /// Whether a delivery may start at this moment; see `DeliveryLedger`.
    func mayStart(_ subscription: SubscriptionRef) -> DropReason? {
        let now = clock()
        return locked { core in
            expireFirst(&core, at: now)
            return core.state.slab.end(of: subscription)
        }
    }

    /// Whether deliveries may start together at this moment; see `DeliveryLedger`. One look at clock and lock.
    func refused(
        among subscriptions: [SubscriptionRef]
    ) -> [(place: Int, reason: DropReason)] {
        let now = clock()
        return locked { core in
            expireFirst(&core, at: now)
            var refused: [(place: Int, reason: DropReason)] = []
            for (place, subscription) in subscriptions.enumerated() {
                if let reason = core.state.slab.end(of: subscription) {
                    refused.append((place, reason))
                }
            }
            return refused
        }
    }

    /// Counts the ends of deliveries; see `DeliveryLedger`.
    func settle(_ results: [DeliveryResult], by lane: Int) {
        let now = clock().boot
        locked { core in
            for result in results where result.outcome != .pending {
                let wasTried = core.state.settle(
                    result.subscription, result.outcome, by: lane, of: result.occurrence,
                    words: result.words, attempt: result.attempt)
                core.state.traffic[lane].end(
                    1, tried: wasTried ? 1 : 0, raisedAt: result.raised, now: now)
            }
        }
    }

    /// Writes attempts into the receipts of their occurrences; see `DeliveryLedger`.
    public func note(_ attempts: [AttemptReport]) {
        core.withLock { core in
            for attempt in attempts where attempt.occurrence.epoch == core.state.epoch {
                core.state.log.note(attempt)
            }
        }
    }

    /// Ends a subscription whose receiver is gone; see `DeliveryLedger`. Should the journal fail to write that, it
    /// goes on as before: what is in memory is what is on disk.
    func end(_ subscription: SubscriptionRef, as reason: EndReason, by transport: String) {
        let now = clock()
        locked { core in
            expireFirst(&core, at: now)
            guard core.state.slab.isLive(subscription),
                core.uncommitted.count < limits.uncommittedChangesMax
            else { return }
            let view = view(subscription.slot, in: core.state, at: now)
            let record = core.state.remove(subscription.slot, end: .gone)
            core.state.notifyExpired(record, reason)
            let told = audited(view, reason, by: transport)
            let isHeard = journal != nil && !record.isVolatile
            guard isHeard else { told?(.success(.unsubscribed(existed: true))); return }
            append(
                .remove(id: record.id), undo: .removed(record),
                waiting: told.map { (.unsubscribed(existed: true), $0) }, to: &core)
        }
    }

    /// Gives notice of a breaker; see `DeliveryLedger`.
    func tell(_ change: BreakerChange, by lane: Int) {
        let listener = locked { core in
            core.state.notifyBreaker(change)
            return core.breakerListener
        }
        listener?(change, transports[lane].name)
    }

    /// Tells the audit that a subscription was ended by the service itself; nil where nobody listens.
    private func audited(
        _ view: SubscriptionView, _ reason: EndReason, by transport: String
    ) -> CommandContinuation? {
        guard let audit else { return nil }
        let end = AuditRecord.End(event: view.event, socket: view.socket, reason: reason)
        return { result in
            audit(
                AuditRecord(
                    caller: Caller(.service, from: transport),
                    command: .unsubscribe(UnsubscribeCommand(id: view.id)), result: result, end: end
                ))
        }
    }
}
