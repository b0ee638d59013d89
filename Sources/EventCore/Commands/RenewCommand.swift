/// Replaces the deadline of a subscription known by its id; one that a script made is kept from then on.
///
/// Answers `.subscription` once that is durable. Errors: `subscriptionNotFound`, `invalidExpire` (0 is out of range
/// here: ending has its own command), `insufficientStorage`, `storeUnavailable`.
public struct RenewCommand: Sendable {
    /// The subscription.
    public var id: UInt64
    /// The lifetime from now on.
    public var expire: ExpireRequest

    /// A command.
    public init(id: UInt64, expire: ExpireRequest) {
        self.id = id
        self.expire = expire
    }

    func run(
        on interface: EventInterface, at now: Moment, continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        guard let lifetime = try interface.lifetime(expire) else {
            throw CommandError(
                .invalidExpire, "expire is at least 1 here; to end a subscription, delete it.",
                parameter: "expire", fault: .outOfRange)
        }
        let settled = interface.journal == nil ? nil : continuation()
        let (done, waits) = try interface.locked {
            core throws(CommandError) -> (CommandReply, Bool) in
            interface.expireFirst(&core, at: now)
            let slot = try interface.find(id, in: core.state)
            try interface.checkJournal(core)
            let before = core.state.renew(slot, socket: nil, lifetime: lifetime, now: now)
            core.state.slab[slot].isVolatile = interface.isVolatile(before.socket)
            let reply = CommandReply.subscription(interface.view(slot, in: core.state, at: now))
            if core.state.slab[slot].isVolatile { return (reply, false) }
            let socket = interface.text(of: before.socket, secrets: true)
            interface.append(
                .put(core.state.stored(slot, socket: socket)),
                undo: .renewed(before: before),
                waiting: settled.map { (reply, $0) }, to: &core)
            return (reply, settled != nil)
        }
        return waits ? .awaiting : .done(done)
    }
}
