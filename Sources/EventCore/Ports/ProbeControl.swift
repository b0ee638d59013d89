/// What tests whether a subscriber can be reached, as commands see it. The server implements it; without one nothing is
/// tested.
public protocol ProbeControl: AnyObject, Sendable {
    /// Sends one marked message to the socket, beside the subscription's queue and breaker, and answers once, on any
    /// thread: `.probed`, or `serviceUnavailable` where too many tests are under way or the service stops. Returns at
    /// once.
    func probe(_ request: ProbeRequest, _ answer: @escaping CommandContinuation)
}

/// What is to be tested.
public struct ProbeRequest: Sendable {
    /// The subscription's id.
    public var subscription: UInt64
    /// Its event's name, which the message has.
    public var event: String
    /// Its canonical socket with options and secrets: it is read anew, so that the target policy in force judges it.
    public var socketText: String
    /// The same, secrets masked.
    public var shownSocket: String
    /// The name of its transport.
    public var transport: String
    /// How long it may take; 100 to 10,000.
    public var timeoutMilliseconds: Int

    /// A request.
    public init(
        subscription: UInt64, event: String, socketText: String, shownSocket: String,
        transport: String, timeoutMilliseconds: Int
    ) {
        self.subscription = subscription
        self.event = event
        self.socketText = socketText
        self.shownSocket = shownSocket
        self.transport = transport
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

/// What a test found.
public struct ProbeView: Sendable, Equatable {
    /// The subscription's id.
    public var subscription: UInt64
    /// The event that the message had.
    public var event: String
    /// What was tested, secrets masked: the subscription's socket, or a member of its group.
    public var socket: String
    /// The name of its transport.
    public var transport: String
    /// What it means.
    public var finding: ProbeFinding
    /// How long it took, microseconds.
    public var microseconds: Int64
    /// The attempt that was made; nil where none came about.
    public var attempt: AttemptView?
    /// The tests of the members, in their order; empty where it is no group.
    public var members: [ProbeView] = []

    /// A view without members.
    public init(
        subscription: UInt64, event: String, socket: String, transport: String,
        finding: ProbeFinding, microseconds: Int64, attempt: AttemptView? = nil
    ) {
        self.subscription = subscription
        self.event = event
        self.socket = socket
        self.transport = transport
        self.finding = finding
        self.microseconds = microseconds
        self.attempt = attempt
    }
}

/// What is the matter with a subscriber, and what helps.
public struct ProbeFinding: Sendable, Equatable {
    /// How bad it is. The raw value is its name in JSON.
    public enum Verdict: String, Sendable, CaseIterable {
        /// Deliveries arrive.
        case ok
        /// They arrive, but something is wrong or soon will be.
        case warning
        /// They do not arrive.
        case failed
    }

    /// How bad it is.
    public var verdict: Verdict
    /// What it is, for machines: `tls_untrusted`.
    public var code: String
    /// One sentence: what was seen. Without secrets.
    public var message: String
    /// One sentence: what to do about it; nil where nothing has to be done.
    public var remedy: String?

    /// A finding.
    public init(verdict: Verdict, code: String, message: String, remedy: String? = nil) {
        self.verdict = verdict
        self.code = code
        self.message = message
        self.remedy = remedy
    }
}
