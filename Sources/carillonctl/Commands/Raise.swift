import ArgumentParser
import WireFormats

/// `carillonctl raise EVENT …`
struct Raise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an event happen once.",
        discussion: """
            Params are key=value: numbers and true or false become such, everything else is text. key:=JSON gives the \
            exact type (port:='"5060"'); a value without key= is a bare one; all have a key or none has. --json takes \
            them as a JSON object or array; - alone, or as its text, reads that from standard input.

              carillonctl raise E_PIKE_BLOCKED ip=192.0.2.7
              carillonctl raise E_DOOR front 42
              carillonctl raise E_DOOR --json '{"who": "front", "floor": 3}'
              echo '{"who": "lab"}' | carillonctl raise E_DOOR -
            """)

    @Argument(help: "The event's name.", completion: EventNames.completion)
    var event: String

    @Argument(help: ArgumentHelp("The occurrence's params.", valueName: "key=value|value|-"))
    var params: [String] = []

    @Option(help: ArgumentHelp("The params as a JSON object or array.", valueName: "text"))
    var json: String?

    @Option(
        help: ArgumentHelp(
            "Raise at most once under this key within a day: trying again answers what the first try did.",
            valueName: "key"))
    var idempotencyKey: String?

    @OptionGroup var format: FormatOptions
    @OptionGroup var connection: ConnectionOptions

    /// The service takes 256 KB.
    private static let inputBytesMax = 1_048_576

    func validate() throws {
        if json != nil && !params.isEmpty {
            throw ValidationError("--json and key=value contradict each other.")
        }
        if let idempotencyKey {
            guard 1...255 ~= idempotencyKey.utf8.count,
                idempotencyKey.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw ValidationError("--idempotency-key is 1 to 255 visible ASCII characters.")
            }
        }
    }

    func run() throws {
        var body: [(String, JSON)] = []
        if let params = try paramsTree() { body = [("params", params)] }
        let service = try connection.service()
        if let idempotencyKey { service.client.add(field: "Idempotency-Key", idempotencyKey) }
        let occurrence =
            try service
            .send("POST", "/events/\(ServiceURL.escaped(event))/raise", .object(body)).body
        if format.output == .json {
            Output.shared.json(occurrence)
            return
        }
        let matched = occurrence["matched"]?.integerValue ?? 0
        Output.shared.line(
            Printable.text("\(occurrence["id"]?.stringValue ?? "") matched=\(matched)"))
        if matched == 0 { Output.talk("Nobody is subscribed to \(event).") }
    }

    /// The params as they were given; nil for none.
    private func paramsTree() throws(Failure) -> JSON? {
        if json == "-" || params == ["-"] {
            return try TypedArgument.exact(try InputFile.text("-", bytesMax: Self.inputBytesMax))
        }
        if let json { return try TypedArgument.exact(json) }
        // Apart, for `nil` beside a value of JSON would be its null.
        guard !params.isEmpty else { return nil }
        return try TypedArgument.params(params)
    }
}
