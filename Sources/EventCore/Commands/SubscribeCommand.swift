/// How long a subscription is asked to live. A surface's default is an argument, never a branch.
public enum ExpireRequest: Sendable, Equatable {
    /// The setting's default: what MI and REST mean when `expire` is left out.
    case `default`
    /// It never ends by itself: what a script means when `expire` is left out.
    case never
    /// Seconds; 0 unsubscribes.
    case seconds(Int64)
}

/// Subscribes a socket to an event, renews it, or with `expire` 0 ends it.
///
/// Answers `.subscribed` or `.unsubscribed` once that is durable. Errors: `invalidEvent`, `eventNotFound` (where
/// the surface creates none), `eventReserved`, `invalidSocket`, `targetForbidden`, `invalidExpire`, `tooManyEvents`,
/// `tooManySubscriptions`, `insufficientStorage`, `storeUnavailable`.
public struct SubscribeCommand: Sendable {
    /// The event's name.
    public var event: String
    /// The socket's text.
    public var socket: String
    /// The option `format`, given apart from the socket; must not contradict one in the socket.
    public var format: String?
    /// The lifetime.
    public var expire: ExpireRequest
    /// Whether an unknown event is created.
    public var createsEvent: Bool
    /// Whether a new subscription ends with the process, as those of a script do. One that is kept stays kept,
    /// and subscribing without this to one that is not makes it so.
    public var isVolatile = false

    /// A command.
    public init(
        event: String, socket: String, format: String? = nil, expire: ExpireRequest = .default,
        createsEvent: Bool
    ) {
        self.event = event
        self.socket = socket
        self.format = format
        self.expire = expire
        self.createsEvent = createsEvent
    }

    /// `creator` is the name of the caller.
    func run(
        by creator: String?, on interface: EventInterface, at now: Moment,
        continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        let lifetime = try interface.lifetime(expire)
        try interface.checkName(event)
        let socket = try parsedSocket(interface)
        guard let lifetime else {
            return try end(socket, on: interface, at: now, continuation)
        }
        // A masked secret is none: it leaves what is known of the subscriber as it is.
        let isMasked = socket.detail?.isMasked ?? false
        let text = isMasked ? nil : interface.text(of: socket, secrets: true)
        let isVolatile = isVolatile || interface.isVolatile(socket)
        let settled = interface.journal == nil ? nil : continuation()
        let (done, waits) = try interface.locked {
            core throws(CommandError) -> (CommandReply, Bool) in
            interface.expireFirst(&core, at: now)
            try interface.checkJournal(core)
            if isMasked { try checkIsKnown(socket, in: core.state) }
            let number = try interface.event(event, mayCreate: createsEvent, in: &core)
            var undo = EventState.Undo.nothing
            let slot: UInt32
            let known = core.state.find(event: number, socket: socket)
            if let known {
                slot = known
                let before = core.state.renew(
                    slot, socket: isMasked ? nil : socket, lifetime: lifetime, now: now)
                undo = .renewed(before: before)
                core.state.slab[slot].isVolatile = before.isVolatile && isVolatile
            } else {
                slot = try core.state.add(
                    event: number, socket: socket, lifetime: lifetime, creator: creator,
                    isVolatile: isVolatile, now: now)
                undo = .created(id: core.state.slab[slot].id)
            }
            let reply = CommandReply.subscribed(
                interface.view(slot, in: core.state, at: now), created: known == nil)
            if core.state.slab[slot].isVolatile { return (reply, false) }
            let stored = core.state.stored(
                slot,
                socket: text ?? interface.text(of: core.state.slab[slot].socket, secrets: true))
            interface.append(
                .put(stored), undo: undo, waiting: settled.map { (reply, $0) }, to: &core)
            return (reply, settled != nil)
        }
        return waits ? .awaiting : .done(done)
    }

    private func checkIsKnown(_ socket: Socket, in state: EventState) throws(CommandError) {
        let number = state.events.number(of: event)
        guard number.flatMap({ state.find(event: $0, socket: socket) }) == nil else { return }
        throw CommandError(
            .invalidSocket, "A secret is masked: a new subscription needs the secret itself.",
            parameter: "socket", fault: .badFormat)
    }

