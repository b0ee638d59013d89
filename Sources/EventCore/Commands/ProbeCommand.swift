internal import Synchronization

/// Tests a subscription: one real, marked message goes to its socket, beside its queue, and the answer says what came of
/// it and what helps. The subscription's counts and its receipts stay as they are.
///
/// Answers `.probed`. Errors: `subscriptionNotFound`, `serviceUnavailable`.
public struct ProbeCommand: Sendable {
    /// The subscription.
    public var id: UInt64
    /// How long the test may take; 100 to 10,000.
    public var timeoutMilliseconds: Int

    /// How long a test may take where nobody says, and at most.
    public static let timeoutMillisecondsDefault = 5_000
    /// What may be asked for.
    public static let timeoutRange = 100...10_000

    /// A command.
    public init(id: UInt64, timeoutMilliseconds: Int = ProbeCommand.timeoutMillisecondsDefault) {
        self.id = id
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    func run(
        on interface: EventInterface, at now: Moment, continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        let (prober, request) = try interface.locked {
            core throws(CommandError) -> ((any ProbeControl)?, ProbeRequest) in
            interface.expireFirst(&core, at: now)
            let record = core.state.slab[try interface.find(id, in: core.state)]
            let request = ProbeRequest(
                subscription: id, event: core.state.events[record.event].description.name,
                socketText: interface.text(of: record.socket, secrets: true),
                shownSocket: interface.text(of: record.socket),
                transport: interface.transports[Int(record.transport)].name,
                timeoutMilliseconds: timeoutMilliseconds)
            return (core.prober, request)
        }
        guard let prober else {
            throw CommandError(.serviceUnavailable, "There is nothing here that tests subscribers.")
        }
        prober.probe(request, continuation())
        return .awaiting
    }
}

extension EventInterface {
    /// Hands over what tests subscribers; once, before the surfaces open.
    public func attach(prober: any ProbeControl) {
        core.withLock { $0.prober = prober }
    }
}
