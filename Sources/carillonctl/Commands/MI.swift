import ArgumentParser
import WireFormats

/// `carillonctl mi COMMAND [ARGS]`
struct MI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mi",
        abstract: "Call a command of the management interface over HTTP.",
        discussion: """
            Arguments are taken in order, as text; name=value names them, and name:=JSON or :=JSON gives an exact type.

              carillonctl mi event_subscribe E_PIKE_BLOCKED udp:127.0.0.1:8888 1200
              carillonctl mi subscribers_list event=E_PIKE_BLOCKED
              carillonctl mi raise_event E_PIKE_BLOCKED '{"ip": "192.0.2.7"}'
              carillonctl mi get_statistics all
              carillonctl mi which
            """)

    @Argument(help: "The command; `which` lists them.", completion: ManagementCommands.completion)
    var command: String

    @Argument(help: ArgumentHelp("Its arguments.", valueName: "argument"))
    var arguments: [String] = []

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let request = ManagementCall.request(command, try MIParameters.read(arguments), id: 1)
        let response = try connection.service().send("POST", "/mi", request).body
        MIResultPrinter.print(try ManagementCall.result(of: response), wantsJSON: output.wantsJSON)
    }
}

/// Arguments of the command line as JSON-RPC parameters.
enum MIParameters {
    /// An object where all are named, an array where none is; nil for none.
    static func read(_ arguments: [String]) throws(Failure) -> JSON? {
        guard !arguments.isEmpty else { return nil }
        var named: [(String, JSON)] = []
        var positional: [JSON] = []
        for text in arguments {
            if text.hasPrefix(":=") {
                positional.append(try TypedArgument.exact(String(text.dropFirst(2))))
            } else if isNamed(text), let pair = try TypedArgument.pair(text) {
                named.append((pair.name, pair.value))
            } else {
                positional.append(.string(text))
            }
        }
        guard named.isEmpty || positional.isEmpty else {
            throw Failure(
                .usage, "Either all arguments have a name (name=value) or none has.",
                advice: "A text with = in it is given in JSON: ':=\"a=b\"'")
        }
        return named.isEmpty ? .array(positional) : .object(named)
    }

    /// Whether a parameter's name stands before the `=`: letters and `_`, unlike in `udp:host:1#format=lines`.
    private static func isNamed(_ text: String) -> Bool {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
        var name = text.utf8[..<equals]
        if name.last == UInt8(ascii: ":") { name = name.dropLast() }
        return !name.isEmpty
            && name.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || $0 == UInt8(ascii: "_") }
    }
}

/// Names of management commands for shell completion: asked from the service while the user types.
enum ManagementCommands {
    /// Those of the service that the environment names; nothing where it does not answer.
    static let completion = CompletionKind.custom { _, _, prefix in
        let options = try? ConnectionOptions.parse(["--timeout", "1"])
        let request = ManagementCall.request("which", nil, id: 1)
        let response = try? options?.service().send("POST", "/mi", request).body
        guard case .array(let names)? = response?["result"] else { return [] }
        return names.compactMap(\.stringValue).filter { $0.hasPrefix(prefix) }
    }
}

/// What a management command answered.
enum MIResultPrinter {
    /// A text as it is, anything else as JSON.
    static func print(_ result: JSON, wantsJSON: Bool) {
        if !wantsJSON, let text = result.stringValue {
            Output.shared.line(Printable.text(text))
        } else {
            Output.shared.json(result)
        }
    }
}
