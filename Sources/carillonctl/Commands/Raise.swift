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

    @OptionGroup var format: FormatOptions
    @OptionGroup var connection: ConnectionOptions

    /// The service takes 256 KB.
    private static let inputBytesMax = 1_048_576

    func validate() throws {
        if json != nil && !params.isEmpty {
            throw ValidationError("--json and key=value contradict each other.")
        }
    }

    func run() throws {
        var body: [(String, JSON)] = []
        if let params = try paramsTree() { body = [("params", params)] }
        let occurrence = try connection.service()
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
            let bytes = try StandardInput.read(bytesMax: Self.inputBytesMax)
            return try TypedArgument.exact(String(decoding: bytes, as: UTF8.self))
        }
        if let json { return try TypedArgument.exact(json) }
        guard !params.isEmpty else { return nil }
        var named: [(String, JSON)] = []
        var bare: [JSON] = []
        for text in params {
            if let pair = try TypedArgument.pair(text) {
                named.append(pair)
            } else {
                bare.append(TypedArgument.guessed(text))
            }
        }
        guard named.isEmpty || bare.isEmpty else {
            throw Failure(
                .usage, "Either all params have a name (key=value) or none has.",
                advice: "A bare value with = in it is given in JSON: --json '[\"a=b\"]'")
        }
        return named.isEmpty ? .array(bare) : .object(named)
    }
}
