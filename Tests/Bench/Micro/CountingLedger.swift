import Dispatch
import EventCore
import Synchronization

/// A ledger that only counts, and lets a thread wait for a count.
final class CountingLedger: DeliveryLedger {
    private struct Counts {
        var settled = 0
        var delivered = 0
        var attempts = 0
        var awaited = Int.max
    }

    private let counts = Mutex(Counts())
    private let reached = DispatchSemaphore(value: 0)

    /// Only deliveries to subscriptions below this slot are counted.
    private let slotsEnd: UInt32

    init(slotsEnd: UInt32 = .max) {
        self.slotsEnd = slotsEnd
    }

    /// Deliveries that arrived.
    var delivered: Int { counts.withLock(\.delivered) }

    /// Attempts that began: each is asked about once.
    var attempts: Int { counts.withLock(\.attempts) }

    func mayStart(_ subscription: SubscriptionRef) -> DropReason? { nil }

    func refused(among subscriptions: [SubscriptionRef]) -> [(place: Int, reason: DropReason)] {
        counts.withLock { $0.attempts += 1 }
        return []
    }

    func end(_ subscription: SubscriptionRef, as reason: EndReason, by transport: String) {}

    func tell(_ change: BreakerChange) {}

    func settle(_ results: [DeliveryResult]) {
        let isReached = counts.withLock { counts in
            for result in results where result.subscription.slot < slotsEnd {
                counts.settled += 1
                if result.outcome == .delivered { counts.delivered += 1 }
            }
            guard counts.settled >= counts.awaited else { return false }
            counts.awaited = .max
            return true
        }
        if isReached { reached.signal() }
    }

    /// Blocks until so many deliveries have ended.
    func wait(untilSettled count: Int) {
        let isReached = counts.withLock { counts in
            if counts.settled >= count { return true }
            counts.awaited = count
            return false
        }
        if !isReached { reached.wait() }
    }
}
