import ArgumentParser
import WireFormats

/// `carillonctl subscribe EVENT SOCKET [EXPIRE]`
struct Subscribe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Subscribe a socket to an event, or renew it.",
        discussion: """
            Subscribing again renews: the lifetime and the socket's options are replaced. Sockets are udp:HOST:PORT, \
            unix:/PATH, unix:@NAME, http://… and https://…

              carillonctl subscribe E_PIKE_BLOCKED udp:127.0.0.1:8888 1200
              carillonctl subscribe E_PIKE_BLOCKED http://127.0.0.1:9000/rpc --permanent
            """)

    @Argument(help: "The event's name.", completion: EventNames.completion)
    var event: String

    @Argument(help: "Where to send notifications.")
    var socket: String

    @Argument(help: "Lifetime in seconds; 0 unsubscribes. (default: the service's, an hour)")
    var expire: Int64?

    @Flag(help: "Never expire.")
    var permanent = false

    @Option(help: ArgumentHelp("The payload of datagrams: json or lines.", valueName: "format"))
    var format: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if permanent && expire != nil {
            throw ValidationError("EXPIRE and --permanent contradict each other.")
        }
    }

    func run() throws {
        var members: [(String, JSON)] = [("event", .string(event)), ("socket", .string(socket))]
        if let expire { members.append(("expire", .integer(expire))) }
        if permanent { members.append(("permanent", true)) }
        if let format { members.append(("format", .string(format))) }
        let (status, subscription) = try connection.service()
            .send("POST", "/subscriptions", .object(members))
        guard status != 204 else {
            Output.talk("Unsubscribed \(socket) from \(event).")
            return
        }
        if output.wantsJSON {
            Output.shared.json(subscription)
        } else {
            Output.talk(status == 201 ? "Subscribed." : "Renewed.")
            SubscriptionRows.print([subscription])
        }
    }
}
