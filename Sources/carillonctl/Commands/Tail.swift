import ArgumentParser
import Net
import WireFormats

/// `carillonctl tail`
struct Tail: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print what is raised as it is raised, until Ctrl-C.",
        discussion: """
            Reads the live stream and subscribes nobody. A connection that is lost is made again, and goes on behind the \
            occurrence that was printed last; what the service does not remember any more is told.

              carillonctl tail --event 'E_UL_*'
              carillonctl tail --json | jq .params
            """)

    @Option(
        help: ArgumentHelp("Only this event, or events like it.", valueName: "glob"),
        completion: EventNames.completion)
    var event: String?

    @Option(help: ArgumentHelp("Begin behind this occurrence.", valueName: "id"))
    var after: String?

    @Option(help: ArgumentHelp("End after so many occurrences.", valueName: "n"))
    var count: Int?

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let count, count < 1 { throw ValidationError("--count \(count): expected at least 1.") }
        // It travels in a header.
        if let after, !after.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw ValidationError("--after \(after): no occurrence has such an id.")
        }
    }

    func run() throws {
        let interruption = try Interruption()
        var printer = OccurrencePrinter(
            wantsJSON: output.wantsJSON, left: count ?? .max, lastID: after)
        var pause = Pause()
        var hasBegun = false
        while true {
            do throws(Failure) {
                guard try read(interruption, &printer, &hasBegun, &pause) else { return }
                Output.talk("The service has ended the stream; calling it again.")
            } catch {
                guard hasBegun, error.status == .unreachable else { throw error }
                Output.talk("\(error.message) Calling it again.")
            }
            let milliseconds = pause.next()
            if !Poll.readable([interruption.descriptor], milliseconds: milliseconds).isEmpty {
                return
            }
        }
    }

    /// Reads one connection to its end; whether another one is to be made. `hasBegun`: any has been answered.
    private func read(
        _ interruption: Interruption, _ printer: inout OccurrencePrinter, _ hasBegun: inout Bool,
        _ pause: inout Pause
    ) throws(Failure) -> Bool {
        var path = "/events/stream"
        if let event { path += "?event=" + ServiceURL.escaped(event) }
        var fields = ["Accept: application/x-ndjson"]
        if let id = printer.lastID { fields.append("Last-Event-ID: " + id) }
        let service = try connection.service()
        let stream = try ResponseStream(service.client, path, fields: fields)
        printer.startAgain()
        while true {
            switch try stream.next(until: interruption.descriptor) {
            case .part(let bytes):
                if !hasBegun { Output.talk("Reading; Ctrl-C ends it.") }
                hasBegun = true
                pause = Pause()
                guard try printer.take(bytes) else { return false }
            case .ended: return true
            case .interrupted: return false
            // Starting, stopping, or too many readers: it may be otherwise soon.
            case .refused(let response) where hasBegun && response.status == 503: return true
            case .refused(let response): throw service.refusal(response)
            }
        }
    }

    /// How long to wait before the next try: longer each time, up to ten seconds.
    private struct Pause {
        private var milliseconds = 250

        mutating func next() -> Int {
            defer { milliseconds = min(milliseconds * 2, 10_000) }
            return milliseconds
        }
    }
}
