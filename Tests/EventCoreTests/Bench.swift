import EventCore
import TestSupport
import Testing

/// A core on a table: manual clock, transports and, if asked for, journal.
struct Bench {
    let clock = ManualClock()
    let transport: ManualTransport
    let other = ManualTransport(name: "other", schemes: ["other"])
    let journal: ManualJournal?
    let interface: EventInterface
    let runner: CommandRunner

    /// A core with the OpenSIPS catalogue and `limits` as `change` leaves them.
    init(
        journal: ManualJournal? = nil, transport: ManualTransport = ManualTransport(),
        limits change: (inout CoreLimits) -> Void = { _ in }
    ) {
        self.init(journal: journal, transport: transport, auditedBy: nil, limits: change)
    }

    /// The same, with somebody who is told of every change.
    init(
        journal: ManualJournal?, transport: ManualTransport, auditedBy audit: Audit?,
        limits change: (inout CoreLimits) -> Void = { _ in }
    ) {
        var limits = CoreLimits()
        change(&limits)
        self.journal = journal
        self.transport = transport
        let clock = clock
        interface = EventInterface(
            transports: [transport, other], journal: journal, limits: limits, version: "test 1",
            audit: audit, clock: { clock.now })
        runner = CommandRunner(interface, clock)
    }

    /// Subscribes and shows the subscription; expects to be answered at once.
    @discardableResult
    func subscribe(
        _ socket: String, to event: String = "E_PIKE_BLOCKED", format: String? = nil,
        expire: ExpireRequest = .default, creates: Bool = true
    ) throws -> SubscriptionView {
        let reply = try runner.run(
            .subscribe(
                SubscribeCommand(
                    event: event, socket: socket, format: format, expire: expire,
                    createsEvent: creates)))
        guard case .subscribed(let view, _) = reply else { throw Unexpected(reply) }
        return view
    }

    /// Raises and shows the receipt; expects to be answered at once.
    @discardableResult
    func raise(
        _ event: String = "E_PIKE_BLOCKED", _ params: Params = .none, creates: Bool = true
    ) throws -> RaiseReceipt {
        let reply = try runner.run(
            .raise(RaiseCommand(event: event, params: params, createsEvent: creates)))
        guard case .raised(let receipt) = reply else { throw Unexpected(reply) }
        return receipt
    }

    /// One subscription as it is listed.
    func show(_ id: UInt64) throws -> SubscriptionView {
        let reply = try runner.run(.showSubscription(ShowSubscriptionCommand(id: id)))
        guard case .subscription(let view) = reply else { throw Unexpected(reply) }
        return view
    }

    /// A page of subscribers.
    func list(_ command: ListSubscribersCommand) throws -> SubscriptionPage {
        let reply = try runner.run(.listSubscribers(command))
        guard case .subscriptions(let page) = reply else { throw Unexpected(reply) }
        return page
    }

    /// A page of events.
    func events(limit: Int = .max, cursor: UInt32? = nil) throws -> EventPage {
        let reply = try runner.run(.listEvents(ListEventsCommand(limit: limit, cursor: cursor)))
        guard case .events(let page) = reply else { throw Unexpected(reply) }
        return page
    }

    /// One statistic; nil when there is none of this name.
    func statistic(_ name: String) throws -> Int64? {
        let reply = try runner.run(.statistics(StatisticsCommand(names: [name])))
        guard case .statistics(let statistics) = reply else { throw Unexpected(reply) }
        return statistics.first?.value
    }

    /// The error of a command; nil when it was done.
    func error(of command: Command) -> CommandError? {
        do {
            _ = try runner.run(command)
            return nil
        } catch {
            return error as? CommandError
        }
    }

    /// A reply of another kind than the test asked for.
    struct Unexpected: Error {
        let reply: CommandReply
        init(_ reply: CommandReply) { self.reply = reply }
    }
}

/// Records that a reply was of another kind than the test expected.
func missed(_ what: String, _ location: SourceLocation = #_sourceLocation) {
    Issue.record("expected: \(what)", sourceLocation: location)
}
