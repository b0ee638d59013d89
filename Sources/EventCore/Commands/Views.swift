/// What the commands show of the state.
extension EventInterface {
    /// The slot of a subscription by its id.
    func find(_ id: UInt64, in state: borrowing EventState) throws(CommandError) -> UInt32 {
        guard let slot = state.ids.find(IDKey(id), in: state.slab) else {
            throw CommandError(
                .subscriptionNotFound, "No subscription has the id \(id).", parameter: "id")
        }
        return slot
    }

    /// The version of a listing of one event's subscribers, or of all, with how it goes at their destinations. Each
    /// part only rises, so the sum is never the same twice.
    func version(ofSubscribersOf event: UInt32?, in state: borrowing EventState) -> UInt64 {
        transports.reduce(state.version(ofSubscribersOf: event)) { $0 + $1.healthVersion }
    }

    /// A subscription as it stands.
    func view(_ slot: UInt32, in state: borrowing EventState, at now: Moment) -> SubscriptionView {
        let record = state.slab[slot]
        let isPermanent = record.deadline == SubscriptionRecord.never
        let left = record.deadline - now.boot
        return SubscriptionView(
            id: record.id, event: state.events[record.event].description.name,
            socket: text(of: record.socket), transport: transports[Int(record.transport)].name,
            expire: isPermanent ? nil : Int64(record.expire),
            expiresAt: state.wallDeadline(of: record),
            ttlSeconds: isPermanent ? nil : (left + 999_999_999) / 1_000_000_000,
            createdAt: record.created, createdBy: state.names[record.creator],
            deliveries: state.counts(of: record),
            destination: transports[Int(record.transport)].health(of: record.socket))
    }
}

extension EventState {
    /// A deadline on the wall clock, milliseconds since 1970: what the subscriber was told.
    func wallDeadline(of record: borrowing SubscriptionRecord) -> Int64? {
        guard record.deadline != SubscriptionRecord.never else { return nil }
        return wallClock.wall(atBoot: record.deadline) + Int64(record.deadlinePhase)
    }

    /// A subscription as the store keeps it.
    func stored(_ slot: UInt32, socket: String) -> StoredSubscription {
        let record = slab[slot]
        return StoredSubscription(
            id: record.id, event: events[record.event].description.name, socket: socket,
            deadline: wallDeadline(of: record),
            expire: record.expire == 0 ? nil : Int64(record.expire), created: record.created,
            createdBy: names[record.creator])
    }

    /// An event as it stands.
    func view(ofEvent number: UInt32) -> EventView {
        EventView(
            number: number, description: events[number].description, kind: events[number].kind,
            subscribers: events[number].subscriptions.count,
            occurrences: events[number].occurrences)
    }

    /// Walks one event's subscribers, or all, newest first.
    func visitSubscribers(of event: UInt32?, below cursor: UInt64?, _ body: (UInt32) -> Bool) {
        if let event {
            events[event].subscriptions.visitNewestFirst(below: cursor, in: slab, body)
        } else {
            overall.visitNewestFirst(below: cursor, in: slab, body)
        }
    }
}
