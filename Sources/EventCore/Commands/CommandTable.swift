/// A command as the management interface knows it: names, parameters, help, and how to make it.
public struct CommandRow: Sendable {
    /// The canonical name of OpenSIPS 4, `evi:subscribe`.
    public let name: String
    /// Its older names.
    public let aliases: [String]
    /// The module that exports it.
    public let module: String
    /// What it does, one or two sentences.
    public let help: String
    /// Its parameters in positional order; optional ones last.
    public let parameters: [CommandParameter]
    /// The role that it takes of its caller; with some arguments another. nil: none.
    public let role: Role?

    let make: @Sendable (Arguments) throws(CommandError) -> Command

    /// The command with these arguments, given in the order of `parameters`, nil for those left out; those at the
    /// end may be missing, and what is too many is the surface's to refuse.
    /// Throws `invalidParameter` or `invalidExpire` where one has the wrong type.
    public func command(_ arguments: [Argument?]) throws(CommandError) -> Command {
        try make(Arguments(row: self, values: arguments))
    }
}

/// One declared parameter of a command.
public struct CommandParameter: Sendable {
    /// Its name.
    public let name: String
    /// What it takes.
    public let kind: Kind
    /// Whether it must be given.
    public let isRequired: Bool

    /// What a parameter takes.
    public enum Kind: Sendable {
        /// Text that is not empty.
        case text
        /// An integer, or text of decimal digits (OpenSIPS takes both).
        case integer
        /// An occurrence's params: an array of scalars, an object of scalars, or text that holds such an object.
        case params
        /// A list of texts.
        case texts
    }
}

/// An argument as a surface read it.
public enum Argument: Sendable {
    case text(String)
    case integer(Int64)
    case params(Params)
    case texts([String])
    /// A JSON value that no parameter takes: null, a fraction, a boolean, a nested value.
    case other
}

extension Commands {
    /// Every command of the management interface, in the order in which `which` prints their names.
    public static let table: [CommandRow] = [
        row(
            "evi:subscribe", ["event_subscribe", "evi:event_subscribe"], "evi",
            "Subscribes a socket to an event for expire seconds (3600 if left out), or renews it; "
                + "expire 0 unsubscribes.",
            [text("event"), text("socket"), optional("expire", .integer)], role: .subscribe
        ) {
            a throws(CommandError) in
            .subscribe(
                SubscribeCommand(
                    event: try a.text(0), socket: try a.text(1), expire: try a.expire(2),
                    createsEvent: false))
        },
        row(
            "evi:list", ["events_list", "evi:events_list"], "evi",
            "Lists the events that can be subscribed to.", [], role: .read
        ) { _ throws(CommandError) in
            .listEvents(ListEventsCommand(limit: .max))
        },
        row(
            "evi:subscribers", ["subscribers_list", "evi:subscribers_list"], "evi",
            "Lists the subscribers of all events, of one event, or one subscriber of one event.",
            [optional("event", .text), optional("socket", .text)], role: .read
        ) { a throws(CommandError) in
            .listSubscribers(
                ListSubscribersCommand(
                    event: try a.optionalText(0), socket: try a.optionalText(1), limit: .max,
                    requiresEvent: true))
        },
        row(
            "evi:raise", ["raise_event", "evi:raise_event"], "evi",
            "Raises an event; params is an array of values, or an object (or text that holds one).",
            [text("event"), optional("params", .params)], role: .raise
        ) { a throws(CommandError) in
            .raise(
                RaiseCommand(
                    event: try a.text(0), params: try a.params(1), createsEvent: false))
        },
        row(
            "core:which", ["which"], "core",
            "Lists the names of all commands, or the parameters that one command takes.",
            [optional("command", .text)]
        ) { a throws(CommandError) in
            .which(WhichCommand(name: try a.optionalText(0)))
        },
        row(
            "core:help", ["help"], "core", "Says what a command does and who exports it.",
            [text("mi_cmd")]
        ) { a throws(CommandError) in
            .help(HelpCommand(name: try a.text(0)))
        },
        row(
            "statistics:get", ["get_statistics"], "statistics",
            "Prints statistics: all, a group (`evi:`) or exact names (`evi:raised`).",
            [CommandParameter(name: "statistics", kind: .texts, isRequired: true)], role: .read
        ) {
            a throws(CommandError) in .statistics(StatisticsCommand(names: try a.texts(0)))
        },
        row(
            "statistics:list", ["list_statistics"], "statistics",
            "Lists statistics by the same names, all if left out, and says which only ever grow.",
            [optional("statistics", .texts)], role: .read
        ) { a throws(CommandError) in
            .listStatistics(StatisticsCommand(names: try a.optionalTexts(0) ?? ["all"]))
        },
        row("core:version", ["version"], "core", "Prints the program's name and version.", []) {
            _ throws(CommandError) in .version
        },
        row("core:uptime", ["uptime"], "core", "Prints when the program started and its age.", []) {
            _ throws(CommandError) in .uptime
        },
        row(
            "core:ps", ["ps"], "core", "Lists what runs, and what each part is for.", [],
            role: .read
        ) { _ throws(CommandError) in .processes },
        row(
            "core:log_level", ["log_level"], "core",
            "Shows how much is logged, or logs at level from now on: -3 alert, -2 critical, -1 error, "
                + "1 warning, 2 notice, 3 info, 4 debug.",
            [optional("level", .integer)], role: .read
        ) { a throws(CommandError) in
            .logLevel(LogLevelCommand(level: try a.optionalInteger(0)))
        },
        row(
            "core:reload", ["reload", "reload_routes"], "core",
            "Reads settings and script again, as SIGHUP does; where anything is wrong all stays as it was.",
            [], role: .admin
        ) { _ throws(CommandError) in .reload },
        row(
            "core:kill", ["kill"], "core", "Ends the service; only for callers who may.", [],
            role: .admin
        ) { _ throws(CommandError) in .kill },
        row(
            "event_flatstore:rotate", ["evi_flat_rotate"], "event_flatstore",
            "Rotates a file of the transport flatstore, or opens it anew where it was renamed.",
            [text("path_to_file")], role: .admin
        ) { a throws(CommandError) in
            .rotate(RotateCommand(file: try a.text(0)))
        },
    ]

