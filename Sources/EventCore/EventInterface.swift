internal import Synchronization

/// The event interface of one process: the state behind its lock, the transports, the journal.
///
/// It lets every operation through the one command layer: what changes anything is internal to this target,
/// and `Commands.run` is the way in. Any thread may call it; nothing blocks for longer than the lock is held.
public final class EventInterface: Sendable {
    let limits: CoreLimits
    let transports: [any Transport]
    let journal: (any Journal)?
    let clock: @Sendable () -> Moment
    let started: Moment
    let versionText: String

    let core: Lock<Core>
    /// Closed while a slice of that lane is on its way to its transport.
    let gates: [Gate]
    private let transportOfScheme: [String: UInt8]

    /// The state and what waits for the journal, under one lock: changes are told to the journal in the order in
    /// which the state took them.
    struct Core {
        var state: EventState
        var uncommitted = Fifo<Uncommitted>()
        /// The number of the newest change told to the journal.
        var journalNumber: UInt64 = 0
        var statisticsSources: [@Sendable () -> [Statistic]] = []
    }

    /// A change the journal has not confirmed yet, and who waits for it.
    struct Uncommitted {
        let number: UInt64
        let undo: EventState.Undo
        let waiting: (reply: CommandReply, continuation: CommandContinuation)?
        /// The reply promises that no delivery starts any more.
        let endsDeliveries: Bool
    }

    /// An interface over `transports` (their order is their number; schemes must differ) with the events of
    /// `catalogue` published. `clock` is read only where deliveries start outside a command. Without a journal
    /// every change counts as durable at once.
    public init(
        transports: [any Transport], journal: (any Journal)? = nil,
        catalogue: [EventDescription] = OpenSIPSEvents.catalogue, limits: CoreLimits = CoreLimits(),
        version: String = "", clock: @escaping @Sendable () -> Moment
    ) {
        precondition(transports.count <= 256, "a transport's number is one byte")
        self.transports = transports
        self.journal = journal
        self.limits = limits
        self.clock = clock
        versionText = version
        started = clock()
        gates = transports.map { _ in Gate() }
        var schemes: [String: UInt8] = [:]
        for (number, transport) in transports.enumerated() {
            for scheme in transport.schemes { schemes[scheme] = UInt8(number) }
        }
        transportOfScheme = schemes
        var state = EventState(limits: limits, transportCount: transports.count, now: started)
        for description in catalogue { _ = state.events.add(description, kind: .static) }
        core = Lock(Core(state: state))
        for transport in transports { transport.attach(to: self) }
        journal?.attach(self)
    }

    /// Adds a source of statistics: called at each `get_statistics`, on the asking thread, outside the lock.
    public func addStatistics(_ source: @escaping @Sendable () -> [Statistic]) {
        core.withLock { $0.statisticsSources.append(source) }
    }

    /// When the next subscription may end, boot nanoseconds, never too late; nil while none ends by itself.
    public func nextDeadlineBound() -> Int64? {
        core.withLock { $0.state.wheel.nextDeadlineBound }
    }

    /// Ends what is over. Only frees memory early: every command does the same first.
    public func expire(at now: Moment) {
        core.withLock { expireFirst(&$0, at: now) }
    }

    /// Sets the state to end every delivery, then stops each transport. Blocks for at most about
    /// `drainMilliseconds` a transport.
    public func stop(drainMilliseconds: Int) {
        for transport in transports { transport.stop(drainMilliseconds: drainMilliseconds) }
    }

    /// Text → socket, by the transport of its scheme.
    func parse(_ text: SocketText) throws(SocketError) -> Socket {
        guard let number = transportOfScheme[text.scheme] else {
            let known = transportOfScheme.keys.sorted().joined(separator: ", ")
            throw SocketError(.unknownScheme, "The scheme before the first ':' is one of \(known).")
        }
        var socket = try transports[Int(number)].parse(text)
        socket.transport = number
        return socket
    }

    /// A socket's canonical text.
    func text(of socket: Socket, secrets: Bool = false) -> String {
        transports[Int(socket.transport)].text(of: socket, secrets: secrets)
    }

    /// Every operation begins here: what is over ends before anything else happens.
    func expireFirst(_ core: inout Core, at now: Moment) {
        let ended = core.state.expire(now: now)
        if !ended.isEmpty { append(.expired(ids: ended), undo: .nothing, to: &core) }
    }

    /// Tells the journal one change, and remembers how to take it back and who waits for it.
    func append(
        _ change: Change, undo: EventState.Undo,
        waiting: (reply: CommandReply, continuation: CommandContinuation)? = nil,
        endsDeliveries: Bool = false, to core: inout Core
    ) {
        guard let journal else { return }
        core.journalNumber += 1
        core.uncommitted.append(
            Uncommitted(
                number: core.journalNumber, undo: undo, waiting: waiting,
                endsDeliveries: endsDeliveries))
        journal.append(change, number: core.journalNumber)
    }
}

extension EventInterface: JournalClient {
    public func committed(through number: UInt64) {
        var settled: [Uncommitted] = []
        core.withLock { core in
            while let first = core.uncommitted.first, first.number <= number {
                settled.append(first)
                _ = core.uncommitted.popFirst()
            }
        }
        if settled.contains(where: \.endsDeliveries) { passGates() }
        for change in settled {
            if let (reply, continuation) = change.waiting { continuation(.success(reply)) }
        }
    }

    public func failed(_ error: JournalError, abandon: () -> Void) {
        var settled: [Uncommitted] = []
        core.withLock { core in
            abandon()
            while let last = core.uncommitted.popLast() {
                core.state.takeBack(last.undo)
                settled.append(last)
            }
        }
        for change in settled.reversed() {
            change.waiting?.continuation(.failure(CommandError(error)))
        }
    }

    /// Returns when every slice that had begun has ended: what is removed by now starts no delivery any more.
    func passGates() {
        for gate in gates { gate.pass() }
    }
}

extension EventInterface: DeliveryLedger {
    public func mayStart(_ subscription: SubscriptionRef) -> DropReason? {
        let now = clock()
        return core.withLock { core in
            expireFirst(&core, at: now)
            return core.state.end(of: subscription)
        }
    }

    public func settle(_ results: [DeliveryResult]) {
        core.withLock { core in
            for result in results { core.state.settle(result.subscription, result.outcome) }
        }
    }
}

extension EventInterface {
    /// Deliveries in total since the start.
    public func totals() -> DeliveryCounts {
        core.withLock { $0.state.totals }
    }

    /// The transports' names in the order of the table.
    public var transportNames: [String] { transports.map(\.name) }
    /// The longest lifetime that may be asked for, seconds.
    public var expireMaxSeconds: Int64 { limits.expireMaxSeconds }
    /// Most entries of one page of a listing.
    public var pageMax: Int { limits.pageMax }
    /// When this process began, milliseconds since 1970: what makes its ids and versions its own.
    public var epoch: Int64 { started.wall }
}
