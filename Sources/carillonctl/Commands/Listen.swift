import ArgumentParser
import Glibc
import Net
import WireFormats

/// `carillonctl listen [SOCKET…] EVENT…`
struct Listen: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Subscribe, print what arrives, unsubscribe on Ctrl-C.",
        discussion: """
            Binds each socket (udp:, unix:, http:, tcp:, with [HOST:]PORT or /PATH if it matters; udp: if none is \
            named), subscribes it to each event, renews before the subscription ends, also after the service was \
            away, and unsubscribes when it is stopped or --count notifications have come.

              carillonctl listen E_PIKE_BLOCKED E_DLG_STATE_CHANGED
              carillonctl listen --json udp:5050 http:9000 E_PIKE_BLOCKED | jq .params.ip
            """)

    @Argument(
        help: ArgumentHelp("Where to listen, and the events.", valueName: "socket|event"),
        completion: EventNames.completion)
    var words: [String] = []

    @Option(help: ArgumentHelp("End after so many notifications.", valueName: "n"))
    var count: Int?

    @Option(
        help: ArgumentHelp("Lifetime of the subscriptions, renewed in time.", valueName: "seconds"))
    var expire: Int64 = 120

    @Option(help: ArgumentHelp("The payload of datagrams: json or lines.", valueName: "format"))
    var format: String?

    @Option(
        help: ArgumentHelp(
            "The host by which the service reaches this one, if not the one bound to.",
            valueName: "host"))
    var advertise: String?

    @Flag(help: "Print payloads as they come, byte for byte.")
    var raw = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard words.contains(where: { !ListenSocket.isSocket($0) }) else {
            throw ValidationError("Name at least one event: carillonctl listen E_PIKE_BLOCKED")
        }
        if let count, count < 1 { throw ValidationError("--count \(count): expected at least 1.") }
        guard (5...31_536_000).contains(expire) else {
            throw ValidationError("--expire \(expire): expected 5 to 31536000 seconds.")
        }
    }

    func run() throws {
        let service = try connection.service()
        let interruption = try Interruption()
        let sockets = words.filter(ListenSocket.isSocket)
        var receivers: [any Receiver] = []
        for text in sockets.isEmpty ? ["udp:"] : sockets {
            receivers.append(
                try Receivers.make(try ListenSocket(parsing: text), advertised: advertise))
        }
        var lease = Lease(
            service: service, events: words.filter { !ListenSocket.isSocket($0) },
            sockets: receivers.map(\.socket), format: format, expireSeconds: expire)
        defer { lease.end() }
        try lease.begin()
        for receiver in receivers {
            Output.talk("Listening on \(receiver.socket); Ctrl-C ends it.")
        }
        receive(receivers, interruption, &lease)
    }

    private func receive(
        _ receivers: [any Receiver], _ interruption: Interruption, _ lease: inout Lease
    ) {
        var left = count ?? .max
        let printer = NotificationPrinter(style: raw ? .raw : output.wantsJSON ? .json : .text)
        while left > 0 && !Output.shared.isBroken {
            let watched = [interruption.descriptor] + receivers.flatMap(\.descriptors)
            let ready = Poll.readable(watched, milliseconds: lease.millisecondsToRenewal)
            if ready.contains(interruption.descriptor) { return }
            for receiver in receivers {
                for descriptor in receiver.descriptors where ready.contains(descriptor) {
                    for payload in receiver.receive(at: descriptor).prefix(left) {
                        printer.print(payload, from: receiver.socket)
                        left -= 1
                    }
                }
            }
            lease.renewIfDue()
        }
    }
}
