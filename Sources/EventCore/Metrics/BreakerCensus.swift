internal import Synchronization

/// How many subscriptions one transport has, by the state of the breaker in front of their destination.
public struct BreakerCensus: Sendable, Equatable {
    /// The transport's name.
    public let transport: String
    /// Those whose deliveries are made as they come.
    public internal(set) var closed: Int
    /// Those whose deliveries wait.
    public internal(set) var open = 0
    /// Those for which one attempt decides.
    public internal(set) var halfOpen = 0
}

extension EventInterface {
    /// Subscriptions looked at under one hold of the lock.
    private static let censusPage: UInt32 = 1_024

    /// Counts the subscriptions of every transport. Those of the transports called `troubled` are looked at one by one,
    /// about 0.2 µs each, a page at a time, while others go on; of all others the number is known, and none is open.
    public func census(lookingAt troubled: Set<String>) -> [BreakerCensus] {
        var counts = core.withLock { core in
            zip(transports, core.state.subscriptionsByTransport).map {
                BreakerCensus(transport: $0.name, closed: $1)
            }
        }
        let isTroubled = transports.map { troubled.contains($0.name) }
        guard isTroubled.contains(true) else { return counts }
        var start: UInt32? = 0
        while let first = start {
            start = core.withLock { core -> UInt32? in
                let end = min(core.state.slab.end, first + Self.censusPage)
                for slot in first..<max(first, end) {
                    let record = core.state.slab[slot]
                    let lane = Int(record.transport)
                    guard record.id != 0, isTroubled[lane] else { continue }
                    switch transports[lane].health(of: record.socket)?.breaker {
                    case .open: counts[lane].open += 1
                    case .halfOpen: counts[lane].halfOpen += 1
                    case .closed, nil: break
                    }
                }
                return end < core.state.slab.end ? end : nil
            }
        }
        for lane in counts.indices {
            counts[lane].closed = max(
                0, counts[lane].closed - counts[lane].open - counts[lane].halfOpen)
        }
        return counts
    }
}
