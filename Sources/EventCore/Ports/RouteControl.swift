/// The script beside the core, as commands see it: which routes it has, and running one. The server implements it;
/// without one there are none.
public protocol RouteControl: AnyObject, Sendable {
    /// The routes of the script, in the order of its source. Any thread; never blocks.
    var routes: [RouteView] { get }

    /// Runs a route and answers once, on any thread, when it has ended: `.routeRun`, or `routeNotFound`,
    /// `invalidMessage`, `serviceUnavailable` where nothing was run. Returns at once.
    func run(_ command: RunRouteCommand, at now: Moment, _ answer: @escaping CommandContinuation)
}

/// One route of the script.
public struct RouteView: Sendable, Equatable {
    /// One of `kinds`.
    public let kind: String
    /// What stands in the brackets; where nothing does, the kind again.
    public let name: String
    /// `timer_route` only: seconds between two runs.
    public let seconds: Int64?
    /// Where it begins: `file:line:column`.
    public let position: String
    /// Runs that ended by themselves since this script was loaded.
    public let runs: UInt64
    /// Runs that a limit or an error ended.
    public let aborted: UInt64

    /// The kinds there are, in the order in which a name alone is looked up.
    public static let kinds = [
        "route", "startup_route", "timer_route", "event_route", "onreply_route", "local_route",
        "error_route",
    ]

    /// A route.
    public init(
        kind: String, name: String, seconds: Int64?, position: String, runs: UInt64, aborted: UInt64
    ) {
        self.kind = kind
        self.name = name
        self.seconds = seconds
        self.position = position
        self.runs = runs
        self.aborted = aborted
    }
}

/// What one run did.
public struct RouteRunView: Sendable, Equatable {
    /// How a run came to its end.
    public enum End: Sendable, Equatable {
        /// By itself: `end`, `exit` or `drop`, and the return code.
        case finished(String, code: Int64)
        /// By a limit or an error: its name, and a sentence with the place in the script.
        case aborted(String, message: String)
    }

    /// A line that it logged.
    public struct Line: Sendable, Equatable {
        /// `alert` to `debug`, as OpenSIPS calls them.
        public let level: String
        /// The text, without the line feed at its end.
        public let text: String

        /// A line.
        public init(level: String, text: String) {
            self.level = level
            self.text = text
        }
    }

    /// A subscription that it made or renewed.
    public struct Subscribed: Sendable, Equatable {
        /// The event's name.
        public let event: String
        /// The socket, without secrets.
        public let socket: String
        /// Seconds; nil = for ever.
        public let expire: Int64?

        /// A subscription.
        public init(event: String, socket: String, expire: Int64?) {
            self.event = event
            self.socket = socket
            self.expire = expire
        }
    }

    /// Which route.
    public var kind: String
    /// Its name, see `RouteView.name`.
    public var name: String
    /// How it ended.
    public var end: End
    /// Steps that it took; 0 where it was aborted.
    public var steps: Int
    /// What it logged, at most `linesMax`, whatever the log level.
    public var lines: [Line] = []
    /// What it raised, at most `linesMax`.
    public var raised: [RaiseReceipt] = []
    /// What it subscribed, at most `linesMax`.
    public var subscribed: [Subscribed] = []

    /// Most entries of each list; the rest is left out.
    public static let linesMax = 100

    /// A run with nothing in its lists.
    public init(kind: String, name: String, end: End, steps: Int) {
        self.kind = kind
        self.name = name
        self.end = end
        self.steps = steps
    }
}
