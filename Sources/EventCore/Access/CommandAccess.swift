internal import Synchronization

/// Who may: the one table that says which role a command takes, and for which event.
extension Command {
    /// What a command asks of its caller.
    struct Demand {
        /// What it is about.
        enum Subject {
            /// Nothing that roles are limited to, or every event: the answer shows those the caller may see.
            case any
            case event(String)
            case subscription(UInt64)
            case occurrence(OccurrenceID)
        }

        /// nil: every caller that is known may.
        let role: Role?
        let subject: Subject
        /// Whether the caller must have shown who it is.
        let takesName: Bool

        init(_ role: Role?, _ subject: Subject = .any, takesName: Bool = false) {
            self.role = role
            self.subject = subject
            self.takesName = takesName
        }
    }

    /// The role that it takes; nil: every caller that is known may.
    public var role: Role? { demand.role }

    /// The table.
    var demand: Demand {
        switch self {
        case .subscribe(let command): Demand(.subscribe, .event(command.event))
        case .renew(let command): Demand(.subscribe, .subscription(command.id))
        case .unsubscribe(let command): Demand(.subscribe, .subscription(command.id))
        case .probe(let command): Demand(.subscribe, .subscription(command.id))
        case .showSubscription(let command): Demand(.read, .subscription(command.id))
        case .listSubscribers(let command): Demand(.read, command.event.map { .event($0) } ?? .any)
        case .listEvents: Demand(.read)
        case .showEvent(let command): Demand(.read, .event(command.event))
        case .publish(let command): Demand(.raise, .event(command.event))
        case .raise(let command): Demand(.raise, .event(command.event))
        case .dryRun(let command): Demand(.raise, .event(command.event))
        case .showOccurrence(let command): Demand(.read, .occurrence(command.id))
        case .listOccurrences: Demand(.read)
        case .statistics, .listStatistics, .metrics, .processes: Demand(.read)
        case .logLevel(let command): Demand(command.level == nil ? .read : .admin)
        case .kill: Demand(.admin, takesName: true)
        case .rotate: Demand(.admin)
        case .reload, .runRoute: Demand(.admin)
        case .listRoutes: Demand(.read)
        case .which, .help, .version, .uptime: Demand(nil)
        }
    }

    /// Whether it changes what is kept, or how the service runs, or makes it call a receiver for nothing else, so that
    /// the audit tells of it. Raising changes nothing.
    var isChange: Bool {
        switch self {
        case .subscribe, .renew, .unsubscribe, .probe, .publish, .kill, .rotate, .reload,
            .runRoute:
            true
        case .logLevel(let command): command.level != nil
        case .showSubscription, .listSubscribers, .listEvents, .showEvent, .raise, .dryRun,
            .showOccurrence, .listOccurrences, .which, .help, .statistics, .listStatistics,
            .metrics, .version, .uptime, .processes, .listRoutes:
            false
        }
    }
}

extension Identity {
    /// Throws `forbidden` unless this caller may give `command`.
    func check(_ command: Command, on interface: EventInterface) throws(CommandError) {
        let demand = command.demand
        if demand.takesName, name == nil { throw Self.refusal("a caller with a name") }
        if mayDoEverything { return }
        guard let role = demand.role else {
            if grants.isEmpty { throw Self.refusal("a role") }
            return
        }
        guard has(role) else { throw Self.refusal("the role \(role.rawValue)") }
        let event: String?
        switch demand.subject {
        case .any: return
        case .event(let name): event = name
        // Its event never changes and its id is never given again, so this stays true. What is not there is for the
        // command to say.
        case .subscription(let id): event = interface.event(ofSubscription: id)
        case .occurrence(let id): event = interface.event(ofOccurrence: id)
        }
        guard let event, !has(role, for: event) else { return }
        throw Self.refusal("the role \(role.rawValue) for \(CommandError.excerpt(event))")
    }

    private static func refusal(_ wanted: String) -> CommandError {
        CommandError(.forbidden, "This takes \(wanted), which the caller does not have.")
    }
}

extension EventInterface {
    /// The event of a subscription, by its id; nil where there is none.
    fileprivate func event(ofSubscription id: UInt64) -> String? {
        core.withLock { core in
            core.state.ids.find(IDKey(id), in: core.state.slab).map { slot in
                core.state.events[core.state.slab[slot].event].description.name
            }
        }
    }

    /// The event of an occurrence; nil where it is not remembered.
    fileprivate func event(ofOccurrence id: OccurrenceID) -> String? {
        core.withLock { core in
            id.epoch == core.state.epoch ? core.state.log.head(id.sequence)?.event : nil
        }
    }
}
