/// Adding, renewing and ending subscriptions, and taking each of these back.
extension EventState {
    /// How to take back a change that could not be committed. Undone newest first. Subscriptions are named by
    /// their ids: one that is put back gets another slot.
    enum Undo {
        case nothing
        case created(id: UInt64)
        case renewed(before: SubscriptionRecord)
        case removed(SubscriptionRecord)
        case published(UInt32)
        case claimed(KeyTable.Name)
    }

    /// The subscription of `socket` to `event`, or nil.
    func find(event: UInt32, socket: Socket) -> UInt32? {
        identities.find(IdentityKey(event: event, socket: socket), in: slab)
    }

    /// Adds a subscription that does not exist yet, made by the caller of the name `creator`; its slot.
    mutating func add(
        event: UInt32, socket: Socket, lifetime: Lifetime, creator: String?,
        isVolatile: Bool = false, now: Moment
    ) throws(CommandError) -> UInt32 {
        guard slab.count < limits.subscriptionsMax else {
            throw CommandError(
                .tooManySubscriptions,
                "No more than \(limits.subscriptionsMax) subscriptions are kept.")
        }
        var record = SubscriptionRecord(socket)
        record.id = nextID
        record.event = event
        record.created = now.wall
        record.creator = names.number(of: creator)
        record.isVolatile = isVolatile
        record.set(lifetime, now: now, wallClock)
        record.awaitsNotice = limits.givesNotice(of: lifetime)
        record.matchedBase = events[event].occurrences
        nextID += 1
        return enter(record)
    }

    /// Enters a subscription of an earlier process.
    mutating func restore(_ record: SubscriptionRecord) {
        _ = enter(record)
    }

    /// Replaces the deadline, and the options if a socket is given; the record as it was.
    mutating func renew(
        _ slot: UInt32, socket: Socket?, lifetime: Lifetime, now: Moment
    ) -> SubscriptionRecord {
        let before = slab[slot]
        wheel.remove(slot, in: &slab)
        slab[slot].set(lifetime, now: now, wallClock)
        slab[slot].awaitsNotice = limits.givesNotice(of: lifetime)
        arm(slot)
        if let socket, !socket.isSame(as: before.socket) {
            slab[slot].options = socket.options
            slab[slot].detail = socket.detail
            touch(event: before.event)
        } else {
            // The same subscriber as before: who is notified next need not be grouped anew.
            note(event: before.event)
        }
        return before
    }

    /// Takes one change back, exactly. Every later change has been taken back before.
    mutating func takeBack(_ undo: Undo) {
        switch undo {
        case .nothing:
            return
        case .created(let id):
            // Gone already if its deadline passed meanwhile.
            guard let slot = ids.find(IDKey(id), in: slab) else { return }
            _ = remove(slot, end: .unsubscribed)
        case .renewed(let before):
            // If its new deadline passed meanwhile it stays ended: the store was told, and tries until it has
            // deleted it.
            guard let slot = ids.find(IDKey(before.id), in: slab) else { return }
            wheel.remove(slot, in: &slab)
            slab[slot].deadline = before.deadline
            slab[slot].deadlinePhase = before.deadlinePhase
            slab[slot].awaitsNotice = before.awaitsNotice
            slab[slot].expire = before.expire
            slab[slot].isVolatile = before.isVolatile
            slab[slot].detail = before.detail
            slab[slot].options = before.options
            arm(slot)
            touch(event: before.event)
        case .removed(let record):
            reinsert(record)
        case .claimed(let name):
            keys.release(name)
        case .published(let number):
            // What the journal was never told of is not taken back: it needs its event.
            guard events[number].subscriptions.count == 0, events[number].kind == .dynamic else {
                return
            }
            events.withdraw(number)
            raisedEvents.forget(number)
            eventsVersion += 1
        }
    }

    /// Puts an ended subscription back where it was, with its counters. What was pending when it ended was
    /// dropped and counted in the totals only, and what was raised since did not match it: its own matches are
    /// those whose end it has seen.
    private mutating func reinsert(_ ended: SubscriptionRecord) {
        var record = ended
        record.timerNext = SubscriptionRecord.none
        record.timerPrevious = SubscriptionRecord.none
        let seen = record.delivered + (record.losses?.total ?? 0)
        record.matchedBase = events[record.event].occurrences - seen
        _ = enter(record)
    }

    /// Enters a record in every structure; O(1) for the newest id.
    private mutating func enter(_ record: SubscriptionRecord) -> UInt32 {
        let slot = slab.insert(record)
        count(slot, by: 1)
        ids.insert(slot, in: slab)
        identities.insert(slot, in: slab)
        overall.insert(slot, in: &slab)
        events[record.event].subscriptions.insert(slot, in: &slab)
        arm(slot)
        touch(event: record.event)
        return slot
    }

    private mutating func arm(_ slot: UInt32) {
        if slab[slot].deadline != SubscriptionRecord.never { wheel.insert(slot, in: &slab) }
    }
}
