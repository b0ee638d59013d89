internal import Synchronization

/// The event interface of one process: the state behind its lock, the transports, the journal.
///
/// It lets every operation through the one command layer: what changes anything is internal to this target,
/// and `Commands.run` is the way in. Any thread may call it; nothing blocks for longer than the lock is held.
public final class EventInterface: Sendable {
    /// Those of the start; the ones that `adjust` changes are read from the state, under its lock.
    let limits: CoreLimits
    let transports: [any Transport]
    let journal: (any Journal)?
    let clock: @Sendable () -> Moment
    let started: Moment
    let versionText: String
    let audit: Audit?

    let core: Lock<Core>
    /// How long raises take, from the command's arrival to its answer.
    let raiseTimes = Lock(LatencyCounts())
    /// One for each lane: closed while a slice is on its way to its transport.
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
        var service: (any ServiceControl)?
        /// What the transports report to.
        var ledgers: [TransportLedger] = []
        /// Called after each change of a breaker.
        var breakerListener: BreakerListener?
        /// Called after raises.
        var listener: (@Sendable () -> Void)?
        /// Weak, for it gives commands to this interface.
        weak var routes: (any RouteControl)?
        var prober: (any ProbeControl)?
    }

    /// An interface over `transports` (their order is their number; schemes must differ) with the events of
    /// `catalogue` published. `audit` is told of every change. `clock` is read only where deliveries start outside a command. Without a journal
    /// every change counts as durable at once.
    public init(
        transports: [any Transport], journal: (any Journal)? = nil,
        catalogue: [EventDescription] = OpenSIPSEvents.catalogue, limits: CoreLimits = CoreLimits(),
        version: String = "", audit: Audit? = nil, clock: @escaping @Sendable () -> Moment
    ) {
        precondition(transports.count <= LaneSet.lanesMax, "a set of lanes is one word")
        precondition(
            (1...limits.expireMaxSeconds).contains(limits.expireDefaultSeconds)
                && limits.expireMaxSeconds <= Int64(UInt32.max), "a lifetime is 32 bits of seconds")
        self.transports = transports
        self.journal = journal
        self.limits = limits
        self.clock = clock
        versionText = version
        self.audit = audit
        started = clock()
        gates = transports.map { _ in Gate() }
        var schemes: [String: UInt8] = [:]
        for (number, transport) in transports.enumerated() {
            for scheme in transport.schemes {
                precondition(schemes[scheme] == nil, "two transports have the scheme \(scheme)")
                schemes[scheme] = UInt8(number)
            }
        }
        transportOfScheme = schemes
        var state = EventState(limits: limits, transportCount: transports.count, now: started)
        for description in catalogue { _ = state.events.add(description, kind: .static) }
        core = Lock(Core(state: state))
        let ledgers = transports.indices.map { TransportLedger(self, lane: $0) }
        core.withLock { $0.ledgers = ledgers }
        for (transport, ledger) in zip(transports, ledgers) { transport.attach(to: ledger) }
        journal?.attach(self)
    }

    /// Adds a source of statistics: called at each `get_statistics`, on the asking thread, outside the lock.
    public func addStatistics(_ source: @escaping @Sendable () -> [Statistic]) {
        core.withLock { $0.statisticsSources.append(source) }
    }

    /// Hears of a breaker that has opened or closed, with its transport's name: on the transport's thread, outside the
    /// lock; must not block.
    public typealias BreakerListener = @Sendable (BreakerChange, String) -> Void

    /// Who hears of breakers. Once, at start.
    public func onBreaker(_ listener: @escaping BreakerListener) {
        core.withLock { $0.breakerListener = listener }
    }

    /// Changes, from now on, how many events and subscriptions there may be and how long a lifetime: nothing that is
    /// there already ends for it. The other limits stay what they were at the start. Any thread.
    public func adjust(_ limits: CoreLimits) {
        core.withLock { core in
            core.state.limits.eventsMax = limits.eventsMax
            core.state.limits.subscriptionsMax = limits.subscriptionsMax
            core.state.limits.expireDefaultSeconds = limits.expireDefaultSeconds
            core.state.limits.expireMaxSeconds = limits.expireMaxSeconds
        }
    }

    /// The limits as `adjust` left them; not to be asked under the lock.
    var currentLimits: CoreLimits { core.withLock { $0.state.limits } }

    /// When the next subscription may end, boot nanoseconds, never too late; nil while none ends by itself.
    public func nextDeadlineBound() -> Int64? {
        core.withLock { $0.state.wheel.nextEndBound }
    }

    /// Ends what is over. Only frees memory early: every command does the same first.
    public func expire(at now: Moment) {
        locked { expireFirst(&$0, at: now) }
    }

    /// Stops each transport, then ends what it was not handed any more: dropped(stopped), as is every delivery raised
    /// later. Blocks for at most about `drainMilliseconds` a transport. `told` hears of each one in turn how many
    /// deliveries were dropped for that.
    public func stop(
        drainMilliseconds: Int, told: (_ transport: String, _ dropped: UInt64) -> Void = { _, _ in }
    ) {
        for (lane, transport) in transports.enumerated() {
            let before = stopped
            defer { told(transport.name, stopped - before) }
            transport.stop(drainMilliseconds: drainMilliseconds)
            let answered = core.withLock { $0.state.close(lane: lane) }
            gates[lane].pass()
            for waiter in answered { waiter.continuation(.success(waiter.reply)) }
        }
    }

    /// Deliveries dropped so far because the service stopped.
    private var stopped: UInt64 {
        totals().droppedBy.first { $0.reason == .stopped }?.count ?? 0
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

    /// Whether what is subscribed to this socket is never kept.
    func isVolatile(_ socket: Socket) -> Bool {
        transports[Int(socket.transport)].isVolatile
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
}

extension EventInterface {
    /// Deliveries in total since the start.
    public func totals() -> DeliveryCounts {
        core.withLock { $0.state.totals }
    }

    /// The transports' names in the order of the table.
    public var transportNames: [String] { transports.map(\.name) }
    /// The longest lifetime that may be asked for, seconds.
    public var expireMaxSeconds: Int64 { currentLimits.expireMaxSeconds }
    /// Most entries of one page of a listing.
    public var pageMax: Int { limits.pageMax }
    /// When this process began, milliseconds since 1970: what makes its ids and versions its own.
    public var epoch: Int64 { started.wall }
}
