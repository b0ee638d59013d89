/// Every rule about events and subscriptions, as a value: no clock, no lock, no I/O. `EventInterface` keeps it
/// inside its lock; the simulator drives it bare.
struct EventState {
    var limits: CoreLimits
    let epoch: Int64

    var events = EventTable()
    var slab = Slab()
    var ids = SlotTable<IDKey>()
    var identities = SlotTable<IdentityKey>()
    var overall = OrderedSlots(.overall)
    var wheel: DeadlineWheel
    var lanes: [SendLane]
    /// Names of callers.
    var names = NameTable()
    /// What is still to be raised of Carillon's own events.
    var notices: NoticeBoard
    /// The last occurrences, and what became of them.
    var log: OccurrenceLog
    /// Whether somebody is to be told of every occurrence.
    var isListenedTo = false
    /// Under which keys events were raised.
    var keys = KeyTable()
    /// Who waits for the last delivery of an occurrence.
    var waits = OccurrenceWaits()

    /// The id the next subscription gets.
    var nextID: UInt64 = 1
    /// Raises so far; the newest occurrence's sequence number.
    var occurrences: UInt64 = 0
    /// Subscriptions that ended so far: tells a waiting fan-out whether it has to look again who is left.
    var removals: UInt64 = 0
    /// Rises with every change that a listing of subscribers shows (`ttl_seconds` apart).
    var subscribersVersion: UInt64 = 1
    /// Rises with every change that a listing of events shows.
    var eventsVersion: UInt64 = 1

    private(set) var wallClock: WallClock
    /// `subscribersVersion` when the wall clock last stepped: every `expires_at` shows something else since.
    private var clockVersion: UInt64 = 0
    /// What became of deliveries, by transport.
    var traffic: [Traffic]
    /// How many subscriptions each transport has.
    private(set) var subscriptionsByTransport: [Int]
    /// Which events have series of their own in the metrics.
    var raisedEvents: RaisedEvents

    init(limits: CoreLimits, transportCount: Int, now: Moment) {
        self.limits = limits
        epoch = now.wall
        wheel = DeadlineWheel(
            now: now.boot, lead: limits.expiringNoticeSeconds * 1_000_000_000)
        notices = NoticeBoard(noticesMax: limits.noticesMax)
        log = OccurrenceLog(
            entriesMax: limits.occurrencesKeptMax, bytesMax: limits.occurrenceBytesMax)
        wallClock = WallClock(now)
        lanes = (0..<transportCount).map { _ in SendLane() }
        traffic = (0..<transportCount).map { _ in Traffic() }
        subscriptionsByTransport = [Int](repeating: 0, count: transportCount)
        raisedEvents = RaisedEvents(max: limits.eventsInMetricsMax)
    }

    /// Whether there is something to do outside the lock: a notice to raise, somebody to answer, somebody to tell.
    var hasAftermath: Bool {
        !notices.isEmpty || waits.hasReady || (log.hasNews && isListenedTo)
    }

    /// Deliveries in total, of ended subscriptions too.
    var totals: DeliveryCounts {
        var (matched, delivered, losses) = (UInt64(0), UInt64(0), Losses())
        for one in traffic {
            matched += one.matched
            delivered += one.delivered
            losses += one.losses
        }
        return DeliveryCounts(matched: matched, delivered: delivered, losses: losses)
    }

    /// Ends every subscription whose deadline is over; the ids of those that the journal knows. Whose deadline comes
    /// near is given notice. Every operation begins here.
    mutating func expire(now: Moment) -> [UInt64] {
        if wallClock.follow(now) {
            subscribersVersion += 1
            clockVersion = subscribersVersion
        }
        var ended: [UInt64] = []
        while let slot = wheel.popExpired(now: now.boot, in: &slab) {
            if slab[slot].awaitsNotice {
                slab[slot].awaitsNotice = false
                wheel.insert(slot, in: &slab)
                let left = slab[slot].deadline - now.boot
                if left >= 0 { notifyExpiring(slab[slot], nanosecondsLeft: left) }
            } else {
                if !slab[slot].isVolatile { ended.append(slab[slot].id) }
                notifyExpired(remove(slot, end: .expired), .expired)
            }
        }
        return ended
    }

    /// Takes a subscription out of every structure; what it was.
    mutating func remove(_ slot: UInt32, end reason: DropReason) -> SubscriptionRecord {
        let event = slab[slot].event
        wheel.remove(slot, in: &slab)
        ids.remove(slot, in: slab)
        identities.remove(slot, in: slab)
        overall.remove(slot, in: &slab)
        events[event].subscriptions.remove(slot, in: &slab)
        touch(event: event)
        removals += 1
        count(slot, by: -1)
        return slab.remove(slot, end: reason)
    }

    /// Counts a subscription that came or goes, for its transport.
    mutating func count(_ slot: UInt32, by step: Int) {
        subscriptionsByTransport[Int(slab[slot].transport)] += step
    }

    /// Notes that the subscribers of `event` have changed: the next raise groups them anew.
    mutating func touch(event: UInt32) {
        events[event].fanout = nil
        note(event: event)
        eventsVersion += 1
    }

    /// Notes that a listing of `event`'s subscribers shows something else than before.
    mutating func note(event: UInt32) {
        subscribersVersion += 1
        events[event].version = subscribersVersion
    }

    /// Counts one raise that matches `count` subscriptions of `event`.
    mutating func countRaise(event: UInt32, matched count: Int) {
        if events[event].occurrences == 0 { raisedEvents.note(event) }
        events[event].occurrences += 1
        eventsVersion += 1
        if count > 0 { note(event: event) }
    }

    /// Counts the end of one delivery, for its subscription if that still lives, and for its transport. A failure is
    /// given notice of, with the occurrence and the words where they are known. True if it was tried. The caller sees
    /// to it that the transport's `Traffic` hears of the end.
    @discardableResult
    mutating func settle(
        _ reference: SubscriptionRef, _ outcome: Outcome, by transport: Int,
        of occurrence: OccurrenceID? = nil, words: String? = nil,
        attempt: AttemptFacts? = nil
    ) -> Bool {
        let isLive = slab.isLive(reference)
        if let occurrence, log.isKept {
            note(reference, outcome, of: occurrence, words: words, attempt)
        }
        switch outcome {
        case .pending:
            return false
        case .delivered:
            if isLive { slab[reference.slot].delivered += 1 }
        case .failed(let reason):
            if isLive {
                slab[reference.slot].losses.count { $0[reason] += 1 }
                notifyFailed(slab[reference.slot], reason, of: occurrence, words: words)
            }
        case .dropped(let reason):
            if isLive { slab[reference.slot].losses.count { $0[reason] += 1 } }
        }
        if isLive { note(event: slab[reference.slot].event) }
        return traffic[transport].count(outcome)
    }

    private mutating func note(
        _ reference: SubscriptionRef, _ outcome: Outcome, of occurrence: OccurrenceID,
        words: String?, _ attempt: AttemptFacts?
    ) {
        if log.settle(occurrence.sequence, reference, outcome, words: words, attempt: attempt) {
            waits.settled(occurrence.sequence)
        }
    }

    /// The version of a listing of one event's subscribers, or of all.
    func version(ofSubscribersOf event: UInt32?) -> UInt64 {
        event.map { max(events[$0].version, clockVersion) } ?? subscribersVersion
    }

    /// What became of the occurrences that matched one subscription.
    func counts(of record: borrowing SubscriptionRecord) -> DeliveryCounts {
        DeliveryCounts(
            matched: events[record.event].occurrences - record.matchedBase,
            delivered: record.delivered, losses: record.losses)
    }
}
