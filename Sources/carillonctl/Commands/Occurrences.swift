import ArgumentParser
import WireFormats

/// `carillonctl occurrences`
struct Occurrences: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List what was raised, newest first, and how its deliveries stand.")

    @Option(help: "Only those of this event, or of events like it: E_UL_*.")
    var event: String?

    @Option(
        help: ArgumentHelp(
            "Only those in this state: pending, delivered, failed.", valueName: "state"))
    var state: String?

    @Option(
        help: ArgumentHelp("Only those since then: 2026-11-21T09:00:00Z.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Stop after so many.", valueName: "n"))
    var limit = 20

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit \(limit): expected at least 1.") }
    }

    func run() throws {
        let table = Table(
            [
                .init(title: "ID"), .init(title: "TIME"), .init(title: "EVENT", cut: .atEnd),
                .init(title: "STATE"), .init(title: "MATCHED", isRight: true),
                .init(title: "LOST", isRight: true),
                .init(title: "PARAMS", cut: .atEnd, isLeftOutBelow: 12),
            ], width: Output.shared.width)
        let filters = [("event", event), ("state", state), ("since", since)]
        var printer = ListPrinter(
            table: table, row: Self.cells, wantsJSON: output.wantsJSON, limit: limit)
        try connection.service().list(
            "/occurrences", member: "occurrences",
            query: filters.compactMap { name, value in value.map { (name, $0) } }
        ) { page throws(Failure) in printer.add(page) }
        printer.finish(ifNone: "No occurrences.")
    }

    private static func cells(_ occurrence: JSON) -> [String] {
        [
            occurrence["id"]?.stringValue ?? "",
            LocalTime.text(of: occurrence["time"]?.stringValue),
            occurrence["event"]?.stringValue ?? "", occurrence["state"]?.stringValue ?? "",
            String(occurrence["matched"]?.integerValue ?? 0),
            String(
                ["failed", "dropped"].reduce(0) { $0 + (occurrence[$1]?.integerValue ?? 0) }),
            ParamsText.line(occurrence["params"]),
        ]
    }
}
