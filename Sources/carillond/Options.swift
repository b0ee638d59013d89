import ArgumentParser
import Glibc
import Server

/// Where it listens, and for whom.
struct ListeningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "HOST:PORT, [IPv6]:PORT or the /path of a UNIX socket; may be given more than once. Port 0 takes a free one.",
            valueName: "address"))
    var listen = ["127.0.0.1:8080"]

    @Option(
        help: ArgumentHelp(
            "Another name by which requests may call this service (their Host field); may be given more than once.",
            valueName: "name"))
    var allowedHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "An origin whose web pages may use the API, like https://board.example; may be given more than once.",
            valueName: "origin"))
    var allowedOrigin: [String] = []

    @Flag(help: "Listen beyond loopback although nobody has to say who they are.")
    var insecure = false

    @Option(help: "Event loops of the HTTP server; 0 = half the cores.")
    var workers = 0

    func apply(to settings: inout Settings) {
        settings.listen = listen
        settings.allowedHosts = allowedHost
        settings.allowedOrigins = allowedOrigin
        settings.insecure = insecure
        if workers > 0 { settings.workers = workers }
    }

    func validate() throws {
        guard (0...64).contains(workers) else {
            throw ValidationError("--workers \(workers): expected a number from 0 to 64.")
        }
    }
}

/// What it keeps.
struct StateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The directory of the state, made if missing. Default: $XDG_STATE_HOME/carillon, or ~/.local/state/carillon.",
            valueName: "path"))
    var stateDirectory: String?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Create an event when REST first raises it or subscribes to it. (MI never does, as in OpenSIPS.)"
    )
    var dynamicEvents = true

    func apply(to settings: inout Settings) {
        settings.dynamicEvents = dynamicEvents
    }

    /// The directory given, or the user's own.
    func directory() throws(StartError) -> String {
        if let stateDirectory { return stateDirectory }
        if let base = environment("XDG_STATE_HOME"), base.hasPrefix("/") {
            return base + "/carillon"
        }
        guard let home = environment("HOME"), home.hasPrefix("/") else {
            throw StartError("Neither XDG_STATE_HOME nor HOME is set: say --state-directory.")
        }
        return home + "/.local/state/carillon"
    }

    private func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}

/// Where it may send.
struct TargetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Addresses that may be sent to: any, no-metadata (all but link-local and multicast), public-only, or CIDRs with commas between.",
            valueName: "policy"))
    var targetPolicy = "no-metadata"

    @Option(
        help: ArgumentHelp(
            "A directory below which UNIX sockets may be sent to; may be given more than once. Default: anywhere.",
            valueName: "path"))
    var unixDirectories: [String] = []

    @Option(
        help: ArgumentHelp(
            "A PEM file with the authorities that may sign the certificates of https receivers. Default: the system's.",
            valueName: "path"))
    var caFile: String?

    @Option(help: "Seconds for which queued deliveries may still go out while the service stops.")
    var drainSeconds = 5

    func apply(to settings: inout Settings) {
        settings.targetPolicy = targetPolicy
        settings.unixDirectories = unixDirectories
        settings.certificateAuthorityFile = caFile
        settings.drainMilliseconds = drainSeconds * 1_000
    }

    func validate() throws {
        guard (0...600).contains(drainSeconds) else {
            throw ValidationError(
                "--drain-seconds \(drainSeconds): expected a number from 0 to 600.")
        }
    }
}

/// Limits and deadlines.
struct LimitOptions: ParsableArguments {
    @Option(help: "Most events, static ones included; one more is answered 507.")
    var eventsMax = 100_000

    @Option(help: "Most subscriptions; one more is answered 507.")
    var subscriptionsMax = 2_000_000

    @Option(help: "Lifetime in seconds of a subscription that asks for none.")
    var expireDefault: Int64 = 3_600

    @Option(help: "Longest lifetime in seconds that may be asked for.")
    var expireMax: Int64 = 31_536_000

    @Option(help: "Most HTTP connections; lowered to the descriptor limit minus 256.")
    var connectionsMax = 10_000

    @Option(help: "Most bytes of a request's body; more is answered 413.")
    var bodyMax = 262_144

    @Option(help: "Seconds for a request's header to arrive, from its first byte; beyond: 408.")
    var headerSeconds = 10

    @Option(help: "Seconds for a request's body to arrive; beyond: 408.")
    var bodySeconds = 30

    @Option(help: "Seconds for a client to take an answer; beyond: closed.")
    var sendSeconds = 30

    @Option(help: "Seconds a connection may stay without a request; beyond: closed.")
    var idleSeconds = 75

    func apply(to settings: inout Settings) {
        settings.eventsMax = eventsMax
        settings.subscriptionsMax = subscriptionsMax
        settings.expireDefaultSeconds = expireDefault
        settings.expireMaxSeconds = expireMax
        settings.connectionsMax = connectionsMax
        settings.bodyBytesMax = bodyMax
        settings.headerMilliseconds = headerSeconds * 1_000
        settings.bodyMilliseconds = bodySeconds * 1_000
        settings.sendMilliseconds = sendSeconds * 1_000
        settings.idleMilliseconds = idleSeconds * 1_000
    }

    func validate() throws {
        try check("events-max", eventsMax, 100...10_000_000)
        try check("subscriptions-max", subscriptionsMax, 1...100_000_000)
        try check("expire-max", Int(expireMax), 1...31_536_000)
        try check("expire-default", Int(expireDefault), 1...Int(expireMax))
        try check("connections-max", connectionsMax, 1...1_000_000)
        try check("body-max", bodyMax, 1_024...67_108_864)
        try check("header-seconds", headerSeconds, 1...3_600)
        try check("body-seconds", bodySeconds, 1...3_600)
        try check("send-seconds", sendSeconds, 1...3_600)
        try check("idle-seconds", idleSeconds, 1...86_400)
    }

    private func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard range.contains(value) else {
            throw ValidationError(
                "--\(name) \(value): expected a number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
    }
}
