import ArgumentParser
import WireFormats

/// `carillonctl subscribers`
struct Subscribers: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List subscriptions, newest first, with what became of their deliveries.",
        aliases: ["ls"])

    @Option(help: "Only those of this event.", completion: EventNames.completion)
    var event: String?

    @Option(help: "Only those of this socket; its options make no difference.")
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "Only those reached by this transport: datagram, http.", valueName: "transport"))
    var transport: String?

    @Option(help: ArgumentHelp("Stop after so many.", valueName: "n"))
    var limit: Int?

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit \(limit): expected at least 1.") }
    }

    func run() throws {
        let filters = [("event", event), ("socket", socket), ("transport", transport)]
        var printer = ListPrinter(
            table: SubscriptionRows.table, row: SubscriptionRows.cells, wantsJSON: output.wantsJSON,
            limit: limit)
        try connection.service().list(
            "/subscribers", member: "subscribers",
            query: filters.compactMap { name, value in value.map { (name, $0) } }
        ) { page throws(Failure) in printer.add(page) }
        printer.finish(ifNone: "No subscriptions.")
    }
}
