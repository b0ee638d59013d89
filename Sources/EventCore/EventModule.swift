internal import Synchronization

/// A part of Carillon that has events of its own, as a module of OpenSIPS has: it declares them in a table, a
/// row each, and raises them by name with values in the order of the row.
///
///     let pike = try EventModule("pike", on: interface, events: [
///         .init("E_PIKE_BLOCKED", params: ["ip"], summary: "An IP address passed the flood limit."),
///     ])
///     try pike.raise("E_PIKE_BLOCKED", [.string(address)], at: now)
///
/// Made once at start, before the surfaces open. Only a module may have events called `E_CORE_…` and `E_EVI_…`.
public struct EventModule: Sendable {
    /// The module's name, as `GET /events` shows it.
    public let name: String
    private let interface: EventInterface
    private let params: [String: [String]]

    /// One row: an event of the module.
    public struct Row: Sendable {
        /// The event's name.
        public let event: String
        /// Its params' names, in the order in which they are sent.
        public let params: [String]
        /// When it is raised, one sentence.
        public let summary: String

        /// A row.
        public init(_ event: String, params: [String], summary: String) {
            self.event = event
            self.params = params
            self.summary = summary
        }
    }

    /// Publishes the module's events as static ones. An event that is in the catalogue already keeps its number and
    /// takes the row's description; so does a dynamic one.
    ///
    /// Nothing is told to the journal: what a module exports comes back with the program. Blocks only for the core's
    /// lock. Errors: `invalidEvent`, `tooManyEvents`; then no row has been published.
    public init(
        _ name: String, on interface: EventInterface, events rows: [Row]
    ) throws(CommandError) {
        self.name = name
        self.interface = interface
        for row in rows { try interface.checkName(row.event) }
        try interface.core.withLock { core throws(CommandError) in
            let new = rows.count { core.state.events.number(of: $0.event) == nil }
            try interface.checkRoom(forEvents: new, in: core)
            for row in rows {
                core.state.events.export(
                    EventDescription(
                        name: row.event, module: name, params: row.params, summary: row.summary))
            }
            core.state.eventsVersion += 1
        }
        params = Dictionary(rows.map { ($0.event, $0.params) }) { first, _ in first }
    }

    /// Publishes the events that a script names, as static ones of the module `script`; those that a module exports
    /// stay that module's. Any thread, any number of times; what was published once stays. Errors: `invalidEvent`,
    /// `tooManyEvents`; then none has been published.
    public static func publish(
        ofScript names: [String], on interface: EventInterface
    ) throws(CommandError) {
        for name in names { try interface.checkName(name) }
        try interface.core.withLock { core throws(CommandError) in
            let unknown = Set(names).filter { core.state.events.number(of: $0) == nil }
            try interface.checkRoom(forEvents: unknown.count, in: core)
            for name in names {
                if let number = core.state.events.number(of: name),
                    core.state.events[number].kind == .static
                {
                    continue
                }
                core.state.events.export(
                    EventDescription(
                        name: name, module: "script", params: [], summary: "Named by the script."))
            }
            core.state.eventsVersion += 1
        }
    }

    /// Raises one of the module's events: `values` in the order of its row's params, nil for one that is left out,
    /// those at the end may be missing.
    ///
    /// Any thread; never waits for a transport, however far it lags. Errors: `eventNotFound` for an event that is not
    /// in the table, `invalidParams` for more values than params or one that is too long.
    @discardableResult
    public func raise(
        _ event: String, _ values: [Value?], at now: Moment
    ) throws(CommandError) -> RaiseReceipt {
        guard let names = params[event] else { throw interface.eventNotFound(event) }
        guard values.count <= names.count else {
            throw CommandError(
                .invalidParams, "\(event) has \(names.count) params, not \(values.count).",
                parameter: "params", fault: .tooLong)
        }
        let given = zip(names, values).compactMap { name, value in value.map { (name, $0) } }
        let command = RaiseCommand(
            event: event, params: Params(named: given), createsEvent: false)
        return try command.raise(by: .module, on: interface, at: now) { _ in nil }
    }
}
