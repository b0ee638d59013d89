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
    case dryRun(DryRunCommand)
    case probe(ProbeCommand)
    case showOccurrence(ShowOccurrenceCommand)
    case listOccurrences(ListOccurrencesCommand)
    case which(WhichCommand)
    case help(HelpCommand)
    case statistics(StatisticsCommand)
    case listStatistics(StatisticsCommand)
    case metrics(MetricsCommand)
    case version
    case uptime
    case processes
    case logLevel(LogLevelCommand)
    case kill
    case rotate(RotateCommand)
    case reload
    case listRoutes
    case runRoute(RunRouteCommand)
}

/// Whether an answer is there or will come through the continuation.
public enum CommandOutcome: Sendable {
    /// The answer.
    case done(CommandReply)
    /// The continuation gets the answer, exactly once: when the change is durable, or could not be made so; or
    /// when a transport that lags behind has caught up.
    case awaiting
}

/// The command layer: the one way to change or read anything, and the one place where it is decided who may.
public enum Commands {
    /// Runs `command` for `caller` at `now`. Never waits for the disk or a subscriber. Throws when it had no effect:
    /// `forbidden` where the caller does not have the role that it takes, see `Command.demand`.
    ///
    /// `continuation` is asked for at most once, and what it returns is called only where `.awaiting` is returned. It
    /// may be asked for under the core's lock, so it only makes a closure. Not to be called by a transport inside
    /// `deliver`: an unsubscription waits until that call has returned.
    public static func run(
        _ command: Command, by caller: Caller, on interface: EventInterface, at now: Moment,
        continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        do throws(CommandError) {
            try caller.identity.check(command, on: interface)
        } catch {
            interface.audit?(AuditRecord(caller: caller, command: command, result: .failure(error)))
            throw error
        }
        guard let audit = interface.audit, command.isChange else {
            return try perform(command, by: caller, on: interface, at: now, continuation)
        }
        let tell: @Sendable (Result<CommandReply, CommandError>) -> Void = {
            audit(AuditRecord(caller: caller, command: command, result: $0))
        }
        do throws(CommandError) {
            let outcome = try perform(command, by: caller, on: interface, at: now) {
                let answer = continuation()
                return { result in
                    tell(result)
                    answer(result)
                }
            }
            if case .done(let reply) = outcome { tell(.success(reply)) }
            return outcome
        } catch {
            tell(.failure(error))
            throw error
        }
    }

    private static func perform(
        _ command: Command, by whom: Caller, on interface: EventInterface, at now: Moment,
        _ continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        let caller = whom.identity
        switch command {
        case .subscribe(let command):
            return try command.run(
                by: caller.name, on: interface, at: now, continuation: continuation)
        case .renew(let command):
            return try command.run(on: interface, at: now, continuation: continuation)
        case .unsubscribe(let command):
            return try command.run(on: interface, at: now, continuation: continuation)
        case .showSubscription(let command):
            return .done(try command.run(on: interface, at: now))
        case .listSubscribers(let command):
            return .done(try command.run(caller.globs(of: .read), on: interface, at: now))
        case .listEvents(let command):
            return .done(try command.run(caller.globs(of: .read), on: interface, at: now))
        case .showEvent(let command):
            return .done(try command.run(on: interface, at: now))
        case .publish(let command):
            return try command.run(
                mayBeReserved: caller.mayPassOn(command.event), on: interface, at: now,
                continuation: continuation)
        case .raise(let command):
            return try command.run(
                by: Raiser(whom, of: command.event), on: interface, at: now,
                continuation: continuation)
        case .dryRun(var command):
            command.mayRaiseReserved = caller.mayPassOn(command.event)
            return .done(try command.run(caller.globs(of: .read), on: interface, at: now))
        case .showOccurrence(let command):
            return .done(try command.run(on: interface, at: now))
        case .listOccurrences(let command):
            return .done(command.run(caller.globs(of: .read), on: interface, at: now))
        case .which(let command):
            return .done(try command.run())
        case .help(let command):
            return .done(try command.run())
        case .statistics(let command):
            return .done(command.run(on: interface, at: now))
        case .listStatistics(let command):
            return .done(command.list(on: interface, at: now))
        case .metrics(let command):
            return .done(command.run(caller.globs(of: .read), on: interface, at: now))
        case .version:
            return .done(.version(interface.versionText))
        case .uptime:
            return .done(
                .uptime(
                    since: interface.started.wall, now: now.wall,
                    seconds: (now.boot - interface.started.boot) / 1_000_000_000))
        case .processes:
            return .done(try interface.processes())
        case .logLevel(let command):
            return .done(try command.run(on: interface))
        case .kill:
            return .done(try interface.terminate())
        case .rotate(let command):
            return .done(try command.run(on: interface))
        case .reload:
            return try interface.reload(continuation)
        case .listRoutes:
            return .done(try interface.routes())
        case .probe(let command):
            return try command.run(on: interface, at: now, continuation: continuation)
        case .runRoute(var command):
            command.trace = whom.trace
            return try command.run(on: interface, at: now, continuation: continuation)
        }
    }
}
