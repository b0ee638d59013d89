/// What a command answers; each surface writes it in its own form.
///
/// It is handed on several times, so what takes more room than a raise's receipt or an occurrence is kept apart
/// (`indirect`): else every answer would be as large as the largest.
public enum CommandReply: Sendable {
    /// Subscribed, or renewed (`created` false).
    indirect case subscribed(SubscriptionView, created: Bool)
    /// Ended, or was not there to end (`existed` false: only where `expire` 0 asked for it).
    case unsubscribed(existed: Bool)
    /// One subscription.
    indirect case subscription(SubscriptionView)
    /// A page of subscriptions, newest first.
    case subscriptions(SubscriptionPage)
    /// A page of events, in the order of their numbers.
    case events(EventPage)
    /// One event; `created` where the command made it.
    indirect case event(EventView, created: Bool)
    /// An occurrence with what became of it.
    case occurrence(OccurrenceView)
    /// A page of occurrences, newest first.
    case occurrences(OccurrencePage)
    /// An event was raised.
    case raised(RaiseReceipt)
    /// An event had been raised under the same key before; with how that stands, where it was asked to wait for it.
    indirect case replayed(RaiseReceipt, OccurrenceView?)
    /// What raising an event would do.
    case foretold(RaiseForecast)
    /// A subscriber was tested.
    indirect case probed(ProbeView)
    /// The listing is the one whose version was given.
    case unchanged(version: UInt64)
    /// Names of commands.
    case commands([String])
    /// The parameters that a command takes: each way to call it, by names in their order.
    case parameterSets([[String]])
    /// One command's description.
    indirect case command(CommandRow)
    /// Statistics in the order in which they were asked for.
    case statistics([Statistic])
    /// The same, asked for their kinds.
    case statisticKinds([Statistic])
    /// The core's metrics.
    indirect case metrics(CoreMetrics)
    /// Name and version of the program.
    case version(String)
    /// When the program started, milliseconds since 1970, and how long it has run, seconds.
    case uptime(since: Int64, now: Int64, seconds: Int64)
    /// What runs.
    case processes([ProcessView])
    /// How much is logged, and by what.
    case logLevel(LogLevel, processes: [ProcessView])
    /// How much is logged from now on.
    case logLevelSet(LogLevel)
    /// The service is about to end.
    case terminating
    /// A file is about to be rotated.
    case rotating
    /// Settings and script were read again.
    case reloaded(ReloadView)
    /// The routes of the script.
    case routes([RouteView])
    /// A route was run.
    indirect case routeRun(RouteRunView)
}

/// Called once with the answer of a command that could not be answered at once: on the journal's queue, on a
/// transport's queue, or on the calling thread before `Commands.run` returns. Must not block.
public typealias CommandContinuation = @Sendable (Result<CommandReply, CommandError>) -> Void

/// A subscription as it stands at one moment.
public struct SubscriptionView: Sendable {
    /// Its id; never given twice.
    public let id: UInt64
    /// The event's name.
    public let event: String
    /// The canonical socket with options; secrets masked.
    public let socket: String
    /// The transport's name.
    public let transport: String
    /// The lifetime asked for, seconds; nil = permanent.
    public let expire: Int64?
    /// Milliseconds since 1970 at which it ends; nil = permanent.
    public let expiresAt: Int64?
    /// Whole seconds left, rounded up; nil = permanent.
    public let ttlSeconds: Int64?
    /// Milliseconds since 1970 of the first subscribe.
    public let createdAt: Int64
    /// The name of the caller who first subscribed it; nil where nobody had to say who they are.
    public let createdBy: String?
    /// What became of the occurrences that matched it, since this process began.
    public let deliveries: DeliveryCounts
    /// How it goes where its socket points to; nil where its transport keeps no such books.
    public let destination: DestinationHealth?
}

/// A page of subscriptions.
public struct SubscriptionPage: Sendable {
    /// Newest first.
    public let subscriptions: [SubscriptionView]
    /// Where the next page begins; nil after the last.
    public let nextCursor: UInt64?
    /// Changes with every change of any listed member but `ttl_seconds`.
    public let version: UInt64
}

/// An event as it stands at one moment.
public struct EventView: Sendable {
    /// Its number: MI's `id`.
    public let number: UInt32
    /// Name, module, params, summary.
    public let description: EventDescription
    /// Static or dynamic.
    public let kind: EventKind
    /// How many subscriptions it has.
    public let subscribers: Int
    /// How often it was raised since this process began.
    public let occurrences: UInt64
}

/// A page of events.
public struct EventPage: Sendable {
    /// In the order of their numbers.
    public let events: [EventView]
    /// Where the next page begins; nil after the last.
    public let nextCursor: UInt32?
    /// Changes with every change of any listed member.
    public let version: UInt64
}

/// What a raise did.
public struct RaiseReceipt: Sendable, Equatable {
    /// The occurrence.
    public let id: OccurrenceID
    /// The event's name.
    public let event: String
    /// Milliseconds since 1970.
    public let time: Int64
    /// How many subscriptions matched.
    public let matched: Int

    /// A receipt.
    public init(id: OccurrenceID, event: String, time: Int64, matched: Int) {
        self.id = id
        self.event = event
        self.time = time
        self.matched = matched
    }
}

/// One number of the registry behind `get_statistics`.
public struct Statistic: Sendable, Equatable {
    /// The group, `evi`.
    public let group: String
    /// The name within it, `raised`.
    public let name: String
    /// Its value at the moment of reading.
    public let value: Int64
    /// Whether it only ever grows, or follows what there is.
    public let kind: Kind

    /// How a statistic moves.
    public enum Kind: String, Sendable, Equatable {
        /// It only grows, from 0 at the start. The raw values are OpenSIPS's words.
        case counter = "incremental"
        /// It goes up and down.
        case gauge = "non-incremental"
    }

    /// A statistic.
    public init(group: String, name: String, value: Int64, kind: Kind = .counter) {
        self.group = group
        self.name = name
        self.value = value
        self.kind = kind
    }
}
