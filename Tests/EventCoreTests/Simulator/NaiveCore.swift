import EventCore

/// What the core must do, written as plainly as possible: arrays that are searched from end to end. Slow, and
/// right at a glance. The simulator holds the core against it.
struct NaiveCore {
    var limits: CoreLimits
    var now: Moment
    var events: [Event] = []
    var subscriptions: [Subscription] = []
    var nextID: UInt64 = 1
    var sequence: UInt64 = 0
    var lanes: [Lane]
    /// Lanes whose work waits on their transport's queue.
    var scheduled: Set<Int> = []
    var changes: [Uncommitted] = []
    var totals = Counts()
    var incarnations = 0
    /// What is still to be raised of Carillon's own events, and how much of it found no room.
    var notices: [(event: String, text: String)] = []
    var noticesLost = 0
    /// The first part of the ids of occurrences.
    var epoch: Int64
    /// Hand-overs since the test last took them, by lane.
    var handed: [[Handed]]
    /// Raises whose answer waits for a lane.
    var waiters: [Waiter] = []
    /// Steps whose answer is due.
    var answered: [Int] = []

    struct Event {
        var name: String
        var kind: EventKind
        var raised = 0
    }

    struct Subscription {
        var id: UInt64
        var event: String
        var address: Address
        var expire: Int64?
        var deadline: Int64?
        var expiresAt: Int64?
        /// `expiresAt` as it was told to the journal: what a restart goes by.
        var storedDeadline: Int64?
        var created: Int64
        var counts = Counts()
        /// Whether it is still to be said that its deadline comes near.
        var awaitsNotice = false
        /// Another one each time that it is entered: what was pending before is not its own any more.
        var incarnation: Int
    }

    /// A socket of the manual transports.
    struct Address: Hashable {
        var lane: Int
        var scheme: String
        var number: UInt64?
        var name: String?
        var secret: String?
        var tag: UInt16

        var identity: String { scheme + ":" + (number.map { String($0) } ?? name ?? "") }
        var options: String { tag == 0 ? "" : "#tag=\(tag)" }
        var text: String {
            scheme + ":" + (secret == nil ? "" : "***@") + (number.map { String($0) } ?? name ?? "")
                + options
        }
        var secretText: String {
            scheme + ":" + (secret.map { $0 + "@" } ?? "")
                + (number.map { String($0) } ?? name ?? "") + options
        }
    }

    struct Counts: Equatable {
        var matched = 0
        var delivered = 0
        var losses: [String: Int] = [:]
        var lost: Int { losses.values.reduce(0, +) }
        var pending: Int { matched - delivered - lost }

        mutating func count(_ outcome: Outcome) {
            switch outcome {
            case .pending: break
            case .delivered: delivered += 1
            case .failed(let reason): losses["failed_" + reason.rawValue, default: 0] += 1
            case .dropped(let reason): losses["dropped_" + reason.rawValue, default: 0] += 1
            }
        }
    }

    struct Target: Equatable {
        var id: UInt64
        var incarnation: Int
        var event: String
        var address: Address
    }

    struct Lane {
        var entries: [(sequence: UInt64, text: String, targets: [Target])] = []
        var isOwned = false
        var backlog: Int { entries.reduce(0) { $0 + $1.targets.count } }
    }

    struct Handed {
        var sequence: UInt64
        /// The values, as `Simulator.text` writes them.
        var text: String
        var target: Target
        var outcome: Outcome
    }

    struct Waiter {
        var lane: Int
        var sequence: UInt64
        var step: Int
    }

    /// A change that the journal has not confirmed, and how to take it back.
    struct Uncommitted {
        enum Undo {
            case nothing, created(UInt64), renewed(Subscription), removed(Subscription)
            case published(String)
        }
        var undo: Undo
        /// Which step's reply waits for it.
        var step: Int?
        /// False for a reply that only waits for the changes before it.
        var isTold = true
    }