    /// What `which` prints: the names of OpenSIPS 4, then those of older versions. OpenSIPS 4 leaves the older ones out,
    /// although they work; but its command line sends only what is listed, and people type what they know.
    public static let names =
        table.map(\.name) + table.flatMap { $0.aliases.filter { !$0.contains(":") } }

    /// The row of a command by its name or one of its aliases, compared exactly; nil when there is none.
    public static func row(named name: String) -> CommandRow? { byName[name] }

    private static let byName: [String: CommandRow] = {
        var rows: [String: CommandRow] = [:]
        for row in table {
            for name in [row.name] + row.aliases { rows[name] = row }
        }
        return rows
    }()

    private static func row(
        _ name: String, _ aliases: [String], _ module: String, _ help: String,
        _ parameters: [CommandParameter], role: Role? = nil,
        make: @escaping @Sendable (Arguments) throws(CommandError) -> Command
    ) -> CommandRow {
        CommandRow(
            name: name, aliases: aliases, module: module, help: help, parameters: parameters,
            role: role, make: make)
    }

    private static func text(_ name: String) -> CommandParameter {
        CommandParameter(name: name, kind: .text, isRequired: true)
    }

    private static func optional(
        _ name: String, _ kind: CommandParameter.Kind
    ) -> CommandParameter {
        CommandParameter(name: name, kind: kind, isRequired: false)
    }
}

/// A command's arguments, read by place.
struct Arguments {
    let row: CommandRow
    let values: [Argument?]

    private func value(_ place: Int) -> Argument? {
        place < values.count ? values[place] : nil
    }

    func optionalText(_ place: Int) throws(CommandError) -> String? {
        switch value(place) {
        case nil: nil
        case .text(let text) where !text.isEmpty: text
        default: throw badType(place)
        }
    }

    func text(_ place: Int) throws(CommandError) -> String {
        guard let text = try optionalText(place) else { throw badType(place) }
        return text
    }

    /// Absent is the default, decimal digits in a text count as a number, as OpenSIPS has it.
    func expire(_ place: Int) throws(CommandError) -> ExpireRequest {
        switch value(place) {
        case nil: return .default
        case .integer(let seconds): return .seconds(seconds)
        case .text(let digits)
        where !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }:
            return .seconds(Int64(digits) ?? .max)
        default: throw badType(place)
        }
    }

    func params(_ place: Int) throws(CommandError) -> Params {
        switch value(place) {
        case nil: .none
        case .params(let params): params
        default: throw badType(place)
        }
    }

    /// A whole number, or a text that is one with or without a sign.
    func optionalInteger(_ place: Int) throws(CommandError) -> Int64? {
        switch value(place) {
        case nil: return nil
        case .integer(let number): return number
        case .text(let digits):
            guard let number = Int64(digits) else { throw badType(place) }
            return number
        default: throw badType(place)
        }
    }

    func texts(_ place: Int) throws(CommandError) -> [String] {
        guard let texts = try optionalTexts(place) else { throw badType(place) }
        return texts
    }

    func optionalTexts(_ place: Int) throws(CommandError) -> [String]? {
        switch value(place) {
        case nil: nil
        case .text(let text): [text]
        case .texts(let texts): texts
        default: throw badType(place)
        }
    }

    /// OpenSIPS's own words, which its clients may match.
    private func badType(_ place: Int) -> CommandError {
        let name = row.parameters[place].name
        return CommandError(
            .invalidParameter, "Bad type for parameter '\(name)'", parameter: name,
            fault: .wrongType)
    }
}
