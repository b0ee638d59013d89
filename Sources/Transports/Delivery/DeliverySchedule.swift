internal import EventCore

/// Which attempt starts next: every destination's queue, fair turns between them, pauses after failures,
/// breakers, and the limits on all of it. A value without clock or I/O: time is an argument.
///
/// The owner loops: `next` until nil, run those attempts, `end` each, sleep until `wakeTime`. Order within a
/// destination is kept; between destinations turns go round. What came of it all is in a `DeliveryReport`:
/// nothing is lost silently. One owner: its lanes are objects, which a copy would share.
struct DeliverySchedule<Target: DeliveryTarget> {
    typealias Delivery = QueuedDelivery<Target>

    /// What it obeys; may change at any time.
    var settings: DeliverySettings {
        didSet { pace.limits = settings.queue }
    }

    /// How many deliveries wait; attempts under way not included.
    private(set) var waiting = 0
    /// Bytes of all that waits.
    private(set) var bytes = 0
    /// Attempts of deliveries that had been tried before.
    private(set) var retries: UInt64 = 0
    /// Breakers that are not closed.
    private(set) var breakersOpen = 0
    /// Those of them whose next attempt is under way and decides.
    private(set) var breakersHalfOpen = 0
    /// Attempts under way.
    var underWay: Int { pace.brisk + pace.slow }
    /// Destinations that are remembered, those with nothing to do included.
    var destinations: Int { lanes.count }
    /// Whether some destination is in line to start something.
    var canStart: Bool { !ready.isEmpty }
    /// Whether nothing waits and nothing is under way.
    var isEmpty: Bool { waiting == 0 && underWay == 0 }

    private var lanes = LaneTable<Target>()
    /// Lanes that have something waiting or under way.
    private var busy = 0
    private var ready = Fifo<TablePlace>()
    private var pauses = DeadlineHeap<TablePlace>()
    private var pace: AttemptPace
    private let attemptsPerDestination: Int
    /// Where the search for a destination beyond its share goes on.
    private var hand = 0

    /// An empty schedule.
    init(settings: DeliverySettings, attemptsPerDestination: Int = 1) {
        self.settings = settings
        self.attemptsPerDestination = attemptsPerDestination
        pace = AttemptPace(limits: settings.queue)
    }

    // MARK: In

    /// Puts a delivery last in its destination's queue. `report` gets what the limits pushed out, which may be
    /// this one.
    mutating func add(_ delivery: consuming Delivery, now: Int64, report: inout DeliveryReport) {
        let hinted = TablePlace(hint: delivery.place)
        let place =
            lanes.isCurrent(hinted) ? hinted : lanes.place(of: delivery.target.destination)
        let lane = lane(place.index)
        if delivery.dropsNewest, bytes + delivery.bytes > settings.queue.bytesTotal,
            exceedsShare(place.index, withMore: delivery.bytes)
        {
            report.lose(delivery, .queueFull)
        } else {
            let before = Before(lane)
            lane.wasUsed = true
            lane.queue.append(delivery, limits: settings.queue, report: &report)
            follow(lane, since: before)
            holdTotal(report: &report)
        }
        lineUp(lane, at: place, now: now)
        forgetIdle(report: &report)
    }

    /// Gives up all that waits, for this reason; attempts under way stay.
    mutating func removeAll(_ reason: DropReason, report: inout DeliveryReport) {
        ready = Fifo()
        pauses.removeAll()
        for index in lanes.indices where lanes[index] != nil {
            lanes[index]?.isReady = false
            while let delivery = removeOldest(index) { report.settle(delivery, .dropped(reason)) }
        }
    }

    // MARK: Out

