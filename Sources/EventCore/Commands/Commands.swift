/// One operation with its arguments. Every surface ends here: REST, MI over HTTP and all that follow.
public enum Command: Sendable {
    case subscribe(SubscribeCommand)
    case renew(RenewCommand)
    case unsubscribe(UnsubscribeCommand)
    case showSubscription(ShowSubscriptionCommand)
    case listSubscribers(ListSubscribersCommand)
    case listEvents(ListEventsCommand)
    case showEvent(ShowEventCommand)
    case publish(PublishCommand)
    case raise(RaiseCommand)
    case which
    case help(HelpCommand)
    case statistics(StatisticsCommand)
    case version
    case uptime
}

/// Whether an answer is there or will come through the continuation.
public enum CommandOutcome: Sendable {
    /// The answer.
    case done(CommandReply)
    /// The continuation gets the answer, exactly once: when the change is durable, or could not be made so; or
    /// when a transport that lags behind has caught up.
    case awaiting
}

/// The command layer: the one way to change or read anything.
public enum Commands {
    /// Runs `command` at `now`. Never waits for the disk or a subscriber. Throws when it had no effect.
    ///
    /// `continuation` is asked for at most once, and what it returns is called only where `.awaiting` is returned. It
    /// may be asked for under the core's lock, so it only makes a closure. Not to be called by a transport inside
    /// `deliver`: an unsubscription waits until that call has returned.
    public static func run(
        _ command: Command, on interface: EventInterface, at now: Moment,
        continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        switch command {
        case .subscribe(let command):
            try command.run(on: interface, at: now, continuation: continuation)
        case .renew(let command):
            try command.run(on: interface, at: now, continuation: continuation)
        case .unsubscribe(let command):
            try command.run(on: interface, at: now, continuation: continuation)
        case .showSubscription(let command):
            .done(try command.run(on: interface, at: now))
        case .listSubscribers(let command):
            .done(try command.run(on: interface, at: now))
        case .listEvents(let command):
            .done(try command.run(on: interface, at: now))
        case .showEvent(let command):
            .done(try command.run(on: interface, at: now))
        case .publish(let command):
            try command.run(on: interface, at: now, continuation: continuation)
        case .raise(let command):
            try command.run(on: interface, at: now, continuation: continuation)
        case .which:
            .done(.commands(table))
        case .help(let command):
            .done(try command.run())
        case .statistics(let command):
            .done(command.run(on: interface, at: now))
        case .version:
            .done(.version(interface.versionText))
        case .uptime:
            .done(
                .uptime(
                    since: interface.started.wall, now: now.wall,
                    seconds: (now.boot - interface.started.boot) / 1_000_000_000))
        }
    }
}
