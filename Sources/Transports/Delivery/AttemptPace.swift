internal import EventCore

/// How many attempts are under way, and which of them have become slow. Time is an argument, in nanoseconds.
///
/// A hanging receiver keeps its attempt open until the timeout. If it kept its place among the few that run
/// at a time, a handful of dead receivers would stop all others. So an attempt older than
/// `slowAfterMilliseconds` moves to a second, much larger allowance.
struct AttemptPace {
    /// Attempts under way that are young.
    private(set) var brisk = 0
    /// Attempts under way that are slow.
    private(set) var slow = 0

    /// What it obeys; may change at any time.
    var limits: QueueLimits

    private var slowAfter: Int64 { Int64(limits.slowAfterMilliseconds) * 1_000_000 }
    /// Young attempts in the order they began, ended ones among them until they reach the front.
    private var young = Fifo<Young>()
    /// The number of the first attempt in `young`: all before it are slow or ended.
    private var firstYoung: UInt64 = 0

    private struct Young {
        var began: Int64
        var isUnderWay: Bool
    }

    /// No attempt under way.
    init(limits: QueueLimits) {
        self.limits = limits
    }

    /// When the next attempt becomes slow; nil if none is young.
    var nextSlow: Int64? { young.first.map { $0.began + slowAfter } }

    /// Whether one more may begin now.
    mutating func admits(now: Int64) -> Bool {
        while let first = young.first, first.began + slowAfter <= now {
            if first.isUnderWay {
                brisk -= 1
                slow += 1
            }
            forgetFirst()
        }
        return brisk < limits.attemptsBrisk && brisk + slow < limits.attemptsMax
    }

    /// An attempt begins; the result is its number, for `end`.
    mutating func begin(now: Int64) -> UInt64 {
        young.append(Young(began: now, isUnderWay: true))
        brisk += 1
        return firstYoung + UInt64(young.count - 1)
    }

    /// The attempt with this number ended.
    mutating func end(_ number: UInt64) {
        guard number >= firstYoung else {
            slow -= 1
            return
        }
        brisk -= 1
        young[Int(number - firstYoung)]?.isUnderWay = false
        while let first = young.first, !first.isUnderWay { forgetFirst() }
    }

    private mutating func forgetFirst() {
        _ = young.popFirst()
        firstYoung += 1
    }
}
