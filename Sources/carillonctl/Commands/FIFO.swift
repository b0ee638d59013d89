import ArgumentParser
import WireFormats

/// `carillonctl fifo COMMAND ARGS…`
struct FIFO: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fifo",
        abstract: "Call a command of the management interface through the command FIFO.",
        discussion: """
            For this machine only, and without the network: who may open the FIFO may command. --classic speaks the \
            lines of OpenSIPS 2 instead of JSON-RPC, as opensipsctl does.

              carillonctl fifo event_subscribe E_PIKE_BLOCKED udp:127.0.0.1:8888 1200
              carillonctl fifo --classic subscribers_list
              carillonctl fifo --fifo /tmp/opensips_fifo --reply-directory /tmp which
            """)

    @Argument(help: "The command; `which` lists them.", completion: ManagementCommands.completion)
    var command: String

    @Argument(
        help: ArgumentHelp("Its arguments, in order, or all as name=value.", valueName: "argument"))
    var arguments: [String] = []

    @Option(
        help: ArgumentHelp(
            "The command FIFO. Also CARILLON_FIFO. (default: $XDG_STATE_HOME/carillon/mi.fifo, or ~/.local/state/carillon/mi.fifo)",
            valueName: "path"),
        completion: .file())
    var fifo: String?

    @Option(
        help: ArgumentHelp(
            "Where the service looks for reply FIFOs. (default: beside the command FIFO)",
            valueName: "path"),
        completion: .directory)
    var replyDirectory: String?

    @Flag(help: "Speak the lines of OpenSIPS 2.")
    var classic = false

    @Option(help: ArgumentHelp("Seconds to wait for an answer.", valueName: "seconds"))
    var wait = 10

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...86_400).contains(wait) else {
            throw ValidationError("--wait \(wait): expected 1 to 86400 seconds.")
        }
    }

    func run() throws {
        let path = try fifo ?? Environment.value("CARILLON_FIFO") ?? Self.standardPath()
        let client = FIFOClient(
            path: path, replyDirectory: replyDirectory ?? Self.directory(of: path),
            timeoutMilliseconds: wait * 1_000)
        if classic {
            try runClassic(client)
        } else {
            try runJSON(client)
        }
    }

    private func runJSON(_ client: FIFOClient) throws(Failure) {
        let request = ManagementCall.request(command, try MIParameters.read(arguments), id: 1)
        let answer = try client.ask { reply in
            Array(":\(reply):\(IndentedJSON.line(request))\n".utf8)
        }
        guard let response = try? JSON(parsing: answer.span) else {
            throw Failure(
                .failed,
                "The answer is no JSON: " + String(decoding: answer.prefix(200), as: UTF8.self),
                advice:
                    "A service that speaks the lines of OpenSIPS 2 only is asked with --classic.")
        }
        MIResultPrinter.print(try ManagementCall.result(of: response), wantsJSON: output.wantsJSON)
    }

    private func runClassic(_ client: FIFOClient) throws(Failure) {
        let lines = classicLines()
        let answer = try client.ask { reply in Array(":\(command):\(reply)\n\(lines)\n".utf8) }
        var text = String(decoding: answer, as: UTF8.self)
        while text.hasSuffix("\n") { text.removeLast() }
        let parts = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let status = parts.first.map(String.init) ?? ""
        guard status.hasPrefix("200") else {
            throw Self.failure(status)
        }
        let body = parts.count > 1 ? String(parts[1]) : ""
        for line in (body.isEmpty ? status : body).split(separator: "\n") {
            let indent = line.prefix { $0 == "\t" }
            Output.shared.line(indent + Printable.text(String(line.dropFirst(indent.count))))
        }
    }

    private static func failure(_ status: String) -> Failure {
        if status.isEmpty { return Failure(.failed, "The answer is empty.") }
        // OpenSIPS 2 has no code of its own for a command that is not there.
        if status.hasPrefix("500"), status.hasSuffix("not available") {
            return Failure(
                .notFound, status, advice: "The commands there are: carillonctl fifo which")
        }
        return Failure(status.hasPrefix("404") ? .notFound : .failed, status)
    }

    /// A parameter a line; in quotes where blanks at its ends or a line feed would be lost.
    private func classicLines() -> String {
        var text = ""
        for argument in arguments {
            let isPlain =
                !argument.isEmpty && !argument.hasPrefix("\"") && !argument.contains("\n")
                && argument.first != " " && argument.last != " "
            text += isPlain ? argument : "\"" + argument.replacing("\"", with: "\\\"") + "\""
            text += "\n"
        }
        return text
    }

    /// Where carillond puts it when told nothing else.
    private static func standardPath() throws(Failure) -> String {
        if let base = Environment.value("XDG_STATE_HOME"), base.hasPrefix("/") {
            return base + "/carillon/mi.fifo"
        }
        guard let home = Environment.value("HOME") else {
            throw Failure(.usage, "Neither XDG_STATE_HOME nor HOME is set: say --fifo.")
        }
        return home + "/.local/state/carillon/mi.fifo"
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
