import ArgumentParser
import WireFormats

/// `carillonctl show ID`
struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show everything about one subscription, or one event.")

    @Argument(
        help: ArgumentHelp("A subscription's id, or an event's name.", valueName: "id|event"),
        completion: EventNames.completion)
    var target: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let isID = target.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let path = (isID ? "/subscriptions/" : "/events/") + ServiceURL.escaped(target)
        let entity = try connection.service().get(path)
        if output.wantsJSON {
            Output.shared.json(entity)
        } else {
            Facts.print(Facts.flattened(entity))
        }
    }
}
