/// What became of the deliveries of one transport since the start. Under the core's lock, so that all its counts are
/// of one moment.
struct Traffic: Sendable {
    /// Deliveries that there were to make.
    private(set) var matched: UInt64 = 0
    private(set) var delivered: UInt64 = 0
    private(set) var losses = Losses()
    /// From the raise to the end of those that were tried.
    private(set) var latency = LatencyCounts()
    /// Those that have not ended.
    private(set) var pending = PendingAges()

    /// `count` subscriptions of this transport match what is raised at this moment.
    mutating func begin(_ count: Int, raisedAt raised: Int64) {
        matched += UInt64(count)
        pending.add(count, raisedAt: raised)
    }

    /// One delivery has ended so; true if it was tried.
    mutating func count(_ outcome: Outcome) -> Bool {
        switch outcome {
        case .pending: return false
        case .delivered: delivered += 1
        case .failed(let reason): losses[reason] += 1
        case .dropped(let reason):
            losses[reason] += 1
            return false
        }
        return true
    }

    /// So many have ended that `count` was told of, `tried` of them after an attempt. `raised` nil: unknown when.
    mutating func end(_ ended: Int, tried: Int, raisedAt raised: Int64?, now: Int64?) {
        guard ended > 0 else { return }
        pending.remove(ended, raisedAt: raised)
        guard tried > 0 else { return }
        // Where it is not known when, it is counted all the same: as many as have been tried.
        latency.add(now.flatMap { now in raised.map { now - $0 } } ?? 0, times: tried)
    }

    /// All counts.
    var counts: DeliveryCounts {
        DeliveryCounts(matched: matched, delivered: delivered, losses: losses)
    }
}

extension Losses {
    static func += (left: inout Losses, right: Losses) {
        for reason in FailureReason.allCases { left[reason] += right[reason] }
        for reason in DropReason.allCases { left[reason] += right[reason] }
    }
}
