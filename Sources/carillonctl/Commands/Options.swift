import ArgumentParser
import Glibc

/// Where the service is and how to talk to it; every command that does has these.
struct ConnectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The service: http://HOST:PORT, https://HOST, or unix:/PATH. Also CARILLON_URL. (default: \(ServiceURL.standard))",
            valueName: "url"))
    var url: String?

    @Option(help: ArgumentHelp("Seconds to wait for an answer.", valueName: "seconds"))
    var timeout = 10.0

    @Option(
        help: ArgumentHelp(
            "A PEM file with the authority that signed the service's certificate. (default: the system's)",
            valueName: "path"),
        completion: .file())
    var caFile: String?

    func validate() throws {
        guard timeout.isFinite, (0.01...86_400).contains(timeout) else {
            throw ValidationError("--timeout \(timeout): expected seconds from 0.01 to 86400.")
        }
    }

    /// The service they mean. The token comes from CARILLON_TOKEN alone: a flag could be read in the process list.
    func service() throws(Failure) -> Service {
        let place = url ?? Environment.value("CARILLON_URL") ?? ServiceURL.standard
        var settings = HTTPClient.Settings(url: try ServiceURL(parsing: place))
        settings.timeoutMilliseconds = Int(timeout * 1_000)
        settings.authorityFile = caFile
        if let token = Environment.value("CARILLON_TOKEN") {
            // RFC 6750 §2.1: a token is visible ASCII; a line end in it would be another header.
            guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Failure(.usage, "CARILLON_TOKEN has a character that no token has.")
            }
            settings.token = token
        }
        return try Service(settings)
    }
}

/// How the answer is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

/// `--output`, for every command.
struct FormatOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Print text for people or json for programs.", valueName: "text|json"))
    var output = OutputFormat.text
}

/// `--output` and its short form `--json`.
struct OutputOptions: ParsableArguments {
    @OptionGroup var format: FormatOptions

    @Flag(help: "Print JSON: the same as --output json.")
    var json = false

    /// Whether JSON is wanted.
    var wantsJSON: Bool { json || format.output == .json }
}
