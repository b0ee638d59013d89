import ArgumentParser
import WireFormats

/// `carillonctl route run NAME …`
struct RouteRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a route of the script, and print what it did.",
        discussion: """
            The route's name is what stands in its brackets; a route without any is called by its kind. key=value gives \
            $var(key) a value, --param what $param(key) and fetch_event_params find, --sip a SIP message, from a file \
            or, with -, from standard input. What the route logged goes to standard output.

              carillonctl route run TCP_LOAD_CHECK limit=80
              carillonctl route run E_PIKE_BLOCKED --param ip=192.0.2.7
              carillonctl route run route --sip invite.txt
            """)

    @Argument(help: "The route's name.")
    var name: String

    @Argument(help: ArgumentHelp("Values of the script's variables.", valueName: "key=value"))
    var variables: [String] = []

    @Option(help: "The route's kind, where several have the name: event_route, onreply_route, …")
    var kind: String?

    @Option(
        name: .customLong("param"),
        help: ArgumentHelp("A param of the event, or a bare value.", valueName: "key=value"))
    var params: [String] = []

    @Option(
        help: ArgumentHelp("A file with a SIP message, or -.", valueName: "file"),
        completion: .file())
    var sip: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    /// The service takes 256 KB.
    private static let messageBytesMax = 1_048_576

    func run() throws {
        var body: [(String, JSON)] = []
        if let kind { body.append(("kind", .string(kind))) }
        if !variables.isEmpty { body.append(("variables", .object(try pairs(variables)))) }
        if !params.isEmpty { body.append(("params", try TypedArgument.params(params))) }
        if let sip {
            body.append(("sip", .string(try InputFile.text(sip, bytesMax: Self.messageBytesMax))))
        }
        let run = try connection.service()
            .send("POST", "/routes/\(ServiceURL.escaped(name))/run", .object(body)).body
        if output.wantsJSON {
            Output.shared.json(run)
        } else {
            print(run)
        }
        if run["outcome"] == "aborted" {
            throw Failure(
                .failed, "The run was ended: \(run["message"]?.stringValue ?? "no reason given")")
        }
    }

    private func pairs(_ texts: [String]) throws(Failure) -> [(String, JSON)] {
        var pairs: [(String, JSON)] = []
        for text in texts {
            guard let pair = try TypedArgument.pair(text) else {
                throw Failure(.usage, "'\(text)': expected key=value.")
            }
            pairs.append(pair)
        }
        return pairs
    }

    private func print(_ run: JSON) {
        for line in run.entries("logged") {
            Output.shared.line(
                Printable.text(
                    "\(line["level"]?.stringValue ?? ""): \(line["text"]?.stringValue ?? "")"))
        }
        for raised in run.entries("raised") {
            let matched = raised["matched"]?.integerValue ?? 0
            Output.shared.line(
                Printable.text("raised \(raised["event"]?.stringValue ?? "") matched=\(matched)"))
        }
        for made in run.entries("subscribed") {
            Output.shared.line(
                Printable.text(
                    "subscribed \(made["socket"]?.stringValue ?? "") to \(made["event"]?.stringValue ?? "")"
                ))
        }
        if let code = run["return_code"]?.integerValue {
            Output.shared.line("\(run["end"]?.stringValue ?? "end") return_code=\(code)")
        }
    }
}
