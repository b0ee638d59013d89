import ArgumentParser
import WireFormats

/// `carillonctl occurrence ID`
struct ShowOccurrence: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "occurrence",
        abstract: "Show the receipt of one raise: each delivery and each attempt.",
        discussion: """
            `raise` prints the id, and so do `occurrences` and `tail`. The service remembers the last 10,000 occurrences \
            unless its settings say otherwise.
            """)

    @Argument(help: ArgumentHelp("The occurrence's id.", valueName: "id"))
    var id: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let receipt = try connection.service().get("/occurrences/" + ServiceURL.escaped(id))
        if output.wantsJSON {
            Output.shared.json(receipt)
        } else {
            ReceiptPrinter.print(receipt)
        }
    }
}
