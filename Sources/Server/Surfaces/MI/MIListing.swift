internal import EventCore

/// Reads `subscribers_list` page by page, so that the core is never held for long.
struct MIListing {
    let interface: EventInterface
    let caller: Caller
    let now: Moment

    /// The subscribers that `subscribers_list [event [socket]]` asks for.
    func subscribers(
        _ listing: ListSubscribersCommand
    ) throws(CommandError) -> SubscriberListing {
        guard let event = listing.event else {
            return SubscriberListing(scope: .allEvents, events: try eventsWithSubscribers())
        }
        let number = try number(of: event)
        let entries = try entries(listing)
        let events =
            entries.isEmpty
            ? [] : [SubscriberListing.Event(name: event, number: number, subscriptions: entries)]
        guard listing.socket != nil else { return SubscriberListing(scope: .event, events: events) }
        if events.isEmpty {
            throw CommandError(.subscriptionNotFound, "The event has no such subscriber.")
        }
        return SubscriberListing(scope: .subscriber, events: events)
    }

    /// Events that have subscribers, in the order of their numbers.
    private func eventsWithSubscribers() throws(CommandError) -> [SubscriberListing.Event] {
        var events: [SubscriberListing.Event] = []
        var cursor: UInt32? = 0
        var left = MIRunner.listingMax
        while let start = cursor {
            let reply = try run(
                .listEvents(ListEventsCommand(limit: interface.pageMax, cursor: start)))
            guard case .events(let page) = reply else { break }
            cursor = page.nextCursor
            for event in page.events where event.subscribers > 0 {
                let name = event.description.name
                let entries = try entries(ListSubscribersCommand(event: name, limit: .max))
                left -= entries.count
                guard left >= 0 else { throw tooLong }
                if !entries.isEmpty {
                    events.append(.init(name: name, number: event.number, subscriptions: entries))
                }
            }
        }
        return events
    }

    private func entries(
        _ listing: ListSubscribersCommand
    ) throws(CommandError) -> [SubscriptionView] {
        var entries: [SubscriptionView] = []
        var listing = listing
        listing.limit = interface.pageMax
        repeat {
            guard case .subscriptions(let page) = try run(.listSubscribers(listing)) else { break }
            entries += page.subscriptions
            listing.cursor = page.nextCursor
            guard entries.count <= MIRunner.listingMax else { throw tooLong }
        } while listing.cursor != nil
        return entries
    }

    private func run(_ command: Command) throws(CommandError) -> CommandReply {
        guard
            case .done(let reply) = try Commands.run(
                command, by: caller, on: interface, at: now,
                continuation: {
                    preconditionFailure("listings are answered at once")
                })
        else { preconditionFailure("listings are answered at once") }
        return reply
    }

    private func number(of event: String) throws(CommandError) -> UInt32 {
        guard case .event(let view, _) = try run(.showEvent(ShowEventCommand(event: event))) else {
            preconditionFailure("showing an event answers with it")
        }
        return view.number
    }

    private var tooLong: CommandError {
        CommandError(
            .invalidParameter,
            "More than \(MIRunner.listingMax) subscribers: list them by GET /subscribers, page by page."
        )
    }
}
