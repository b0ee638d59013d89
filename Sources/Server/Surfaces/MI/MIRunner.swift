internal import EventCore

/// Runs the commands of the management interface, for all its doors and protocols.
struct MIRunner: Sendable {
    let interface: EventInterface

    /// What a command came to.
    typealias Outcome = Result<MIReply, CommandError>

    /// Most entries of one listing. Larger ones are an error that points to the paged listing of REST.
    static let listingMax = 100_000

    /// Runs one command. Its outcome, or nil: then `later` gets it, exactly once, from any thread.
    func run(
        _ row: CommandRow, _ arguments: [Argument?], by caller: Caller, at now: Moment,
        later: @escaping @Sendable (Outcome) -> Void
    ) -> Outcome? {
        do throws(CommandError) {
            let command = try row.command(arguments)
            if case .listSubscribers(let listing) = command {
                let reader = MIListing(interface: interface, caller: caller, now: now)
                return .success(.subscribers(try reader.subscribers(listing)))
            }
            let outcome = try Commands.run(
                command, by: caller, on: interface, at: now
            ) {
                { result in later(result.map { .plain($0) }) }
            }
            switch outcome {
            case .done(let reply): return .success(.plain(reply))
            case .awaiting: return nil
            }
        } catch {
            return .failure(error)
        }
    }
}

/// What a command of the management interface answers; each protocol writes it in its own form.
enum MIReply: Sendable {
    /// A reply of the command layer.
    case plain(CommandReply)
    /// A listing of subscribers, put together from its pages.
    case subscribers(SubscriberListing)
}

/// Events and their subscribers, newest first.
struct SubscriberListing: Sendable {
    /// What was asked for: OpenSIPS answers each in a shape of its own.
    enum Scope: Sendable {
        case allEvents
        case event
        case subscriber
    }

    /// One event that has some.
    struct Event: Sendable {
        let name: String
        let number: UInt32
        let subscriptions: [SubscriptionView]
    }

    let scope: Scope
    /// Only those that have subscribers.
    let events: [Event]
}