    init(limits: CoreLimits, now: Moment, catalogue: [String], lanes: Int) {
        self.limits = limits
        self.now = now
        epoch = now.wall
        self.lanes = (0..<lanes).map { _ in Lane() }
        handed = (0..<lanes).map { _ in [] }
        events = catalogue.map { Event(name: $0, kind: .static) }
    }

    // MARK: Time

    /// Ends what is over, live at its deadline, and says what soon will be; in the order of the instants.
    mutating func expire() {
        var hasEnded = false
        while let (index, _) = dueInstants().filter({ $0.instant < now.boot }).min(by: {
            ($0.instant, subscriptions[$0.index].id) < ($1.instant, subscriptions[$1.index].id)
        }) {
            let one = subscriptions[index]
            if one.awaitsNotice {
                subscriptions[index].awaitsNotice = false
                let left = (one.deadline ?? 0) - now.boot
                let ttl = left / 1_000_000_000 + (left % 1_000_000_000 > 0 ? 1 : 0)
                if left >= 0 { notify("E_EVI_EXPIRING", of: one, ["ttl=\(ttl)"]) }
            } else {
                subscriptions.remove(at: index)
                notify("E_EVI_EXPIRED", of: one, ["reason=expired"])
                hasEnded = true
            }
        }
        if hasEnded { changes.append(Uncommitted(undo: .nothing)) }
        raiseNotices()
    }

    /// For each subscription that ends, the last instant before something is to be done about it.
    func dueInstants() -> [(index: Int, instant: Int64)] {
        subscriptions.indices.compactMap { index in
            let lead = limits.expiringNoticeSeconds * 1_000_000_000
            return subscriptions[index].deadline.map {
                (index, subscriptions[index].awaitsNotice ? $0 - lead - 1 : $0)
            }
        }
    }

    func isLive(_ target: Target) -> Bool { living(target) != nil }

    func living(_ target: Target) -> Subscription? {
        subscriptions.first { $0.id == target.id && $0.incarnation == target.incarnation }
    }

    // MARK: Changes

    func event(_ name: String) -> Event? { events.first { $0.name == name } }

    func find(_ event: String, _ address: Address) -> Int? {
        subscriptions.firstIndex { $0.event == event && $0.address.identity == address.identity }
    }

    mutating func create(_ name: String, step: Int?) -> CommandError.Code? {
        guard EventName.isValid(name) else { return .invalidEvent }
        if name.hasPrefix("E_CORE_") || name.hasPrefix("E_EVI_") { return .eventReserved }
        if events.count >= limits.eventsMax { return .tooManyEvents }
        if changes.count >= limits.uncommittedChangesMax { return .storeUnavailable }
        events.append(Event(name: name, kind: .dynamic))
        changes.append(Uncommitted(undo: .published(name), step: step))
        return nil
    }

    mutating func add(_ event: String, _ address: Address, expire: Int64?, step: Int)
        -> Subscription
    {
        incarnations += 1
        var new = Subscription(
            id: nextID, event: event, address: address, created: now.wall, incarnation: incarnations
        )
        nextID += 1
        setExpire(expire, of: &new)
        subscriptions.append(new)
        changes.append(Uncommitted(undo: .created(new.id), step: step))
        return new
    }

    mutating func renew(_ index: Int, _ address: Address?, expire: Int64?, step: Int)
        -> Subscription
    {
        changes.append(Uncommitted(undo: .renewed(subscriptions[index]), step: step))
        if let address { subscriptions[index].address = address }
        setExpire(expire, of: &subscriptions[index])
        return subscriptions[index]
    }

    mutating func remove(_ index: Int, step: Int?) {
        changes.append(Uncommitted(undo: .removed(subscriptions.remove(at: index)), step: step))
    }

