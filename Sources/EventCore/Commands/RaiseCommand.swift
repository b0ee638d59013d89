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
    /// `RaiseCommand.run(under:on:at:_:)`.
    public var key: IdempotencyKey?
    /// What the caller calls its request. The command layer sets it, never a surface.
    var trace: Trace?
    /// The name of the caller. The command layer sets it, never a surface.
    var raiser: String?
    /// Whether `E_CORE_…` and `E_EVI_…` may be raised: by Carillon's own modules, and by admins who say who they are.
    /// The command layer sets it, never a surface.
    var mayRaiseReserved = false

    /// A command.
    public init(event: String, params: Params, createsEvent: Bool) {
        self.event = event
        self.params = params
        self.createsEvent = createsEvent
    }

    func run(
        on interface: EventInterface, at now: Moment, continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        if let key {
            return try run(under: key, on: interface, at: now, continuation)
        }
        if let onWaiting {
            return try runWaiting(onWaiting, on: interface, at: now, continuation)
        }
        var waits = false
        let receipt = try raise(on: interface, at: now) { receipt in
            waits = true
            return SendLane.Waiter(
                sequence: receipt.id.sequence, reply: .raised(receipt), continuation: continuation()
            )
        }
        return waits ? .awaiting : .done(.raised(receipt))
    }

    private func runWaiting(
        _ onWaiting: @Sendable (OccurrenceID) -> Void, on interface: EventInterface,
        at now: Moment, _ continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        var waits = false
        let receipt = try raise(
            on: interface, at: now,
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
        on interface: EventInterface, at now: Moment,
        waiter: (RaiseReceipt) -> SendLane.Waiter? = { _ in nil },
        deliveries: (RaiseReceipt) -> OccurrenceWaits.Waiter? = { _ in nil }
    ) throws(CommandError) -> RaiseReceipt {
        try params.check(interface.limits)
        let raised = try interface.locked { core throws(CommandError) -> EventState.Raised in
            interface.expireFirst(&core, at: now)
            let number = try number(in: &core, of: interface)
            let raised = core.state.raise(
                event: number, params: params, raiser: core.state.names.number(of: raiser),
                depth: depth, trace: trace, now: now)
            if onWaiting != nil {
                if core.state.mayWait(for: raised.id, interface.limits),
                    let waiter = deliveries(receipt(raised, now))
                {
                    core.state.waits.wait(waiter)
                }
            } else if let lane = raised.lagging, let waiter = waiter(receipt(raised, now)) {
                core.state.lanes[lane].wait(waiter)
            }
            return raised
        }
        interface.carry(raised, begun: now)
        return receipt(raised, now)
    }

    private func receipt(_ raised: EventState.Raised, _ now: Moment) -> RaiseReceipt {
        RaiseReceipt(id: raised.id, event: event, time: now.wall, matched: raised.matched)
    }

    /// The event's number; created where it may be.
    func number(
        in core: inout EventInterface.Core, of interface: EventInterface
    ) throws(CommandError) -> UInt32 {
        if let number = core.state.events.number(of: event) {
            try interface.checkReserved(number, mayBeReserved: mayRaiseReserved, in: core)
            return number
        }
        try interface.checkName(event)
        return try interface.event(
            event, mayCreate: createsEvent, mayBeReserved: mayRaiseReserved, in: &core)
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
