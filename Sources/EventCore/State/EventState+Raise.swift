/// Raising: who matches, and the lanes that carry it to the transports.
extension EventState {
    /// What a raise leaves to do outside the lock.
    struct Raised {
        let id: OccurrenceID
        let matched: Int
        /// Lanes to empty on the raising thread, and lanes to hand to their transport's queue.
        var inline = LaneSet()
        var scheduled = LaneSet()
        /// A lane that lags so far behind that the answer should wait for it.
        var lagging: Int?
    }

    /// Counts the raise and enqueues it in the lane of every transport that has a subscriber. `raiser` is the number of
    /// the name of who raised it.
    mutating func raise(
        event: UInt32, params: Params, raiser: UInt32 = NameTable.none, depth: Int = 0,
        trace: Trace? = nil, now: Moment
    ) -> Raised {
        occurrences += 1
        let id = OccurrenceID(epoch: epoch, sequence: occurrences)
        let hasSubscribers = events[event].subscriptions.count > 0
        guard hasSubscribers || log.isKept else {
            log.skip()
            countRaise(event: event, matched: 0)
            return Raised(id: id, matched: 0)
        }
        if !hasSubscribers, !isListenedTo, trace == nil {
            log.append(
                event: events[event].description.name, params, time: now.wall, raiser: raiser,
                depth: depth)
            waits.forget(before: log.first)
            countRaise(event: event, matched: 0)
            return Raised(id: id, matched: 0)
        }
        let occurrence = Occurrence(
            id: id, event: events[event].description.name, params: params, time: now.wall,
            boot: now.boot, depth: depth, trace: trace)
        let fanout = hasSubscribers ? fanout(of: event) : nil
        log.append(occurrence, raiser: raiser, fanout)
        waits.forget(before: log.first)
        countRaise(event: event, matched: fanout?.count ?? 0)
        guard let fanout else { return Raised(id: id, matched: 0) }
        var raised = Raised(id: id, matched: fanout.count)
        for group in fanout.groups {
            traffic[group.transport].begin(group.targets.count, raisedAt: now.boot)
            enqueue(occurrence, group, into: &raised)
        }
        return raised
    }

    /// The next deliveries of a lane; those that ended before they could start are counted and left out.
    mutating func nextSlice(lane: Int) -> SendLane.Slice? {
        while var slice = lanes[lane].take(limits.sliceDeliveriesMax) {
            if slice.removals == removals { return slice }
            var living: [Target] = []
            for target in slice.targets {
                if let reason = slab.end(of: target.subscription) {
                    drop(target, reason, by: lane, of: slice.occurrence)
                } else {
                    living.append(target)
                }
            }
            slice.targets = living[...]
            if !living.isEmpty { return slice }
        }
        return nil
    }

    private mutating func enqueue(
        _ occurrence: Occurrence, _ group: Fanout.Group, into raised: inout Raised
    ) {
        let lane = group.transport
        if lanes[lane].isClosed {
            return drop(group.targets[...], .stopped, by: lane, of: occurrence)
        }
        guard lanes[lane].entries.count < limits.laneOccurrencesMax else {
            return drop(group.targets[...], .queueFull, by: lane, of: occurrence)
        }
        lanes[lane].enqueue(
            SendLane.Entry(occurrence: occurrence, targets: group.targets, removals: removals))
        let lags = lanes[lane].backlog > limits.inlineDeliveriesMax
        if lags { raised.lagging = lane }
        guard !lanes[lane].isOwned else { return }
        lanes[lane].isOwned = true
        if lags {
            raised.scheduled.insert(lane)
        } else {
            raised.inline.insert(lane)
        }
    }

    /// Drops what waits in a lane whose transport was stopped, and all that comes later; who still waits for it.
    mutating func close(lane: Int) -> [SendLane.Waiter] {
        lanes[lane].isClosed = true
        while let slice = lanes[lane].take(.max) {
            drop(slice.targets, .stopped, by: lane, of: slice.occurrence)
        }
        return lanes[lane].takeWaiters(before: .max)
    }

    private mutating func drop(
        _ targets: ArraySlice<Target>, _ reason: DropReason, by lane: Int, of occurrence: Occurrence
    ) {
        for target in targets { drop(target, reason, by: lane, of: occurrence) }
    }

    private mutating func drop(
        _ target: Target, _ reason: DropReason, by lane: Int, of occurrence: Occurrence
    ) {
        settle(target.subscription, .dropped(reason), by: lane, of: occurrence.id)
        traffic[lane].end(1, tried: 0, raisedAt: occurrence.boot, now: nil)
    }

    /// The event's subscribers by transport; O(1) unless they changed since the last raise.
    private mutating func fanout(of event: UInt32) -> Fanout {
        if let known = events[event].fanout { return known }
        var byTransport = [[Target]](repeating: [], count: lanes.count)
        events[event].subscriptions.visitNewestFirst(below: nil, in: slab) { slot in
            let record = slab[slot]
            byTransport[Int(record.transport)].append(
                Target(
                    subscription: SubscriptionRef(slot: slot, generation: record.generation),
                    packed: record.packed, options: record.options, detail: record.detail,
                    id: record.id))
            return true
        }
        let groups = byTransport.enumerated().filter { !$0.element.isEmpty }
            .map { Fanout.Group(transport: $0.offset, targets: $0.element) }
        let fanout = Fanout(groups: groups)
        events[event].fanout = fanout
        return fanout
    }
}