    private func setExpire(_ expire: Int64?, of subscription: inout Subscription) {
        subscription.expire = expire
        subscription.awaitsNotice = expire.map { $0 > limits.expiringNoticeSeconds } ?? false
        subscription.deadline = expire.map { now.boot + $0 * 1_000_000_000 }
        subscription.expiresAt = expire.map { now.wall + $0 * 1_000 }
        subscription.storedDeadline = subscription.expiresAt
    }

    /// The disk is full: everything uncommitted is taken back, newest first. The steps whose replies waited.
    mutating func takeBack() -> [Int] {
        let undone = changes
        changes = []
        for change in undone.reversed() {
            switch change.undo {
            case .nothing: break
            case .created(let id): subscriptions.removeAll { $0.id == id }
            case .renewed(let before):
                guard let index = subscriptions.firstIndex(where: { $0.id == before.id }) else {
                    break
                }
                subscriptions[index].address = before.address
                subscriptions[index].expire = before.expire
                subscriptions[index].awaitsNotice = before.awaitsNotice
                subscriptions[index].deadline = before.deadline
                subscriptions[index].expiresAt = before.expiresAt
                subscriptions[index].storedDeadline = before.storedDeadline
            case .removed(var ended):
                incarnations += 1
                ended.incarnation = incarnations
                // What was pending was dropped in the totals only.
                ended.counts.matched = ended.counts.delivered + ended.counts.lost
                subscriptions.append(ended)
                subscriptions.sort { $0.id < $1.id }
            case .published(let name): events.removeAll { $0.name == name }
            }
        }
        return undone.compactMap(\.step)
    }

    // MARK: Raising

    /// Raises an event that exists; its number, and how many matched. `step` is nil for one of Carillon's own: it never goes out
    /// on the thread that raised it, and nobody waits for it.
    @discardableResult
    mutating func raise(
        _ name: String, _ text: String, step: Int?
    ) -> (sequence: UInt64, matched: Int) {
        sequence += 1
        for index in events.indices where events[index].name == name { events[index].raised += 1 }
        let matching = subscriptions.indices.reversed().filter { subscriptions[$0].event == name }
        for index in matching { subscriptions[index].counts.matched += 1 }
        totals.matched += matching.count
        let result = (sequence: sequence, matched: matching.count)
        var inline: [Int] = []
        var lagging: [Int] = []
        for lane in lanes.indices {
            let targets = matching.map { subscriptions[$0] }.filter { $0.address.lane == lane }
                .map {
                    Target(
                        id: $0.id, incarnation: $0.incarnation, event: name, address: $0.address)
                }
            if targets.isEmpty { continue }
            if lanes[lane].entries.count >= limits.laneOccurrencesMax {
                for target in targets { end(target, .dropped(.queueFull)) }
                continue
            }
            lanes[lane].entries.append((sequence, text, targets))
            let lags = lanes[lane].backlog > limits.inlineDeliveriesMax
            if lags { lagging.append(lane) }
            if lanes[lane].isOwned { continue }
            lanes[lane].isOwned = true
            if lags || step == nil { scheduled.insert(lane) } else { inline.append(lane) }
        }
        guard let step else { return result }
        if let lane = lagging.last {
            waiters.append(Waiter(lane: lane, sequence: sequence, step: step))
        } else {
            answered.append(step)
        }
        for lane in inline {
            if !empty(lane, inline: true) { scheduled.insert(lane) }
            raiseNotices()
        }
        return result
    }

