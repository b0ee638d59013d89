/// Lists subscriptions, newest first. Errors: `invalidEvent`, `eventNotFound`, `invalidSocket`.
///
/// With both event and socket it finds the one subscription in O(1); with a transport or a socket alone it looks
/// at no more than `pageScanMax` records, so a page may be short although more follow.
public struct ListSubscribersCommand: Sendable {
    /// Only those of this event.
    public var event: String?
    /// Only those with this socket's identity.
    public var socket: String?
    /// Only those of the transport with this name.
    public var transport: String?
    /// Most entries of the page.
    public var limit: Int
    /// The `nextCursor` of the page before.
    public var cursor: UInt64?
    /// Answer `.unchanged` if the listing still has this version.
    public var knownVersion: UInt64?
    /// Whether an event that does not exist is an error (MI) or an empty page (REST).
    public var requiresEvent: Bool

    /// A command.
    public init(
        event: String? = nil, socket: String? = nil, transport: String? = nil, limit: Int,
        cursor: UInt64? = nil, knownVersion: UInt64? = nil, requiresEvent: Bool = false
    ) {
        self.event = event
        self.socket = socket
        self.transport = transport
        self.limit = limit
        self.cursor = cursor
        self.knownVersion = knownVersion
        self.requiresEvent = requiresEvent
    }

    /// Shows only subscriptions to events of `globs`; nil = all.
    func run(
        _ globs: [EventGlob]?, on interface: EventInterface, at now: Moment
    ) throws(CommandError) -> CommandReply {
        let listing = Listing(
            command: self, socket: try parsedSocket(interface),
            transport: transport.map { name in
                interface.transports.firstIndex { $0.name == name } ?? -1
            }, globs: globs, interface: interface, now: now)
        return try interface.locked { core throws(CommandError) -> CommandReply in
            try listing.answer(in: &core)
        }
    }

    /// A listing at the core's lock. It cannot be copied, so that the closure which brings it there borrows it: most often
    /// the answer is that nothing has changed, and copies would be a good part of what that costs.
    private struct Listing: ~Copyable {
        let command: ListSubscribersCommand
        let socket: Socket?
        /// The transport's place in the table; -1 for one that is not there.
        let transport: Int?
        let globs: [EventGlob]?
        let interface: EventInterface
        let now: Moment

        /// The answer, under the lock.
        func answer(in core: inout EventInterface.Core) throws(CommandError) -> CommandReply {
            interface.expireFirst(&core, at: now)
            let event = command.event.flatMap { core.state.events.number(of: $0) }
            if let name = command.event, event == nil {
                if command.requiresEvent { throw interface.eventNotFound(name) }
                return .subscriptions(
                    SubscriptionPage(
                        subscriptions: [], nextCursor: nil,
                        version: interface.version(ofSubscribersOf: nil, in: core.state)))
            }
            let version = interface.version(ofSubscribersOf: event, in: core.state)
            if version == command.knownVersion { return .unchanged(version: version) }
            let page = page(of: event, in: &core)
            return .subscriptions(
                SubscriptionPage(
                    subscriptions: page.slots.map { interface.view($0, in: core.state, at: now) },
                    nextCursor: page.nextCursor, version: version))
        }

        private func page(of event: UInt32?, in core: inout EventInterface.Core) -> Page {
            var page = Page(limit: command.limit, scansLeft: interface.limits.pageScanMax)
            func visit(_ slot: UInt32) -> Bool {
                page.take(slot, in: core.state.slab) { record in
                    core.state.events[record.event].isOf(globs)
                        && (transport == nil || transport == Int(record.transport))
                        && (socket == nil || socket?.sameIdentity(as: record.socket) == true)
                }
            }
            if let event, let socket {
                let slot = core.state.find(event: event, socket: socket)
                if let slot, core.state.slab[slot].id < command.cursor ?? .max { _ = visit(slot) }
            } else {
                core.state.visitSubscribers(of: event, below: command.cursor, visit)
            }
            return page
        }
    }

    /// Gathers a page while the list is walked; one entry more than fits tells that another page follows.
    private struct Page {
        let limit: Int
        var scansLeft: Int
        var slots: [UInt32] = []
        var nextCursor: UInt64?
        private var lastSeen: UInt64?

        init(limit: Int, scansLeft: Int) {
            self.limit = limit
            self.scansLeft = scansLeft
        }

        mutating func take(
            _ slot: UInt32, in slab: borrowing Slab, if matches: (SubscriptionRecord) -> Bool
        ) -> Bool {
            let record = slab[slot]
            let isMatch = matches(record)
            if scansLeft == 0 || (isMatch && slots.count == limit) {
                nextCursor = lastSeen
                return false
            }
            scansLeft -= 1
            lastSeen = record.id
            if isMatch { slots.append(slot) }
            return true
        }
    }

    private func parsedSocket(_ interface: EventInterface) throws(CommandError) -> Socket? {
        guard let socket else { return nil }
        do throws(SocketError) {
            return try interface.parse(try SocketText.parse(socket))
        } catch {
            throw CommandError(error)
        }
    }
}

/// Lists events in the order of their numbers.
public struct ListEventsCommand: Sendable {
    /// Most entries of the page.
    public var limit: Int
    /// The `nextCursor` of the page before.
    public var cursor: UInt32?
    /// Answer `.unchanged` if the listing still has this version.
    public var knownVersion: UInt64?

    /// A command.
    public init(limit: Int, cursor: UInt32? = nil, knownVersion: UInt64? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.knownVersion = knownVersion
    }

    /// Shows only events of `globs`; nil = all.
    func run(
        _ globs: [EventGlob]?, on interface: EventInterface, at now: Moment
    ) throws(CommandError) -> CommandReply {
        interface.locked { core in
            interface.expireFirst(&core, at: now)
            let version = core.state.eventsVersion
            if version == knownVersion { return .unchanged(version: version) }
            let events = core.state.events.events
            var views: [EventView] = []
            var next = Int(cursor ?? 0)
            while next < events.count && views.count < limit {
                if !events[next].isWithdrawn && events[next].isOf(globs) {
                    views.append(core.state.view(ofEvent: UInt32(next)))
                }
                next += 1
            }
            return .events(
                EventPage(
                    events: views, nextCursor: next < events.count ? UInt32(next) : nil,
                    version: version))
        }
    }
}

extension EventRecord {
    /// Whether one of `globs` matches its name; true where they are nil.
    fileprivate func isOf(_ globs: [EventGlob]?) -> Bool {
        globs?.contains { $0.matches(description.name) } ?? true
    }
}
