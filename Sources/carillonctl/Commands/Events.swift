import ArgumentParser
import WireFormats

/// `carillonctl events`
struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the events there are, in the order of their ids.")

    @Flag(help: "Only events that somebody is subscribed to.")
    var subscribed = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let table = Table(
            [
                .init(title: "ID", isRight: true), .init(title: "EVENT"),
                .init(title: "SUBSCRIBERS", isRight: true), .init(title: "RAISED", isRight: true),
                .init(title: "MODULE", cut: .atEnd),
                .init(title: "PARAMS", cut: .atEnd, isLeftOutBelow: 16),
            ], width: Output.shared.width)
        var printer = ListPrinter(table: table, row: Self.cells, wantsJSON: output.wantsJSON)
        try connection.service().list("/events", member: "events", query: []) {
            page throws(Failure) in
            printer.add(
                subscribed ? page.filter { ($0["subscribers"]?.integerValue ?? 0) > 0 } : page)
        }
        printer.finish(ifNone: "No events.")
    }

    private static func cells(_ event: JSON) -> [String] {
        var params: [String] = []
        if case .array(let names)? = event["params"] { params = names.compactMap(\.stringValue) }
        return [
            String(event["id"]?.integerValue ?? 0), event["name"]?.stringValue ?? "",
            String(event["subscribers"]?.integerValue ?? 0),
            String(event["occurrences"]?.integerValue ?? 0),
            event["module"]?.stringValue ?? "dynamic", params.joined(separator: " "),
        ]
    }
}

/// Names of events for shell completion: asked from the service while the user types.
enum EventNames {
    /// Those of the service that the environment names; nothing where it does not answer.
    static let completion = CompletionKind.custom { _, _, prefix in
        var names: [String] = []
        let options = try? ConnectionOptions.parse(["--timeout", "1"])
        try? options?.service().list("/events", member: "events", query: []) {
            page throws(Failure) in
            names += page.compactMap { $0["name"]?.stringValue }
            return true
        }
        return names.filter { $0.hasPrefix(prefix) }
    }
}
