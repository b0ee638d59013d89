internal import EventCore
internal import WireFormats

/// `subscribers_list`, read page by page so that the core is never held for long, and written as OpenSIPS does.
struct MIListing {
    let interface: EventInterface
    let caller: Caller
    let now: Moment

    /// The result of `subscribers_list [event [socket]]`.
    func subscribers(
        _ listing: ListSubscribersCommand
    ) throws(CommandError) -> JSON {
        guard let event = listing.event else {
            return .object([("Events", .array(try eventsWithSubscribers()))])
        }
        let number = try number(of: event)
        let entries = try entries(listing)
        if listing.socket != nil {
            guard let entry = entries.first else {
                throw CommandError(.subscriptionNotFound, "The event has no such subscriber.")
            }
            return .object([("Event", head(event, number, ("Subscriber", entry)))])
        }
        if entries.isEmpty { return .object([("Event", .object([]))]) }
        return .object([("Event", head(event, number, ("Subscribers", .array(entries))))])
    }

    /// Events that have subscribers, in the order of their numbers.
    private func eventsWithSubscribers() throws(CommandError) -> [JSON] {
        var events: [JSON] = []
        var cursor: UInt32? = 0
        var left = MI.listingMax
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
                    events.append(head(name, event.number, ("Subscribers", .array(entries))))
                }
            }
        }
        return events
    }

    private func entries(_ listing: ListSubscribersCommand) throws(CommandError) -> [JSON] {
        var entries: [JSON] = []
        var listing = listing
        listing.limit = interface.pageMax
        repeat {
            guard case .subscriptions(let page) = try run(.listSubscribers(listing)) else { break }
            entries += page.subscriptions.map(entry)
            listing.cursor = page.nextCursor
            guard entries.count <= MI.listingMax else { throw tooLong }
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

    private func head(_ name: String, _ number: UInt32, _ content: (String, JSON)) -> JSON {
        .object([("name", .string(name)), ("id", .integer(Int64(number))), content])
    }

    private func entry(_ view: SubscriptionView) -> JSON {
        guard let expire = view.expire, let ttl = view.ttlSeconds else {
            return .object([("socket", .string(view.socket)), ("expire", "never")])
        }
        return .object([
            ("socket", .string(view.socket)), ("expire", .integer(expire)), ("ttl", .integer(ttl)),
        ])
    }

    private var tooLong: CommandError {
        CommandError(
            .invalidParameter,
            "More than \(MI.listingMax) subscribers: list them by GET /subscribers, page by page.")
    }
}
