internal import EventCore
public import Logging
internal import Net
internal import Transports
internal import WireFormats

/// Everything about a Carillon that can be set. The defaults are those of a service started without a flag; names,
/// ranges and help are in `Setting.table`.
public struct Settings: Sendable {
    /// Where HTTP is served: `HOST:PORT`, `[IPv6]:PORT`, or a `/path` for a UNIX socket. Port 0 lets the kernel choose.
    public var listen = ["127.0.0.1:8080"]
    /// Where the command FIFO lies: an absolute path; nil = `mi.fifo` in the directory of the state; `no` = none.
    public var fifo: String?
    /// The directory of the FIFOs that may be replied to; nil = that of the command FIFO.
    public var fifoReplyDirectory: String?
    /// Where commands are taken by datagram: as in `listen`, but UDP ports and UNIX datagram sockets.
    public var miDatagram: [String] = []
    /// Addresses and blocks of addresses whose UDP datagrams are taken.
    public var miDatagramSources = ["127.0.0.0/8", "::1"]
    /// What senders of UDP datagrams may: `ROLE,…`; nil = everything, or nothing where callers have to say who they are.
    public var miDatagramRoles: String?
    /// The directory of the state; made if it is missing.
    public var stateDirectory: String
    /// A script in the language of OpenSIPS; nil = none.
    public var script: String?
    /// The same as it was read, where that was done for the settings that stand in it.
    var scriptFile: ScriptFile?
    /// Which addresses may be sent to: `any`, `no-metadata`, `public-only`, or CIDRs with commas between.
    public var targetPolicy = "no-metadata"
    /// Directories below which UNIX sockets may be sent to; empty = anywhere, and abstract names too.
    public var unixDirectories: [String] = []
    /// Whether events come into being when first raised or subscribed to by REST.
    public var dynamicEvents = true
    /// Further names, besides those of the listeners, by which requests may call this service.
    public var allowedHosts: [String] = []
    /// Origins of web pages that may use the API from elsewhere.
    public var allowedOrigins: [String] = []
    /// Whether it may listen beyond loopback although nobody has to say who they are.
    public var insecure = false
    /// A file of tokens, see `TokenEntry`; nil = none are taken.
    public var tokensFile: String?
    /// Users of HTTP Basic: `NAME:/path` of a password or `NAME:sha256:HEX`, and perhaps `=ROLE,…`.
    public var basicUsers: [String] = []
    /// What others than root and the daemon's own user may on UNIX sockets: `UID=ROLE,…`.
    public var unixUsers: [String] = []
    /// Most requests a second of one client; 0 = any number.
    public var rateLimit = 0
    /// Requests a second from one address above which it is blocked; 0 = never.
    public var floodLimit = 0
    /// For how long.
    public var floodBlockSeconds = 60
    /// A PEM file with the authorities that may sign receivers' certificates; nil = the system's.
    public var certificateAuthorityFile: String?
    /// For how long a group's member that failed is tried last.
    public var failoverMilliseconds = 30_000
    /// The directory of files that lines are written to; nil = none are.
    public var flatstoreDirectory: String?
    /// The permissions of such a file, in octal digits.
    public var flatstorePermissions = "640"
    /// Bytes beyond which such a file is rotated; 0 = never.
    public var flatstoreRotateBytes = 0
    /// Seconds of a period, whose first line begins a new file; 0 = never.
    public var flatstoreRotateSeconds = 0
    /// Most such files that are open.
    public var flatstoreFilesMax = 100
    /// Most deliveries that wait for one destination.
    public var queueMessagesMax = 1_000
    /// Most bytes that wait for one destination.
    public var queueBytesMax = 1 << 20
    /// Most bytes that wait for all destinations of one transport.
    public var queueBytesTotal = 64 << 20
    /// Attempts that may follow a delivery's first one.
    public var retries = 3
    /// The longest pause before the second attempt; each further one may be twice as long.
    public var retryDelayMilliseconds = 500
    /// The longest pause between two attempts.
    public var retryDelayMaxMilliseconds = 30_000
    /// Failures in a row after which a destination is left alone.
    public var breakerFailures = 5
    /// For how long at first.
    public var breakerPauseMilliseconds = 1_000
    /// For how long at most.
    public var breakerPauseMaxMilliseconds = 30_000
    /// How long queued deliveries may still go out while the service stops.
    public var drainMilliseconds = 5_000
    /// Event loops of the HTTP server; 0 = half the cores, at least one.
    public var workers = 0
    /// Most HTTP connections.
    public var connectionsMax = 10_000
    /// Most clients of the live stream.
    public var streamsMax = 2_000
    /// Most occurrences that are remembered; 0 = none.
    public var occurrencesMax = 10_000
    /// Most bytes that they take.
    public var occurrenceBytesMax = 16_777_216
    /// Most idempotency keys.
    public var idempotencyKeysMax = 100_000
    /// Most bytes of a request's body.
    public var bodyBytesMax = 262_144
    /// From the first byte of a request to the end of its header.
    public var headerMilliseconds = 10_000
    /// From the end of the header to the end of the body.
    public var bodyMilliseconds = 30_000
    /// For a client to take an answer.
    public var sendMilliseconds = 30_000
    /// For a connection without a request.
    public var idleMilliseconds = 75_000
    /// Most events, static ones included.
    public var eventsMax = 100_000
    /// Most subscriptions.
    public var subscriptionsMax = 2_000_000
    /// Lifetime where none is asked for, seconds.
    public var expireDefaultSeconds = 3_600
    /// Longest lifetime that may be asked for, seconds.
    public var expireMaxSeconds = 31_536_000
    /// How long before its deadline E_EVI_EXPIRING tells of a subscription, seconds; 0 = never.
    public var expiringNoticeSeconds = 30
    /// How much is logged: `trace` to `critical`, as swift-log calls them.
    public var logLevel = "notice"
    /// How a line of the log is written: `logfmt` or `json`.
    public var logFormat = "logfmt"