    private func end(
        _ socket: Socket, on interface: EventInterface, at now: Moment,
        _ continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        let settled = interface.journal == nil ? nil : continuation()
        let (done, waits) = try interface.locked {
            core throws(CommandError) -> (CommandReply, Bool) in
            interface.expireFirst(&core, at: now)
            let number = core.state.events.number(of: event)
            if number == nil && !createsEvent { throw interface.eventNotFound(event) }
            if let number, let slot = core.state.find(event: number, socket: socket) {
                let waits = try interface.remove(slot, waiting: settled, in: &core)
                return (.unsubscribed(existed: true), waits)
            }
            let reply = CommandReply.unsubscribed(existed: false)
            let waits = try interface.follow(
                settled.map { (reply, $0) }, endsDeliveries: true, in: &core)
            return (reply, waits)
        }
        if waits { return .awaiting }
        interface.passGates()
        return .done(done)
    }

    private func parsedSocket(_ interface: EventInterface) throws(CommandError) -> Socket {
        do throws(SocketError) {
            var text = try SocketText.parse(socket)
            if let format { try text.add(SocketText.Option(name: "format", value: format)) }
            return try interface.parse(text)
        } catch {
            throw CommandError(error)
        }
    }
}

extension SocketText {
    /// Adds an option given apart from the text; the same one with another value is a contradiction.
    mutating func add(_ option: Option) throws(SocketError) {
        if let given = options.first(where: { $0.name == option.name }) {
            guard given == option else {
                throw SocketError(
                    .badOption,
                    "'\(option.name)' is given twice, in the socket and beside it, and differs.")
            }
            return
        }
        options.append(option)
    }
}

extension EventInterface {
    /// What a request for a lifetime means: nil ends the subscription. Not to be called under the lock.
    func lifetime(_ request: ExpireRequest) throws(CommandError) -> Lifetime? {
        let limits = currentLimits
        switch request {
        case .default:
            return .seconds(UInt32(limits.expireDefaultSeconds))
        case .never:
            return .never
        case .seconds(0):
            return nil
        case .seconds(let seconds):
            guard (1...limits.expireMaxSeconds).contains(seconds) else {
                let message =
                    seconds < 0
                    ? "Negative expire value"
                    : "expire is a whole number of seconds from 0 to \(limits.expireMaxSeconds)."
                throw CommandError(
                    .invalidExpire, message, parameter: "expire", fault: .outOfRange)
            }
            return .seconds(UInt32(seconds))
        }
    }

    /// Throws unless `name` may be an event's name.
    func checkName(_ name: String) throws(CommandError) {
        guard EventName.isValid(name) else {
            throw CommandError(
                .invalidEvent,
                "An event's name is 1 to \(EventName.bytesMax) of A-Z a-z 0-9 _ . - and begins with a letter.",
                parameter: "event", fault: .badFormat)
        }
    }

    func eventNotFound(_ name: String) -> CommandError {
        CommandError(
            .eventNotFound, "No event is called '\(CommandError.excerpt(name))'.",
            parameter: "event")
    }

    /// The event's number; creates it where the surface may.
    func event(
        _ name: String, mayCreate: Bool, mayBeReserved: Bool = false, in core: inout Core
    ) throws(CommandError) -> UInt32 {
        if let number = core.state.events.number(of: name) { return number }
        guard mayCreate else { throw eventNotFound(name) }
        return try create(name, mayBeReserved: mayBeReserved, in: &core)
    }

    /// Throws where `count` more events would be too many.
    func checkRoom(forEvents count: Int, in core: borrowing Core) throws(CommandError) {
        let eventsMax = core.state.limits.eventsMax
        guard core.state.events.count + count <= eventsMax else {
            throw CommandError(
                .tooManyEvents, "No more than \(eventsMax) events are kept.",
                parameter: "event")
        }
    }

    /// Throws where no event of this name, which is a good one, may be created.
    func checkCreation(
        ofEvent name: String, mayBeReserved: Bool, in core: borrowing Core
    ) throws(CommandError) {
        guard mayBeReserved || !EventName.isReserved(name) else {
            throw CommandError(
                .eventReserved, "Events called E_CORE_… and E_EVI_… are Carillon's own.",
                parameter: "event")
        }
        try checkRoom(forEvents: 1, in: core)
        try checkJournal(core)
    }

    /// Creates a dynamic event and tells the journal; `settled` is answered with it when it is durable.
    @discardableResult
    func create(
        _ name: String, mayBeReserved: Bool = false, waiting settled: CommandContinuation? = nil,
        in core: inout Core
    ) throws(CommandError) -> UInt32 {
        try checkName(name)
        try checkCreation(ofEvent: name, mayBeReserved: mayBeReserved, in: core)
        let number = core.state.events.add(.dynamic(name), kind: .dynamic)
        core.state.eventsVersion += 1
        let reply = CommandReply.event(core.state.view(ofEvent: number), created: true)
        append(
            .putEvent(name: name), undo: .published(number), waiting: settled.map { (reply, $0) },
            to: &core)
        return number
    }
}
