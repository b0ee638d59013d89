/// A command as the management interface knows it: names, parameters, help, and how to make it.
public struct CommandRow: Sendable {
    /// The canonical name of OpenSIPS 4, `evi:subscribe`: the one `which` prints.
    public let name: String
    /// Its older names.
    public let aliases: [String]
    /// The module that exports it.
    public let module: String
    /// What it does, one or two sentences.
    public let help: String
    /// Its parameters in positional order; optional ones last.
    public let parameters: [CommandParameter]

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
    /// Every command of the management interface, in the order in which `which` prints them.
    public static let table: [CommandRow] = [
        row(
            "evi:subscribe", ["event_subscribe", "evi:event_subscribe"], "evi",
            "Subscribes a socket to an event for expire seconds (3600 if left out), or renews it; "
                + "expire 0 unsubscribes.",
            [text("event"), text("socket"), optional("expire", .integer)]
        ) {
            a throws(CommandError) in
            .subscribe(
                SubscribeCommand(
                    event: try a.text(0), socket: try a.text(1), expire: try a.expire(2),
                    createsEvent: false))
        },
        row(
            "evi:list", ["events_list", "evi:events_list"], "evi",
            "Lists the events that can be subscribed to.", []
        ) { _ throws(CommandError) in
            .listEvents(ListEventsCommand(limit: .max))
        },
        row(
            "evi:subscribers", ["subscribers_list", "evi:subscribers_list"], "evi",
            "Lists the subscribers of all events, of one event, or one subscriber of one event.",
            [optional("event", .text), optional("socket", .text)]
        ) { a throws(CommandError) in
            .listSubscribers(
                ListSubscribersCommand(
                    event: try a.optionalText(0), socket: try a.optionalText(1), limit: .max,
                    requiresEvent: true))
        },
        row(
            "evi:raise", ["raise_event", "evi:raise_event"], "evi",
            "Raises an event; params is an array of values, or an object (or text that holds one).",
            [text("event"), optional("params", .params)]
        ) { a throws(CommandError) in
            .raise(
                RaiseCommand(
                    event: try a.text(0), params: try a.params(1), createsEvent: false))
        },
        row("core:which", ["which"], "core", "Lists the names of all commands.", []) {
            _ throws(CommandError) in .which
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
            [CommandParameter(name: "statistics", kind: .texts, isRequired: true)]
        ) {
            a throws(CommandError) in .statistics(StatisticsCommand(names: try a.texts(0)))
        },
        row("core:version", ["version"], "core", "Prints the program's name and version.", []) {
            _ throws(CommandError) in .version
        },
        row("core:uptime", ["uptime"], "core", "Prints when the program started and its age.", []) {
            _ throws(CommandError) in .uptime
        },
    ]

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
        _ parameters: [CommandParameter],
        make: @escaping @Sendable (Arguments) throws(CommandError) -> Command
    ) -> CommandRow {
        CommandRow(
            name: name, aliases: aliases, module: module, help: help, parameters: parameters,
            make: make)
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

    func texts(_ place: Int) throws(CommandError) -> [String] {
        switch value(place) {
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