    /// The attempt to start now; nil when none may, because of the limits or because all is done. `joins` as
    /// `Courier.mayJoin`.
    mutating func next(
        now: Moment, report: inout DeliveryReport,
        joins: (Delivery, borrowing [Delivery], Int) -> Bool
    ) -> Attempt<Target>? {
        while let place = pauses.removeDue(at: now.boot) { settle(place, now: now.boot) }
        guard pace.admits(now: now.boot) else { return nil }
        while let place = ready.popFirst() {
            guard lanes.isCurrent(place) else { continue }
            lanes[place.index]?.isReady = false
            guard mayStart(place, now: now.boot) else { continue }
            let deliveries = change(place.index) { lane in
                lane.underWay += 1
                return lane.queue.start(joins: joins)
            }
            for place in deliveries.indices where deliveries[place].attempts > 1 { retries += 1 }
            let epoch = noteStart(place, now: now, report: &report)
            settle(place, now: now.boot)
            let ticket = AttemptTicket(
                lane: place.index, generation: place.generation, start: pace.begin(now: now.boot),
                epoch: epoch, began: now)
            return Attempt(deliveries: deliveries, ticket: ticket)
        }
        return nil
    }

    /// When `next` may give something without anything else happening; nil = only after an `add` or `end`.
    func wakeTime() -> Int64? {
        earlier(pauses.earliest, ready.isEmpty ? nil : pace.nextSlow)
    }

    // MARK: Back

    /// An attempt has ended. What was to be tried again is in its place in the queue, the destination's pause and
    /// breaker have followed, and `report` has all that ended with it.
    mutating func end(
        _ end: borrowing AttemptEnd<Target>, now: Moment, random: inout some RandomNumberGenerator,
        report: inout DeliveryReport
    ) {
        let ticket = end.attempt.ticket
        let place = TablePlace(index: ticket.lane, generation: ticket.generation)
        pace.end(ticket.start)
        let policy = settings.retry
        let sums = change(place.index) { lane in
            lane.underWay -= 1
            var sums = AttemptSums()
            if case .all(.ended(.delivered, _)) = end.verdicts {
                sums.addDelivered(end, now: now, report: &report)
                return sums
            }
            for place in end.attempt.deliveries.indices {
                let again = sums.add(end, place, policy, now: now, report: &report)
                if let again { lane.queue.putBack(again) }
            }
            return sums
        }
        conclude(end, sums, at: place, now: now, random: &random, report: &report)
        holdTotal(report: &report)
        settle(place, now: now.boot)
        forgetIdle(report: &report)
    }

    private mutating func conclude(
        _ end: borrowing AttemptEnd<Target>, _ sums: AttemptSums, at place: TablePlace, now: Moment,
        random: inout some RandomNumberGenerator, report: inout DeliveryReport
    ) {
        if sums.failure == nil, sums.complaint == nil, lanes[place.index]?.isSound == true {
            return
        }
        guard let lane = lanes[place.index] else { return }
        let (healthBefore, breakerBefore) = (lane.health, lane.breaker.state)
        let change = lane.learn(sums, end.attempt.ticket.epoch, settings, now: now, random: &random)
        if lane.notBefore > now.boot { pauses.insert(place, at: lane.notBefore) }
        if lane.health != healthBefore { report.publish(lane.health, of: lane.name) }
        countBreaker(from: breakerBefore, to: lane.breaker.state)
        if let change {
            report.tell(
                BreakerChange(
                    subscription: end.attempt.deliveries[0].subscription, destination: lane.name,
                    state: change))
        }
    }

    // MARK: Lanes

    /// The lane at its place.
    private func lane(_ index: Int) -> DestinationLane<Target> {
        // A place is only asked for where there is a lane.
        guard let lane = lanes[index] else { preconditionFailure("no lane at its place") }
        return lane
    }

    /// What a lane is in the sums over all of them.
    private struct Before {
        let waiting: Int
        let bytes: Int
        let isIdle: Bool

        init(_ lane: DestinationLane<Target>) {
            waiting = lane.queue.count
            bytes = lane.queue.bytes
            isIdle = lane.isIdle
        }
    }