    /// The defaults, with the state in `stateDirectory`.
    public init(stateDirectory: String) {
        self.stateDirectory = stateDirectory
    }

    /// Whether callers by TCP have to say who they are.
    var asksForCredentials: Bool { tokensFile != nil || !basicUsers.isEmpty }

    /// Where the command FIFO lies; nil for none.
    var fifoPath: String? {
        fifo == "no" ? nil : fifo ?? Files.absolute(stateDirectory) + "/mi.fifo"
    }

    var httpConfiguration: HTTPConfiguration {
        var http = HTTPConfiguration()
        if workers > 0 { http.workers = workers }
        http.connectionsMax = connectionsMax
        http.limits.bodyBytesMax = bodyBytesMax
        http.headerMilliseconds = headerMilliseconds
        http.bodyMilliseconds = bodyMilliseconds
        http.sendMilliseconds = sendMilliseconds
        http.idleMilliseconds = idleMilliseconds
        return http
    }

    /// `logLevel`; nil where it is no level.
    public var level: Logger.Level? { Logger.Level(rawValue: logLevel) }

    /// `logFormat`; nil where it is none.
    public var format: LogFormat? { LogFormat(rawValue: logFormat) }

    var coreLimits: CoreLimits {
        var limits = CoreLimits()
        limits.eventsMax = eventsMax
        limits.subscriptionsMax = subscriptionsMax
        limits.occurrencesKeptMax = occurrencesMax
        limits.occurrenceBytesMax = occurrenceBytesMax
        limits.idempotencyKeysMax = idempotencyKeysMax
        limits.expireDefaultSeconds = Int64(expireDefaultSeconds)
        limits.expireMaxSeconds = Int64(expireMaxSeconds)
        limits.expiringNoticeSeconds = Int64(expiringNoticeSeconds)
        return limits
    }

    /// How transports with queues deliver.
    var delivery: DeliverySettings {
        var delivery = DeliverySettings()
        delivery.queue.messagesPerDestination = queueMessagesMax
        delivery.queue.bytesPerDestination = queueBytesMax
        delivery.queue.bytesTotal = queueBytesTotal
        delivery.retry.retriesMax = retries
        delivery.retry.firstDelayMilliseconds = retryDelayMilliseconds
        delivery.retry.delayMaxMilliseconds = retryDelayMaxMilliseconds
        delivery.breaker.failuresMax = breakerFailures
        delivery.breaker.firstPauseMilliseconds = breakerPauseMilliseconds
        delivery.breaker.pauseMaxMilliseconds = breakerPauseMaxMilliseconds
        return delivery
    }
}

/// Why a Carillon does not start. The sentence names the setting and what it expects.
public struct StartError: Error, Sendable, CustomStringConvertible {
    /// One sentence or two; or, of a script, all its errors, each with its place, its source line and a caret.
    public let description: String
    /// Whether it is the latter, and begins with a place: to be shown as it is.
    public let isListing: Bool

    /// An error.
    public init(_ description: String, isListing: Bool = false) {
        self.description = description
        self.isListing = isListing
    }
}
