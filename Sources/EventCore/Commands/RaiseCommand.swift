internal import Synchronization

/// Raises an event.
///
/// Answers `.raised` at once; only where the deliveries outrun the kernel does the answer wait until they have been
/// handed over, so that a client that waits for answers cannot fill the queue. Errors: `invalidEvent`, `eventNotFound`
/// (where the surface creates none), `eventReserved`, `invalidParams`, `tooManyEvents`.
public struct RaiseCommand: Sendable {
    /// The event's name.
    public var event: String
    /// Its values.
    public var params: Params
    /// Whether an unknown event is created.
    public var createsEvent: Bool
    /// How many raises of a script led to this one, see `Occurrence.depth`.
    public var depth = 0
    /// Where it is set, the answer waits until every delivery has ended and tells how: `.occurrence` instead of
    /// `.raised`, which it still is where nothing is remembered. Called once, outside the lock, where the answer does
    /// wait: `EventInterface.stopWaiting` ends that. Where too many wait already, the answer tells how it stands.
    public var onWaiting: (@Sendable (OccurrenceID) -> Void)?
    /// Where it is set, a second raise by this caller under this key answers what the first one did, see
    /// `RaiseCommand.run(under:by:on:at:_:)`.
    public var key: IdempotencyKey?

    /// A command.
    public init(event: String, params: Params, createsEvent: Bool) {
        self.event = event
        self.params = params
        self.createsEvent = createsEvent
    }

    func run(
        by raiser: Raiser, on interface: EventInterface, at now: Moment,
        continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        if let key {
            return try run(under: key, by: raiser, on: interface, at: now, continuation)
        }
        if let onWaiting {
            return try runWaiting(onWaiting, by: raiser, on: interface, at: now, continuation)
        }
        var waits = false
        let receipt = try raise(by: raiser, on: interface, at: now) { receipt in
            waits = true
            return SendLane.Waiter(
                sequence: receipt.id.sequence, reply: .raised(receipt), continuation: continuation()
            )
        }
        return waits ? .awaiting : .done(.raised(receipt))
    }

    private func runWaiting(
        _ onWaiting: @Sendable (OccurrenceID) -> Void, by raiser: Raiser,
        on interface: EventInterface, at now: Moment, _ continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        var waits = false
        let receipt = try raise(
            by: raiser, on: interface, at: now,
            deliveries: {
                waits = true
                return OccurrenceWaits.Waiter(receipt: $0, continuation: continuation())
            })
        if waits {
            onWaiting(receipt.id)
            return .awaiting
        }
        let view = interface.core.withLock {
            interface.view(ofOccurrence: receipt.id, in: $0.state)
        }
        return .done(view.map { .occurrence($0) } ?? .raised(receipt))
    }

    /// Raises. Where a transport lags, `waiter` says who waits for it (nil: nobody); where deliveries are pending,
    /// `deliveries` says who waits for the last of them. Both are called under the core's lock.
    func raise(
        by raiser: Raiser, on interface: EventInterface, at now: Moment,
        waiter: (RaiseReceipt) -> SendLane.Waiter? = { _ in nil },
        deliveries: (RaiseReceipt) -> OccurrenceWaits.Waiter? = { _ in nil }
    ) throws(CommandError) -> RaiseReceipt {
        try params.check(interface.limits)
        let raising = Raising(command: self, raiser: raiser, interface: interface, now: now)
        let raised = try interface.locked { core throws(CommandError) -> EventState.Raised in
            let raised = try raising.raise(in: &core)
            if raising.command.onWaiting != nil {
                if core.state.mayWait(for: raised.id, raising.interface.limits),
                    let waiter = deliveries(raising.receipt(raised))
                {
                    core.state.waits.wait(waiter)
                }
            } else if let lane = raised.lagging, let waiter = waiter(raising.receipt(raised)) {
                core.state.lanes[lane].wait(waiter)
            }
            return raised
        }
        interface.carry(raised, begun: now)
        return raising.receipt(raised)
    }

    /// The event's number; created where it may be.
    func number(
        in core: inout EventInterface.Core, of interface: EventInterface, mayBeReserved: Bool
    ) throws(CommandError) -> UInt32 {
        if let number = core.state.events.number(of: event) {
            try interface.checkReserved(number, mayBeReserved: mayBeReserved, in: core)
            return number
        }
        try interface.checkName(event)
        return try interface.event(
            event, mayCreate: createsEvent, mayBeReserved: mayBeReserved, in: &core)
    }
}

/// A raise at the core's lock. It cannot be copied, so that the closures which bring it there borrow it: as captures of
/// their own, command and interface would be copied for each of them, at every raise.
private struct Raising: ~Copyable {
    let command: RaiseCommand
    let raiser: Raiser
    let interface: EventInterface
    let now: Moment

    /// Raises, under the lock.
    func raise(
        in core: inout EventInterface.Core
    ) throws(CommandError) -> EventState.Raised {
        interface.expireFirst(&core, at: now)
        let number = try command.number(
            in: &core, of: interface, mayBeReserved: raiser.mayRaiseReserved)
        return core.state.raise(
            event: number, params: command.params,
            raiser: core.state.names.number(of: raiser.name), depth: command.depth,
            trace: raiser.trace, now: now)
    }

    /// What whoever raised is told.
    func receipt(_ raised: EventState.Raised) -> RaiseReceipt {
        RaiseReceipt(
            id: raised.id, event: command.event, time: now.wall, matched: raised.matched)
    }
}

extension EventInterface {
    /// Throws where an event is not for everybody to raise.
    func checkReserved(
        _ number: UInt32, mayBeReserved: Bool, in core: borrowing Core
    ) throws(CommandError) {
        guard !mayBeReserved, core.state.events[number].isReserved else { return }
        throw CommandError(
            .eventReserved,
            "E_CORE_… and E_EVI_… are raised by Carillon's own modules, and by admins who say who they are.",
            parameter: "event")
    }
}
