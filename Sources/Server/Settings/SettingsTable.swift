extension Setting {
    /// Every setting, in the order of `--help`.
    public static let table: [Setting] =
        listening + access + keeping + script + sending + queues + limits + logging

    /// The setting of this name.
    public static func named(_ name: String) -> Setting? {
        table.first { $0.name == name }
    }

    private static let listening: [Setting] = [
        Setting(
            "listen", .listening, "address", .texts(\.listen),
            "HOST:PORT, [IPv6]:PORT or the /path of a UNIX socket. Port 0 takes a free one."),
        Setting(
            "fifo", .listening, "path", .optionalText(\.fifo),
            defaultText: "mi.fifo in the state directory", refusable: true,
            "Where the command FIFO lies; 'no' for none."),
        Setting(
            "fifo-reply-directory", .listening, "path", .optionalText(\.fifoReplyDirectory),
            defaultText: "that of the command FIFO",
            "The directory of the FIFOs that may be replied to."),
        Setting(
            "mi-datagram", .listening, "address", .texts(\.miDatagram),
            "Takes commands by datagram: HOST:PORT or [IPv6]:PORT for UDP, or the /path of a UNIX socket."
        ),
        Setting(
            "mi-datagram-source", .listening, "block", .texts(\.miDatagramSources),
            "An address, or a block like 10.0.0.0/8, whose UDP datagrams are taken."),
        Setting(
            "mi-datagram-role", .listening, "roles", .optionalText(\.miDatagramRoles), reload: true,
            defaultText: "everything, or nothing where callers have to say who they are",
            "ROLE,ROLE: what senders of UDP datagrams may, who cannot show a token."),
        Setting(
            "allowed-host", .listening, "name", .texts(\.allowedHosts), reload: true,
            "Another name by which requests may call this service (their Host field)."),
        Setting(
            "allowed-origin", .listening, "origin", .texts(\.allowedOrigins), reload: true,
            "An origin whose web pages may use the API, like https://board.example."),
        Setting(
            "insecure", .listening, "", .yesOrNo(\.insecure),
            "Listen beyond loopback although nobody has to say who they are."),
        Setting(
            "workers", .listening, "n", .number(0...64, \.workers),
            "Event loops of the HTTP server; 0 = half the cores."),
    ]

    private static let access: [Setting] = [
        Setting(
            "tokens", .access, "path", .optionalText(\.tokensFile), reload: true,
            defaultText: "none, and everybody on loopback may do everything",
            "A file of tokens, as 'carillonctl token create' makes it; not readable by others. Callers then need one."
        ),
        Setting(
            "basic-user", .access, "user", .texts(\.basicUsers), reload: true, secret: true,
            "NAME:/path of a file with the password, or NAME:sha256:HEX of it: a user of HTTP Basic, an admin unless =ROLE,ROLE follows."
        ),
        Setting(
            "unix-user", .access, "user", .texts(\.unixUsers), reload: true,
            defaultText: "root and the daemon's own user are admins, others nobody",
            "UID=ROLE,ROLE: what a user may do on UNIX sockets. A role is read, subscribe, raise or admin, for some events raise:E_UL_*, from some networks read@10.0.0.0/8."
        ),
        Setting(
            "rate-limit", .access, "n", .number(0...1_000_000, \.rateLimit),
            "Requests a second of one client, by name or address; more are answered 429. 0 = any number."
        ),
        Setting(
            "flood-limit", .access, "n", .number(0...1_000_000, \.floodLimit),
            "Requests a second of one address above which it is blocked and E_PIKE_BLOCKED is raised. 0 = never."
        ),
        Setting(
            "flood-block-seconds", .access, "n", .number(1...3_600, \.floodBlockSeconds),
            "For how long it is blocked."),
    ]

    private static let keeping: [Setting] = [
        Setting(
            "state-directory", .keeping, "path", .text(\.stateDirectory),
            defaultText: "$XDG_STATE_HOME/carillon, or ~/.local/state/carillon",
            "The directory of the state, made if missing."),
        Setting(
            "dynamic-events", .keeping, "", .yesOrNo(\.dynamicEvents), reload: true,
            "Create an event when REST first raises it or subscribes to it. (MI never does, as in OpenSIPS.)"
        ),
        Setting(
            "expiring-notice", .keeping, "seconds", .number(0...86_400, \.expiringNoticeSeconds),
            "How long before its deadline E_EVI_EXPIRING tells of a subscription that lives longer; 0 = never."
        ),
    ]

    private static let script: [Setting] = [
        Setting(
            "script", .script, "path", .optionalText(\.script), reload: true, defaultText: "none",
            "A script in the language of OpenSIPS: event_route, timer_route, startup_route and so on. Settings in it count before the defaults only."
        )
    ]

    private static let sending: [Setting] = [
        Setting(
            "target-policy", .sending, "policy", .text(\.targetPolicy), reload: true,
            "Addresses that may be sent to: any, no-metadata (all but link-local and multicast), public-only, or CIDRs with commas between; judged on the resolved address."
        ),
        Setting(
            "unix-directories", .sending, "path", .texts(\.unixDirectories), reload: true,
            defaultText: "anywhere", "A directory below which UNIX sockets may be sent to."),
        Setting(
            "ca-file", .sending, "path", .optionalText(\.certificateAuthorityFile),
            defaultText: "the system's",
            "A PEM file with the authorities that may sign the certificates of https receivers and brokers."
        ),
        Setting(
            "failover-timeout", .sending, "seconds", .seconds(1...86_400, \.failoverMilliseconds),
            "For how long a virtual socket tries a member last that failed."),
        Setting(
            "flatstore-directory", .sending, "path", .optionalText(\.flatstoreDirectory),
            defaultText: "none, and flatstore sockets are refused",
            "The directory of the files that flatstore sockets name; it must be there."),
        Setting(
            "flatstore-permissions", .sending, "octal", .text(\.flatstorePermissions),
            "The permissions of a file that is made there."),
        Setting(
            "flatstore-rotate-size", .sending, "bytes",
            .number(0...1_099_511_627_776, \.flatstoreRotateBytes),
            "A file is rotated before it grows larger; 4096 at least, 0 = never."),
        Setting(
            "flatstore-rotate-period", .sending, "seconds",
            .number(0...31_536_000, \.flatstoreRotateSeconds),
            "The first line of a new period rotates a file (86400: at midnight, UTC); 0 = never."),
        Setting(
            "flatstore-files-max", .sending, "n", .number(1...10_000, \.flatstoreFilesMax),
            "Most files that are open; the one not written to for longest is closed."),
        Setting(
            "drain-seconds", .sending, "n", .seconds(0...600, \.drainMilliseconds), reload: true,
            "For how long queued deliveries may still go out while the service stops."),
    ]

    private static let queues: [Setting] = [
        Setting(
            "queue-messages-max", .sending, "n", .number(1...1_000_000, \.queueMessagesMax),
            reload: true,
            "Most deliveries that wait for one destination; one more drops one (option 'overflow')."
        ),
        Setting(
            "queue-bytes-max", .sending, "bytes",
            .number(4_096...1_073_741_824, \.queueBytesMax), reload: true,
            "Most bytes that wait for one destination, 256 for each delivery included."),
        Setting(
            "queue-bytes-total", .sending, "bytes",
            .number(65_536...68_719_476_736, \.queueBytesTotal), reload: true,
            "Most bytes that wait in one transport; beyond it those who hold most lose their oldest."
        ),
        Setting(
            "retries", .sending, "n", .number(0...100, \.retries), reload: true,
            "Attempts that may follow a delivery's first one."),
        Setting(
            "retry-delay-milliseconds", .sending, "n",
            .number(0...600_000, \.retryDelayMilliseconds), reload: true,
            "The second attempt follows after a random time up to this; each bound is twice the one before."
        ),
        Setting(
            "retry-delay-max-milliseconds", .sending, "n",
            .number(0...3_600_000, \.retryDelayMaxMilliseconds), reload: true,
            "No such bound grows beyond this."),
        Setting(
            "breaker-failures", .sending, "n", .number(1...1_000, \.breakerFailures), reload: true,
            "Failures in a row without an answer after which a destination is left alone for a while."
        ),
        Setting(
            "breaker-pause-milliseconds", .sending, "n",
            .number(0...3_600_000, \.breakerPauseMilliseconds), reload: true,
            "For how long at first; each further failure doubles it. Half of it is random."),
        Setting(
            "breaker-pause-max-milliseconds", .sending, "n",
            .number(0...3_600_000, \.breakerPauseMaxMilliseconds), reload: true,
            "For how long at most."),
    ]

    private static let limits: [Setting] = [
        Setting(
            "events-max", .limits, "n", .number(100...10_000_000, \.eventsMax), reload: true,
            "Most events, static ones included; one more is answered 507."),
        Setting(
            "subscriptions-max", .limits, "n", .number(1...100_000_000, \.subscriptionsMax),
            reload: true,
            "Most subscriptions; one more is answered 507."),
        Setting(
            "expire-default", .limits, "seconds", .number(1...31_536_000, \.expireDefaultSeconds),
            reload: true,
            "Lifetime of a subscription that asks for none."),
        Setting(
            "expire-max", .limits, "seconds", .number(1...31_536_000, \.expireMaxSeconds),
            reload: true,
            "Longest lifetime that may be asked for."),
        Setting(
            "connections-max", .limits, "n", .number(1...1_000_000, \.connectionsMax),
            "Most HTTP connections; lowered to the descriptor limit less 256."),
        Setting(
            "streams-max", .limits, "n", .number(0...100_000, \.streamsMax),
            "Most clients that read the live stream at a time; one more is answered 503."),
        Setting(
            "occurrences-max", .limits, "n", .number(0...1_000_000, \.occurrencesMax),
            "Occurrences that are remembered with what became of them; 0 = none, and no live stream."
        ),
        Setting(
            "occurrence-bytes-max", .limits, "bytes",
            .number(65_536...4_294_967_296, \.occurrenceBytesMax),
            "Memory that they may take; then the oldest are forgotten earlier."),
        Setting(
            "idempotency-keys-max", .limits, "n", .number(0...10_000_000, \.idempotencyKeysMax),
            "Keys of raises (Idempotency-Key) that are kept, each for a day; one more is answered 429."
        ),
        Setting(
            "body-max", .limits, "bytes", .number(1_024...67_108_864, \.bodyBytesMax),
            "Most bytes of a request's body; more is answered 413."),
        Setting(
            "header-seconds", .limits, "n", .seconds(1...3_600, \.headerMilliseconds),
            "For a request's header to arrive, from its first byte; beyond: 408."),
        Setting(
            "body-seconds", .limits, "n", .seconds(1...3_600, \.bodyMilliseconds),
            "For a request's body to arrive; beyond: 408."),
        Setting(
            "send-seconds", .limits, "n", .seconds(1...3_600, \.sendMilliseconds),
            "For a client to take an answer; beyond: closed."),
        Setting(
            "idle-seconds", .limits, "n", .seconds(1...86_400, \.idleMilliseconds),
            "For how long a connection may stay without a request; beyond: closed."),
    ]

    private static let logging: [Setting] = [
        Setting(
            "log-level", .logging, "level",
            .choice(
                ["trace", "debug", "info", "notice", "warning", "error", "critical"], \.logLevel),
            reload: true, "How much is logged to standard error: \(levels)."),
        Setting(
            "log-format", .logging, "format",
            .choice(LogFormat.allCases.map(\.rawValue), \.logFormat), reload: true,
            "How a line of the log is written: logfmt (time=… level=… msg=\"…\" name=value) or json."
        ),
    ]

    private static let levels = "trace, debug, info, notice, warning, error or critical"
}