    /// Hands slices over until the lane is empty (true), or the raising thread has done its share (false).
    mutating func empty(_ lane: Int, inline: Bool) -> Bool {
        var share = 0
        while !lanes[lane].entries.isEmpty {
            if inline && share >= limits.inlineDeliveriesMax { return false }
            let sequence = lanes[lane].entries[0].sequence
            let text = lanes[lane].entries[0].text
            let slice = lanes[lane].entries[0].targets.prefix(limits.sliceDeliveriesMax)
            lanes[lane].entries[0].targets.removeFirst(slice.count)
            if lanes[lane].entries[0].targets.isEmpty { lanes[lane].entries.removeFirst() }
            if slice.contains(where: isLive) {
                answer { $0.lane == lane && $0.sequence < sequence }
            }
            for target in slice {
                if isLive(target) {
                    let outcome = NaiveCore.outcome(sequence, target.address.number ?? 0)
                    handed[lane].append(
                        Handed(sequence: sequence, text: text, target: target, outcome: outcome))
                    end(target, outcome, of: sequence)
                    share += 1
                } else {
                    end(target, .dropped(.unsubscribed))
                }
            }
        }
        lanes[lane].isOwned = false
        answer { $0.lane == lane }
        return true
    }

    private mutating func answer(_ isDue: (Waiter) -> Bool) {
        answered += waiters.filter(isDue).map(\.step)
        waiters.removeAll(where: isDue)
    }

    /// Counts the end of one delivery.
    mutating func end(
        _ target: Target, _ outcome: Outcome, of sequence: UInt64? = nil, words: String? = nil
    ) {
        totals.count(outcome)
        if case .failed(let reason) = outcome, let one = living(target) {
            let occurrence = sequence.map { "\(OccurrenceID(epoch: epoch, sequence: $0))" }
            notify(
                "E_EVI_DELIVERY_FAILED", of: one,
                [
                    occurrence.map { "occurrence=\($0)" }, "reason=\(reason.rawValue)",
                    words.map { "error=\($0)" },
                ].compactMap { $0 })
        }
        for index in subscriptions.indices
        where subscriptions[index].id == target.id
            && subscriptions[index].incarnation == target.incarnation
        {
            subscriptions[index].counts.count(outcome)
        }
    }

    /// What the manual transports do with a delivery.
    static func outcome(_ sequence: UInt64, _ number: UInt64) -> Outcome {
        switch (sequence &* 7 &+ number &* 13) % 10 {
        case 0: .failed(.refused)
        case 1: .failed(.timeout)
        case 2, 3, 4: .pending
        case 5: .dropped(.queueFull)
        default: .delivered
        }
    }
}

extension NaiveCore.Uncommitted {
    /// The wall clock was set: what may come back ends at another time of day.
    mutating func shift(_ milliseconds: Int64) {
        switch undo {
        case .renewed(var before):
            before.expiresAt? += milliseconds
            undo = .renewed(before)
        case .removed(var before):
            before.expiresAt? += milliseconds
            undo = .removed(before)
        case .nothing, .created, .published: break
        }
    }

    /// Whether it may change what the journal holds of a subscription.
    func concerns(_ id: UInt64) -> Bool {
        switch undo {
        case .created(let other): other == id
        case .renewed(let before), .removed(let before): before.id == id
        case .nothing, .published: false
        }
    }
}

extension NaiveCore {
    /// The program has started again: what was on disk is there, and nothing else.
    mutating func restart(at now: Moment, events dynamic: [String], nextID: UInt64) {
        self.now = now
        self.nextID = nextID
        epoch = now.wall
        noticesLost = 0
        events =
            events.filter { $0.kind == .static }.map { Event(name: $0.name, kind: .static) }
            + dynamic.map { Event(name: $0, kind: .dynamic) }
        subscriptions = subscriptions.compactMap { one in
            var one = one
            one.counts = Counts()
            if let stored = one.storedDeadline, let expire = one.expire {
                let left = min(stored - now.wall, expire * 1_000)
                guard left > 0 else { return nil }
                one.deadline = now.boot + left * 1_000_000
                one.expiresAt = now.wall + left
                one.awaitsNotice = expire > limits.expiringNoticeSeconds
            }
            return one
        }
        lanes = lanes.map { _ in Lane() }
        handed = handed.map { _ in [] }
        scheduled = []
        waiters = []
        answered = []
        changes = []
        totals = Counts()
        sequence = 0
        expire()
    }
}
