public import EventCore
internal import Foundation

/// A ledger that writes everything down, and lets a test wait for it.
public final class RecordingLedger: DeliveryLedger, @unchecked Sendable {
    // @unchecked because everything stored is only reached under `condition`.
    private let condition = NSCondition()
    private var recorded: [DeliveryResult] = []
    private var drops: [SubscriptionRef: DropReason] = [:]
    private var questions = 0
    private var ends: [SubscriptionRef] = []
    private var changes: [BreakerChange] = []
    private var settlings = 0
    private var reports: [AttemptReport] = []

    /// A ledger in which every delivery may start.
    public init() {}

    /// From now on no delivery to `subscription` starts; it is dropped for this reason instead.
    public func end(_ subscription: SubscriptionRef, as reason: DropReason = .unsubscribed) {
        condition.withLock { drops[subscription] = reason }
    }

    /// See `DeliveryLedger`.
    public func mayStart(_ subscription: SubscriptionRef) -> DropReason? {
        condition.withLock {
            questions += 1
            condition.broadcast()
            return drops[subscription]
        }
    }

    /// See `DeliveryLedger`.
    public func settle(_ results: [DeliveryResult]) {
        condition.withLock {
            recorded += results
            for result in results {
                guard let facts = result.attempt, let occurrence = result.occurrence else {
                    continue
                }
                reports.append(
                    AttemptReport(
                        subscription: result.subscription, occurrence: occurrence, facts: facts,
                        hasArrived: result.outcome == .delivered))
            }
            settlings += 1
            condition.broadcast()
        }
    }

    /// See `DeliveryLedger`.
    public func note(_ attempts: [AttemptReport]) {
        condition.withLock {
            reports += attempts
            condition.broadcast()
        }
    }

    /// Attempts that were told of, with results or before them, in the order they were.
    public var attempts: [AttemptReport] { condition.withLock { reports } }

    /// See `DeliveryLedger`.
    public func end(_ subscription: SubscriptionRef, as reason: EndReason, by transport: String) {
        condition.withLock {
            drops[subscription] = reason == .gone ? .gone : .expired
            ends.append(subscription)
            condition.broadcast()
        }
    }

    /// See `DeliveryLedger`.
    public func tell(_ change: BreakerChange) {
        condition.withLock {
            changes.append(change)
            condition.broadcast()
        }
    }

    /// Whom a transport has ended, in the order it did.
    public var ended: [SubscriptionRef] { condition.withLock { ends } }

    /// What transports have told of breakers, in the order they did.
    public var breakerChanges: [BreakerChange] { condition.withLock { changes } }

    /// All results so far, in the order they came.
    public var results: [DeliveryResult] { condition.withLock { recorded } }

    /// How often results were reported, however many at once.
    public var groups: Int { condition.withLock { settlings } }

    /// The outcomes of all results so far.
    public var outcomes: [Outcome] { results.map(\.outcome) }

    /// Waits until there are `count` results, or `seconds` have passed; then gives those there are.
    @discardableResult
    public func wait(for count: Int, seconds: Double = 20) -> [DeliveryResult] {
        wait(seconds: seconds) { $0.count >= count }
    }

    /// Waits until somebody has asked whether a delivery may start, or 20 seconds have passed.
    public func waitForQuestion() {
        let limit = Date(timeIntervalSinceNow: 20)
        condition.withLock {
            while questions == 0, condition.wait(until: limit) {}
        }
    }

    /// Waits until `isEnough` says so, or `seconds` have passed; then gives the results there are.
    @discardableResult
    public func wait(
        seconds: Double = 20, until isEnough: ([DeliveryResult]) -> Bool
    ) -> [DeliveryResult] {
        let limit = Date(timeIntervalSinceNow: seconds)
        return condition.withLock {
            while !isEnough(recorded), condition.wait(until: limit) {}
            return recorded
        }
    }
}
