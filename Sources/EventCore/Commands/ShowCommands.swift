/// Shows one subscription. Error: `subscriptionNotFound`.
public struct ShowSubscriptionCommand: Sendable {
    /// The subscription.
    public var id: UInt64

    /// A command.
    public init(id: UInt64) {
        self.id = id
    }

    func run(on interface: EventInterface, at now: Moment) throws(CommandError) -> CommandReply {
        try interface.locked { core throws(CommandError) in
            interface.expireFirst(&core, at: now)
            return .subscription(
                interface.view(try interface.find(id, in: core.state), in: core.state, at: now))
        }
    }
}

/// Shows one event. Error: `eventNotFound`.
public struct ShowEventCommand: Sendable {
    /// The event's name.
    public var event: String

    /// A command.
    public init(event: String) {
        self.event = event
    }

    func run(on interface: EventInterface, at now: Moment) throws(CommandError) -> CommandReply {
        try interface.locked { core throws(CommandError) in
            interface.expireFirst(&core, at: now)
            guard let number = core.state.events.number(of: event) else {
                throw interface.eventNotFound(event)
            }
            return .event(core.state.view(ofEvent: number), created: false)
        }
    }
}

/// Makes an event's name known. Answers `.event` once a new one is durable. Errors: `invalidEvent`,
/// `eventReserved`, `tooManyEvents`, `insufficientStorage`, `storeUnavailable`.
public struct PublishCommand: Sendable {
    /// The event's name.
    public var event: String

    /// A command.
    public init(event: String) {
        self.event = event
    }

    func run(
        mayBeReserved: Bool, on interface: EventInterface, at now: Moment,
        continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        let settled = interface.journal == nil ? nil : continuation()
        return try interface.locked { core throws(CommandError) -> CommandOutcome in
            interface.expireFirst(&core, at: now)
            if let number = core.state.events.number(of: event) {
                let reply = CommandReply.event(core.state.view(ofEvent: number), created: false)
                let waits = try interface.follow(settled.map { (reply, $0) }, in: &core)
                return waits ? .awaiting : .done(reply)
            }
            let number = try interface.create(
                event, mayBeReserved: mayBeReserved, waiting: settled, in: &core)
            if settled != nil { return .awaiting }
            return .done(.event(core.state.view(ofEvent: number), created: true))
        }
    }
}
