internal import Synchronization

/// What transports report, and ask.
extension EventInterface: DeliveryLedger {
    /// Whether a delivery may start at this moment; see `DeliveryLedger`.
    public func mayStart(_ subscription: SubscriptionRef) -> DropReason? {
        let now = clock()
        return locked { core in
            expireFirst(&core, at: now)
            return core.state.slab.end(of: subscription)
        }
    }

    /// Whether deliveries may start together at this moment; see `DeliveryLedger`. One look at clock and lock.
    public func refused(
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
    public func settle(_ results: [DeliveryResult]) {
        locked { core in
            for result in results {
                core.state.settle(
                    result.subscription, result.outcome, of: result.occurrence, words: result.words,
                    attempt: result.attempt)
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
    public func end(_ subscription: SubscriptionRef, as reason: EndReason, by transport: String) {
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
    public func tell(_ change: BreakerChange) {
        locked { $0.state.notifyBreaker(change) }
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
