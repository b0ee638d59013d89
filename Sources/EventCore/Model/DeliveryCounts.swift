/// What became of deliveries. Always and exactly: `matched = delivered + failed + dropped + pending`.
public struct DeliveryCounts: Sendable, Equatable {
    /// Occurrences that matched.
    public internal(set) var matched: UInt64 = 0
    /// Deliveries that arrived, as far as the transport can know.
    public internal(set) var delivered: UInt64 = 0
    /// Failures by reason; only reasons that occurred, in the order of the enumeration.
    public internal(set) var failedBy: [(reason: FailureReason, count: UInt64)] = []
    /// Drops by reason; only reasons that occurred, in the order of the enumeration.
    public internal(set) var droppedBy: [(reason: DropReason, count: UInt64)] = []

    /// All failures.
    public var failed: UInt64 { failedBy.reduce(0) { $0 + $1.count } }
    /// All drops.
    public var dropped: UInt64 { droppedBy.reduce(0) { $0 + $1.count } }
    /// Deliveries still on their way.
    public var pending: UInt64 { matched - delivered - failed - dropped }

    init(matched: UInt64, delivered: UInt64, losses: Losses?) {
        self.matched = matched
        self.delivered = delivered
        guard let losses else { return }
        for reason in FailureReason.allCases where losses[reason] > 0 {
            failedBy.append((reason, losses[reason]))
        }
        for reason in DropReason.allCases where losses[reason] > 0 {
            droppedBy.append((reason, losses[reason]))
        }
    }

    /// Whether both count the same.
    public static func == (left: DeliveryCounts, right: DeliveryCounts) -> Bool {
        left.matched == right.matched && left.delivered == right.delivered
            && left.failedBy.elementsEqual(right.failedBy, by: ==)
            && left.droppedBy.elementsEqual(right.droppedBy, by: ==)
    }
}
