/// How a command ended, for scripts. `check` has its own: see `MonitoringState`.
enum ExitStatus: Int32 {
    /// Done.
    case done = 0
    /// The service refused, or something here failed.
    case failed = 1
    /// The command line is wrong: nothing was sent.
    case usage = 2
    /// The service cannot be reached, or did not answer in time.
    case unreachable = 3
    /// There is no such event, subscription or command.
    case notFound = 4
    /// The service wants to know who you are, or you may not do this.
    case forbidden = 5

    /// The table for `--help` and the manual.
    static let help = """
        Exit status: 0 done; 1 the service refused, or something failed; 2 the command line is wrong; 3 the service \
        cannot be reached; 4 no such event, subscription or command; 5 not allowed. `check` exits as monitoring \
        plugins do: 0 ok, 1 warning, 2 critical, 3 unknown.
        """
}

/// What went wrong, for a person: what happened, where, and what to do next.
struct Failure: Error, CustomStringConvertible {
    let status: ExitStatus
    let message: String
    /// Each place of a request that the service does not accept.
    var places: [String] = []
    /// What to try next.
    var advice: String?

    init(_ status: ExitStatus, _ message: String, places: [String] = [], advice: String? = nil) {
        self.status = status
        self.message = message
        self.places = places
        self.advice = advice
    }

    /// The message, the places indented, the advice.
    var description: String {
        let lines = [message] + places.map { "  " + $0 } + (advice.map { [$0] } ?? [])
        return lines.map(Printable.text).joined(separator: "\n")
    }
}
