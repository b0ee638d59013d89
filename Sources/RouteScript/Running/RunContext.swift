public import EventCore
public import WireFormats

/// What a run is about: what the script can ask for and the script's text does not say.
public struct RunContext: Sendable {
    /// The event of an event_route: the occurrence's name.
    public var event: String?
    /// `$param(name)` and `$param(1)`, and what `fetch_event_params` fetches: an occurrence's
    /// params in the order of the notification, or the parameters that `POST /routes/{name}/run`
    /// gives. `true` and `false` are 1 and 0 in a script, a number with a fraction is its text.
    public var params: Params
    /// Values of `$var(name)` at the beginning. Names that the script does not know are ignored.
    public var variables: [(name: String, value: ScriptValue)]
    /// AVPs at the beginning, each with its values, the newest first: what `ScriptRun.avps` of an
    /// earlier run was. In OpenSIPS the AVPs of a request are there again for its replies.
    public var avps: [(name: String, values: [ScriptValue])]
    /// The SIP message of `route`, `onreply_route` and so on, for `$fU`, `is_method` and their
    /// kind; nil: they are NULL and false.
    public var message: SIPMessage?
    /// `$si`: the address that the message came from; nil: NULL.
    public var sourceAddress: String?
    /// `$sp`: the port that the message came from; nil: NULL.
    public var sourcePort: Int?
    /// Who made it run: a timer, a caller's name, a subscription. For the host's logs.
    public var caller: String
    /// How many raises led to this run: 0 but for event_routes run by a raise of a script.
    public var raiseDepth: Int
    /// Seconds east of UTC, for `$time(…)`.
    public var utcOffsetSeconds: Int

    /// A context; everything has a default.
    public init(
        event: String? = nil, params: Params = .none,
        variables: [(name: String, value: ScriptValue)] = [],
        avps: [(name: String, values: [ScriptValue])] = [], message: SIPMessage? = nil,
        sourceAddress: String? = nil, sourcePort: Int? = nil, caller: String = "",
        raiseDepth: Int = 0, utcOffsetSeconds: Int = 0
    ) {
        self.event = event
        self.params = params
        self.variables = variables
        self.avps = avps
        self.message = message
        self.sourceAddress = sourceAddress
        self.sourcePort = sourcePort
        self.caller = caller
        self.raiseDepth = raiseDepth
        self.utcOffsetSeconds = utcOffsetSeconds
    }
}
