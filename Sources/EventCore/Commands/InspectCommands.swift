internal import Synchronization

/// Describes a command. Error: `commandNotFound`.
public struct HelpCommand: Sendable {
    /// The command's name or alias.
    public var name: String

    /// A command.
    public init(name: String) {
        self.name = name
    }

    func run() throws(CommandError) -> CommandReply {
        guard let row = Commands.row(named: name) else {
            throw CommandError(
                .commandNotFound, "No command is called '\(CommandError.excerpt(name))'.",
                parameter: "mi_cmd")
        }
        return .command(row)
    }
}

/// Lists the names of all commands, or the ways to call one. Error: `commandNotFound`.
public struct WhichCommand: Sendable {
    /// The command whose parameters are asked for; nil asks for the names of all.
    public var name: String?

    /// A command.
    public init(name: String? = nil) {
        self.name = name
    }

    func run() throws(CommandError) -> CommandReply {
        guard let name else { return .commands(Commands.names) }
        guard let row = Commands.row(named: name) else {
            throw CommandError(
                .commandNotFound, "No command is called '\(CommandError.excerpt(name))'.",
                parameter: "command")
        }
        let names = row.parameters.map(\.name)
        let required = row.parameters.count { $0.isRequired }
        return .parameterSets((required...names.count).map { Array(names.prefix($0)) })
    }
}

/// Reads statistics by name: `all`, a group with a colon (`evi:`), or `group:name` or `name` exactly. Names that
/// do not exist are left out, as OpenSIPS does; one asked for twice comes once.
public struct StatisticsCommand: Sendable {
    /// What is asked for.
    public var names: [String]

    /// A command.
    public init(names: [String]) {
        self.names = names
    }

    func run(on interface: EventInterface, at now: Moment) -> CommandReply {
        .statistics(chosen(on: interface, at: now))
    }

    func list(on interface: EventInterface, at now: Moment) -> CommandReply {
        .statisticKinds(chosen(on: interface, at: now))
    }

    private func chosen(on interface: EventInterface, at now: Moment) -> [Statistic] {
        let all = interface.statistics(at: now)
        var places: [String: [Int]] = ["all": Array(all.indices)]
        for (place, statistic) in all.enumerated() {
            let full = statistic.group + ":" + statistic.name
            for name in [statistic.group + ":", statistic.name, full] {
                places[name, default: []].append(place)
            }
        }
        // Whatever names a stranger sends, each statistic is printed once, and each name is looked up once.
        var chosen: [Statistic] = []
        var seen = [Bool](repeating: false, count: all.count)
        for name in names {
            for place in places.removeValue(forKey: name) ?? [] where !seen[place] {
                seen[place] = true
                chosen.append(all[place])
            }
        }
        return chosen
    }
}

extension EventInterface {
    /// Every statistic: our own first, then those of the added sources.
    func statistics(at now: Moment) -> [Statistic] {
        let (own, sources) = locked { core in
            expireFirst(&core, at: now)
            return (ownStatistics(core.state), core.statisticsSources)
        }
        return own + sources.flatMap { $0() }
    }

    private func ownStatistics(_ state: EventState) -> [Statistic] {
        func evi(
            _ name: String, _ value: some BinaryInteger, _ kind: Statistic.Kind = .counter
        ) -> Statistic {
            Statistic(group: "evi", name: name, value: Int64(clamping: value), kind: kind)
        }
        let totals = state.totals
        return [
            evi("events", state.events.count, .gauge),
            evi("subscriptions", state.slab.count, .gauge),
            evi("raised", state.occurrences),
            evi("matched", totals.matched),
            evi("delivered", totals.delivered),
            evi("failed", totals.failed),
            evi("dropped", totals.dropped),
            evi("pending", totals.pending, .gauge),
            evi("notices_lost", state.notices.lost),
        ] + totals.failedBy.map { evi("failed_\($0.reason.rawValue)", $0.count) }
            + totals.droppedBy.map { evi("dropped_\($0.reason.rawValue)", $0.count) }
    }
}
