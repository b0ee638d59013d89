internal import Synchronization

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
        let reply = CommandReply.unsubscribed(existed: true)
        let settled = interface.journal == nil ? nil : continuation()
        try interface.core.withLock { core throws(CommandError) in
            interface.expireFirst(&core, at: now)
            let slot = try interface.find(id, in: core.state)
            let record = core.state.remove(slot, end: .unsubscribed)
            interface.append(
                .remove(id: id), undo: .removed(record), waiting: settled.map { (reply, $0) },
                endsDeliveries: true, to: &core)
        }
        if settled != nil { return .awaiting }
        interface.passGates()
        return .done(reply)
    }
}
