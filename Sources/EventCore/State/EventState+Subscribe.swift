/// Adding, renewing and ending subscriptions, and taking each of these back.
extension EventState {
    /// How to take back a change that could not be committed. Undone newest first.
    enum Undo {
        case nothing
        case created(SubscriptionRef)
        case renewed(SubscriptionRef, before: SubscriptionRecord)
        case removed(SubscriptionRecord)
        case published(UInt32)
    }

    /// When a subscription is to end.
    enum Lifetime: Equatable {
        case never
        case seconds(UInt32)
    }

    /// The subscription of `socket` to `event`, or nil.
    func find(event: UInt32, socket: Socket) -> UInt32? {
        identities.find(IdentityKey(event: event, socket: socket), in: slab)
    }

    /// Adds a subscription that does not exist yet; its slot.
    mutating func add(
        event: UInt32, socket: Socket, lifetime: Lifetime, now: Moment
    ) throws(CommandError) -> UInt32 {
        guard slab.count < limits.subscriptionsMax else {
            throw CommandError(
                .tooManySubscriptions,
                "No more than \(limits.subscriptionsMax) subscriptions are kept.")
        }
        var record = SubscriptionRecord()
        record.id = nextID
        record.event = event
        record.created = now.wall
        set(&record, socket: socket, lifetime: lifetime, now: now)
        nextID += 1
        return insert(record)
    }

    /// Enters a record with its id, at the end of the lists: new ones, and restored ones in order of their ids.
    mutating func insert(_ record: SubscriptionRecord) -> UInt32 {
        var record = record
        record.matchedBase = events[record.event].occurrences
        let slot = slab.insert(record)
        ids.insert(slot, in: slab)
        identities.insert(slot, in: slab)
        overall.append(slot, in: &slab)
        events[record.event].subscriptions.append(slot, in: &slab)
        arm(slot)
        touch(event: record.event)
        return slot
    }

    /// Replaces the deadline, and the options if a socket is given; the record as it was.
    mutating func renew(
        _ slot: UInt32, socket: Socket?, lifetime: Lifetime, now: Moment
    ) -> SubscriptionRecord {
        let before = slab[slot]
        wheel.remove(slot, in: &slab)
        set(&slab[slot], socket: socket ?? before.socket, lifetime: lifetime, now: now)
        arm(slot)
        if socket != nil {
            touch(event: before.event)
        } else {
            note(event: before.event)
        }
        return before
    }

    /// Takes one change back, exactly. Every later change has been taken back before.
    mutating func takeBack(_ undo: Undo) {
        switch undo {
        case .nothing:
            return
        case .created(let reference):
            // Gone already if its deadline passed meanwhile.
            if slab.isLive(reference) { _ = remove(reference.slot, end: .unsubscribed) }
        case .renewed(let reference, let before):
            guard slab.isLive(reference) else { return }
            let slot = reference.slot
            wheel.remove(slot, in: &slab)
            slab[slot].deadline = before.deadline
            slab[slot].expire = before.expire
            slab[slot].detail = before.detail
            slab[slot].options = before.options
            arm(slot)
            touch(event: before.event)
        case .removed(let record):
            reinsert(record)
        case .published(let number):
            if events[number].subscriptions.count == 0 { events.withdraw(number) }
            eventsVersion += 1
        }
    }

    /// Puts an ended subscription back where it was, counters included.
    private mutating func reinsert(_ record: SubscriptionRecord) {
        let slot = slab.insert(record)
        // What was pending when it ended was dropped and counted in the totals only, and what was raised since
        // did not match it: its own matches are those whose end it has seen.
        let seen = counts(of: record).delivered + (record.losses?.total ?? 0)
        slab[slot].matchedBase = events[record.event].occurrences - seen
        slab[slot].timerNext = SubscriptionRecord.none
        slab[slot].timerPrevious = SubscriptionRecord.none
        ids.insert(slot, in: slab)
        identities.insert(slot, in: slab)
        overall.reinsert(slot, in: &slab)
        events[record.event].subscriptions.reinsert(slot, in: &slab)
        arm(slot)
        touch(event: record.event)
    }

    private func set(
        _ record: inout SubscriptionRecord, socket: Socket, lifetime: Lifetime, now: Moment
    ) {
        record.transport = socket.transport
        record.packed = socket.packed
        record.options = socket.options
        record.detail = socket.detail
        switch lifetime {
        case .never:
            record.deadline = SubscriptionRecord.never
            record.expire = 0
        case .seconds(let seconds):
            record.deadline = now.boot + Int64(seconds) * 1_000_000_000
            record.expire = seconds
        }
    }

    private mutating func arm(_ slot: UInt32) {
        if slab[slot].deadline != SubscriptionRecord.never { wheel.insert(slot, in: &slab) }
    }
}
