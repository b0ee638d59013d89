/// What became of one occurrence: of each of its deliveries, if there are few; else the counts, and what went wrong.
struct Receipt {
    /// How many subscriptions matched.
    let matched: UInt32
    private(set) var delivered: UInt32 = 0
    private(set) var failed: UInt32 = 0
    private(set) var dropped: UInt32 = 0

    /// Whom it was for, shared with the fan-out; empty where there were more than `deliveriesKept`.
    let targets: [Fanout.Kept]
    /// How each of `targets` stands.
    private(set) var outcomes: [Outcome]
    /// What went wrong, in the order in which it was told, at most `troublesMax`.
    private(set) var troubles: [Trouble] = []
    /// What transports told of single attempts, at most `attemptsMax`.
    private(set) var attempts: [AttemptReport] = []
    /// Where to look first: results mostly come in the order of the targets.
    private var hint = 0

    /// A delivery that did not arrive.
    struct Trouble {
        let subscription: SubscriptionRef
        let outcome: Outcome
        let words: String?
    }

    /// Beyond so many deliveries there are counts and troubles only.
    static let deliveriesKept = 64
    static let troublesMax = 64
    static let attemptsMax = 256

    init(_ fanout: Fanout?) {
        matched = UInt32(clamping: fanout?.count ?? 0)
        targets = fanout?.kept ?? []
        outcomes = [Outcome](repeating: .pending, count: targets.count)
    }

    /// Whether each delivery is told of.
    var isWhole: Bool { targets.count == Int(matched) }

    /// Whether every delivery has ended.
    var isSettled: Bool { delivered + failed + dropped == matched }

    /// About what it takes in memory.
    var bytes: Int { targets.count * MemoryLayout<Outcome>.stride }

    /// Notes the end of one delivery; true if it was the last.
    mutating func settle(
        _ subscription: SubscriptionRef, _ outcome: Outcome, words: String?
    ) -> Bool {
        switch outcome {
        case .pending: return false
        case .delivered: delivered += 1
        case .failed: failed += 1
        case .dropped: dropped += 1
        }
        if let place = place(of: subscription) { outcomes[place] = outcome }
        if outcome != .delivered, troubles.count < Self.troublesMax {
            troubles.append(Trouble(subscription: subscription, outcome: outcome, words: words))
        }
        return isSettled
    }

    /// Notes an attempt.
    mutating func note(_ attempt: AttemptReport) {
        if attempts.count < Self.attemptsMax { attempts.append(attempt) }
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