    /// Keeps the sums over all lanes right, after one of them has changed.
    private mutating func follow(_ lane: DestinationLane<Target>, since before: Before) {
        waiting += lane.queue.count - before.waiting
        bytes += lane.queue.bytes - before.bytes
        if before.isIdle != lane.isIdle { busy += before.isIdle ? 1 : -1 }
    }

    /// Changes a lane, and keeps the sums over all of them right.
    private mutating func change<Result>(
        _ index: Int, _ body: (DestinationLane<Target>) -> Result
    ) -> Result {
        let lane = lane(index)
        let before = Before(lane)
        let result = body(lane)
        follow(lane, since: before)
        return result
    }

    private func mayStart(_ place: TablePlace, now: Int64) -> Bool {
        lanes[place.index]?.mayStart(now: now, attemptsMax: attemptsPerDestination) == true
    }

    /// After a change: the lane lines up if it can start something.
    private mutating func settle(_ place: TablePlace, now: Int64) {
        guard lanes.isCurrent(place), let lane = lanes[place.index] else { return }
        lineUp(lane, at: place, now: now)
    }

    /// The lane at this place lines up if it can start something and does not stand there yet.
    private mutating func lineUp(_ lane: DestinationLane<Target>, at place: TablePlace, now: Int64)
    {
        guard !lane.isReady, lane.mayStart(now: now, attemptsMax: attemptsPerDestination) else {
            return
        }
        lane.isReady = true
        ready.append(place)
    }

    /// An attempt has begun: what was known of the next one is no longer so. The breaker's epoch.
    private mutating func noteStart(
        _ place: TablePlace, now: Moment, report: inout DeliveryReport
    ) -> UInt32 {
        guard let lane = lanes[place.index] else { return 0 }
        let decides = lane.breaker.begin()
        if decides || lane.health?.nextAttemptTime != nil {
            if decides { countBreaker(from: .open, to: .halfOpen) }
            lane.follow(now: now)
            report.publish(lane.health, of: lane.name)
        }
        return lane.breaker.epoch
    }

    private mutating func countBreaker(
        from before: DestinationHealth.Breaker, to after: DestinationHealth.Breaker
    ) {
        breakersOpen += (before == .closed ? 0 : -1) + (after == .closed ? 0 : 1)
        breakersHalfOpen += (before == .halfOpen ? -1 : 0) + (after == .halfOpen ? 1 : 0)
    }

    /// Forgets destinations with nothing to do beyond those that are kept.
    private mutating func forgetIdle(report: inout DeliveryReport) {
        while lanes.count - busy > settings.queue.destinationsKept, let lane = lanes.forgetOne() {
            countBreaker(from: lane.breaker.state, to: .closed)
            if lane.health != nil { report.publish(nil, of: lane.name) }
        }
    }

    // MARK: The limit on all bytes

    private mutating func holdTotal(report: inout DeliveryReport) {
        while bytes > settings.queue.bytesTotal, let delivery = removeFromLargestShare() {
            report.lose(delivery, .queueFull)
        }
    }

    /// The oldest delivery of a destination that holds more than an equal share of `bytesTotal`.
    ///
    /// While the total is beyond the limit there is such a destination. The hand stays where it found one,
    /// so a search over all of them is rare.
    private mutating func removeFromLargestShare() -> Delivery? {
        for _ in 0...lanes.indices.count {
            if hand >= lanes.indices.count { hand = 0 }
            if lanes[hand] != nil, exceedsShare(hand, withMore: 0) { return removeOldest(hand) }
            hand += 1
        }
        return nil
    }

    private func exceedsShare(_ index: Int, withMore more: Int) -> Bool {
        (lanes[index]?.queue.bytes ?? 0) + more > settings.queue.bytesTotal / max(1, busy)
    }

    private mutating func removeOldest(_ index: Int) -> Delivery? {
        change(index) { $0.queue.removeOldest() }
    }
}
