import ArgumentParser
import WireFormats

/// `carillonctl unsubscribe EVENT SOCKET | ID`
struct Unsubscribe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End a subscription, by event and socket or by its id.",
        discussion: """
            By event and socket it succeeds whether or not there was one; an id that is not there is an error. Once it \
            is answered, no delivery starts any more.

              carillonctl unsubscribe E_PIKE_BLOCKED udp:127.0.0.1:8888
              carillonctl unsubscribe 17
            """,
        aliases: ["rm"])

    @Argument(
        help: ArgumentHelp("The event's name, or the id of a subscription.", valueName: "event|id"))
    var target: String

    @Argument(help: "The subscriber's socket; left out with an id.")
    var socket: String?

    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let service = try connection.service()
        if let socket {
            try service.send(
                "POST", "/subscriptions",
                ["event": .string(target), "socket": .string(socket), "expire": 0])
        } else {
            guard target.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw Failure(
                    .usage, "'\(target)' is no subscription's id.",
                    advice: "Name the socket too: carillonctl unsubscribe \(target) SOCKET")
            }
            try service.send("DELETE", "/subscriptions/" + ServiceURL.escaped(target))
        }
        Output.talk("Unsubscribed.")
    }
}
