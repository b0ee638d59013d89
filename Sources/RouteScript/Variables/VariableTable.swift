/// A class of variables: a row of the table.
struct VariableRow: Sendable {
    /// What stands behind `$`.
    let name: String
    /// What stands in the parentheses.
    let inner: Inner
    /// Whether it may be assigned to.
    let isWritable: Bool
    /// Whether it may have an index.
    let isIndexed: Bool
    /// What it is, in a few words: errors and the README have them.
    let help: String

    /// What stands in the parentheses behind the name.
    enum Inner: Sendable {
        /// There are none.
        case none
        /// A name, or whatever it is.
        case required
    }

    fileprivate init(
        _ name: String, _ help: String, _ inner: Inner = .none, writable: Bool = false,
        indexed: Bool = false
    ) {
        self.name = name
        self.inner = inner
        isWritable = writable
        isIndexed = indexed
        self.help = help
    }
}

/// All variables that there are.
enum VariableTable {
    static let rows: [VariableRow] = [
        VariableRow("avp", "a stack of values", .required, writable: true, indexed: true),
        VariableRow("var", "a value of this run", .required, writable: true),
        VariableRow("shv", "a value shared by all routes", .required, writable: true),
        VariableRow("param", "a parameter of the event or of the route", .required),
        VariableRow("stat", "a statistic", .required),
        VariableRow("env", "a variable of the environment", .required),
        VariableRow("time", "the local time, formatted as by strftime", .required),
        VariableRow("Ts", "seconds since 1970"),
        VariableRow("Tsm", "microseconds of the current second"),
        VariableRow("Tf", "the local time in words"),
        VariableRow("rc", "the last return code"),
        VariableRow("retcode", "the last return code"),
        VariableRow("cfg_line", "this line of the script"),
        VariableRow("cfg_file", "this file of the script"),
        VariableRow("route", "the name of the route that runs"),
        VariableRow("route.name", "the name of the route that runs"),
        VariableRow("route.type", "the kind of the route that runs"),
        VariableRow("RANDOM", "a random number"),

        VariableRow("ru", "the URI of a SIP request"),
        VariableRow("rU", "its user"),
        VariableRow("rd", "its host"),
        VariableRow("rp", "its port"),
        VariableRow("rP", "its transport"),
        VariableRow("rm", "the method"),
        VariableRow("rs", "the status of a SIP reply"),
        VariableRow("rr", "its reason phrase"),
        VariableRow("fu", "the URI of From"),
        VariableRow("fU", "its user"),
        VariableRow("fd", "its host"),
        VariableRow("fn", "the display name of From"),
        VariableRow("ft", "the tag of From"),
        VariableRow("tu", "the URI of To"),
        VariableRow("tU", "its user"),
        VariableRow("td", "its host"),
        VariableRow("tn", "the display name of To"),
        VariableRow("tt", "the tag of To"),
        VariableRow("ci", "Call-ID"),
        VariableRow("cs", "the number of CSeq"),
        VariableRow("ua", "User-Agent"),
        VariableRow("ct", "Contact", indexed: true),
        VariableRow("cl", "Content-Length"),
        VariableRow("cT", "Content-Type"),
        VariableRow("hdr", "a header field", .required, indexed: true),
        VariableRow("hdrcnt", "how often a header field is there", .required),
        VariableRow("rb", "the body"),
        VariableRow("mb", "the whole message"),
        VariableRow("ml", "its length in bytes"),
        VariableRow("si", "the address it came from"),
        VariableRow("sp", "the port it came from"),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: rows.map { ($0.name, $0) })

    static func row(_ name: String) -> VariableRow? { byName[name] }

    /// Whether a name means nothing without parentheses: `$var`.
    static func needsInner(_ name: String) -> Bool {
        if case .required? = byName[name]?.inner { true } else { false }
    }

    /// Variables without a name in parentheses that are no part of a SIP message.
    static let plain: [String: PlainVariable] = [
        "rc": .returnCode, "retcode": .returnCode, "Ts": .seconds, "Tsm": .microseconds,
        "Tf": .timeText, "cfg_line": .line, "cfg_file": .file, "route": .routeName,
        "route.name": .routeName, "route.type": .routeType, "RANDOM": .random,
    ]
}
