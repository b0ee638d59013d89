/// What became of one occurrence: of each of its deliveries, if there are few; else the counts, and what went wrong.
struct Receipt {
    /// How many subscriptions matched.
    let matched: UInt32
    private(set) var delivered: UInt32 = 0
    private(set) var failed: UInt32 = 0
    private(set) var dropped: UInt32 = 0

    /// Whom it was for, shared with the fan-out; empty where there were more than `deliveriesKept`.
    let targets: [Fanout.Kept]
    /// A bit for each of `targets`: whether it has got it. What became of the others stands in `troubles`, if they have
    /// ended: so where all goes well nothing is allocated for them.
    private var arrived: UInt64 = 0
    /// What went wrong, in the order in which it was told, at most `troublesMax`.
    private(set) var troubles: [Trouble] = []
    /// The attempt with which a delivery ended, where it was the only one; by the place of the target, empty before the
    /// first. Apart from `attempts`: what happens most costs one allocation for all deliveries together.
    private var only: [AttemptFacts?] = []
    /// All other attempts, in the order in which they were told, at most `attemptsMax`.
    private var attempts: [Attempt] = []
    /// How much it has grown since somebody asked, bytes.
    private var growth = 0
    /// Where to look first: results mostly come in the order of the targets.
    private var hint = 0

    /// A delivery that did not arrive.
    struct Trouble {
        let subscription: SubscriptionRef
        let outcome: Outcome
        let words: String?
    }

    /// One try of a delivery.
    private struct Attempt {
        let subscription: SubscriptionRef
        let view: AttemptView
    }

    /// Beyond so many deliveries there are counts and troubles only. No more than `arrived` has bits.
    static let deliveriesKept = 64
    /// Troubles that are kept, the first ones: at least one for each delivery that is kept.
    static let troublesMax = 64
    /// Attempts that are kept of all deliveries together, the first ones of each.
    static let attemptsMax = 256
    /// Attempts that are kept of one delivery; one more takes the place of the last.
    static let attemptsPerDeliveryMax = 16

    init(_ fanout: Fanout?) {
        matched = UInt32(clamping: fanout?.count ?? 0)
        targets = fanout?.kept ?? []
    }

    /// How each of `targets` stands.
    var outcomes: [Outcome] {
        targets.indices.map { place in
            if arrived & 1 << UInt64(place) != 0 { return .delivered }
            let subscription = targets[place].target.subscription
            return troubles.first { $0.subscription == subscription }?.outcome ?? .pending
        }
    }

    /// Whether each delivery is told of.
    var isWhole: Bool { targets.count == Int(matched) }

    /// Whether every delivery has ended.
    var isSettled: Bool { delivered + failed + dropped == matched }

    /// Notes the end of one delivery, and the attempt that it ended with; true if it was the last delivery.
    mutating func settle(
        _ subscription: SubscriptionRef, _ outcome: Outcome, words: String?, attempt: AttemptFacts?
    ) -> Bool {
        switch outcome {
        case .pending: return false
        case .delivered: delivered += 1
        case .failed: failed += 1
        case .dropped: dropped += 1
        }
        let place = place(of: subscription)
        if outcome == .delivered, let place { arrived |= 1 << UInt64(place) }
        if outcome != .delivered, troubles.count < Self.troublesMax {
            troubles.append(Trouble(subscription: subscription, outcome: outcome, words: words))
        }
        if let attempt { note(attempt, of: subscription, at: place, outcome) }
        return isSettled
    }

    /// Notes an attempt. Of those that went well none where there are too many deliveries to tell of each.
    mutating func note(_ report: AttemptReport) {
        guard isWhole || !report.hasArrived else { return }
        add(report.subscription, report.facts, report.timings, report.member)
    }

    /// The attempts of one delivery, in their order.
    func attempts(of subscription: SubscriptionRef) -> [AttemptView] {
        let place = targets.firstIndex { $0.target.subscription == subscription }
        if let place, place < only.count, let facts = only[place] {
            return [AttemptView(number: 1, facts: facts)]
        }
        return attempts.lazy.filter { $0.subscription == subscription }.map(\.view)
    }

    /// How many bytes it has grown by since the last call.
    mutating func takeGrowth() -> Int {
        defer { growth = 0 }
        return growth
    }

    private mutating func note(
        _ facts: AttemptFacts, of subscription: SubscriptionRef, at place: Int?, _ outcome: Outcome
    ) {
        guard let place, !attempts.contains(where: { $0.subscription == subscription }) else {
            if isWhole || outcome != .delivered { add(subscription, facts) }
            return
        }
        if only.isEmpty {
            only = Array(repeating: nil, count: targets.count)
            growth += only.count * MemoryLayout<AttemptFacts?>.stride
        }
        only[place] = facts
    }

    private mutating func add(
        _ subscription: SubscriptionRef, _ facts: AttemptFacts, _ timings: AttemptTimings? = nil,
        _ member: String? = nil
    ) {
        let last = attempts.lastIndex { $0.subscription == subscription }
        let number = last.map { attempts[$0].view.number + 1 } ?? 1
        let attempt = Attempt(
            subscription: subscription,
            view: AttemptView(number: number, facts: facts, timings: timings, member: member))
        if let last, number > Self.attemptsPerDeliveryMax || attempts.count >= Self.attemptsMax {
            // The newest says most: in order behind the earlier ones.
            attempts.remove(at: last)
            attempts.append(attempt)
        } else if attempts.count < Self.attemptsMax {
            attempts.append(attempt)
            growth += MemoryLayout<Attempt>.stride
        }
    }

    private mutating func place(of subscription: SubscriptionRef) -> Int? {
        var place = hint
        for _ in 0..<targets.count {
            if place >= targets.count { place = 0 }
            defer { place += 1 }
            if targets[place].target.subscription == subscription {
                hint = place + 1
                return place
            }
        }
        return nil
    }
}
