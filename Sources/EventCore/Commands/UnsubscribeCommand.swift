/// Ends a subscription known by its id.
///
/// Answers `.unsubscribed` once that is durable and no delivery of it can start any more. Errors:
/// `subscriptionNotFound`, `insufficientStorage`, `storeUnavailable` (it then goes on as before).
public struct UnsubscribeCommand: Sendable {
    /// The subscription.
    public var id: UInt64

    /// A command.
    public init(id: UInt64) {
        self.id = id
    }

    func run(
        on interface: EventInterface, at now: Moment, continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        let settled = interface.journal == nil ? nil : continuation()
        let waits = try interface.locked { core throws(CommandError) in
            interface.expireFirst(&core, at: now)
            let slot = try interface.find(id, in: core.state)
            return try interface.remove(slot, waiting: settled, in: &core)
        }
        if waits { return .awaiting }
        interface.passGates()
        return .done(.unsubscribed(existed: true))
    }
}

extension EventInterface {
    /// Ends a subscription and tells the journal. False where there is none, or nothing to tell it: then the caller
    /// passes the gates before it replies.
    func remove(
        _ slot: UInt32, waiting settled: CommandContinuation?, in core: inout Core
    ) throws(CommandError) -> Bool {
        let isVolatile = core.state.slab[slot].isVolatile
        if !isVolatile { try checkJournal(core) }
        let record = core.state.remove(slot, end: .unsubscribed)
        if isVolatile { return false }
        append(
            .remove(id: record.id), undo: .removed(record),
            waiting: settled.map { (.unsubscribed(existed: true), $0) }, endsDeliveries: true,
            to: &core)
        return settled != nil
    }
}
