import EventCore
import TestSupport

@testable import Transports

/// A target of tests: a name and options.
final class TestTarget: DeliveryTarget {
    let destination: Destination
    let options: DeliveryOptions

    init(_ name: String, _ options: DeliveryOptions = DeliveryOptions()) {
        destination = Destination(name)
        self.options = options
    }
}

/// Milliseconds as the schedule counts time.
func ms(_ milliseconds: Int64) -> Int64 { milliseconds * 1_000_000 }

/// A schedule with its clock in hand. Deliveries have numbers, which are their subscriptions' slots too.
struct ScheduleBench {
    typealias Attempt = Transports.Attempt<TestTarget>

    var schedule: DeliverySchedule<TestTarget>
    var report = DeliveryReport()
    var random = SeededRandom(seed: 7)
    var now: Int64 = 0

    init(attemptsPerDestination: Int = 1, _ change: (inout DeliverySettings) -> Void = { _ in }) {
        var settings = DeliverySettings()
        change(&settings)
        schedule = DeliverySchedule(
            settings: settings, attemptsPerDestination: attemptsPerDestination)
    }

    /// Both clocks; 1970 was when the machine started.
    var moment: Moment { Moment(boot: now, wall: now / 1_000_000) }

    static func delivery(
        _ number: Int, to target: TestTarget, bytes: Int = 0, subscription: Int? = nil,
        params: Params = .none
    ) -> QueuedDelivery<TestTarget> {
        QueuedDelivery(
            subscription: SubscriptionRef(slot: UInt32(subscription ?? number), generation: 1),
            target: target,
            occurrence: Occurrence(
                id: OccurrenceID(epoch: 1, sequence: UInt64(number)), event: "E_X", params: params,
                time: 0), payload: [UInt8](repeating: 0x78, count: bytes))
    }

    /// Adds one delivery; the numbers of those that ended for it.
    @discardableResult
    mutating func add(
        _ number: Int, to name: String, bytes: Int = 0,
        options: DeliveryOptions = DeliveryOptions(), subscription: Int? = nil,
        params: Params = .none
    ) -> [Int] {
        report.clear()
        let delivery = Self.delivery(
            number, to: TestTarget(name, options), bytes: bytes, subscription: subscription,
            params: params)
        schedule.add(delivery, now: now, report: &report)
        return report.results.map { Int($0.subscription.slot) }
    }

    /// The next attempt; deliveries join as `batch` says.
    mutating func next() -> Attempt? {
        schedule.next(now: moment, report: &report) { delivery, attempt, _ in
            let room = min(delivery.target.options.batch, attempt[0].target.options.batch)
            return attempt.count < room
        }
    }

    /// All attempts that may start.
    mutating func startAll() -> [Attempt] {
        var attempts: [Attempt] = []
        while let attempt = next() { attempts.append(attempt) }
        return attempts
    }

    /// Ends an attempt with one verdict for all.
    mutating func end(_ attempt: Attempt, _ verdict: Verdict = .delivered) {
        end(AttemptEnd(attempt, all: verdict))
    }

    mutating func end(_ end: AttemptEnd<TestTarget>) {
        report.clear()
        schedule.end(end, now: moment, random: &random, report: &report)
    }

    /// Starts the next attempt and ends it so; its numbers, empty if none may start.
    @discardableResult
    mutating func attempt(_ verdict: Verdict = .delivered) -> [Int] {
        guard let attempt = next() else { return [] }
        end(attempt, verdict)
        return attempt.numbers
    }

    /// The outcomes of the last step.
    var outcomes: [Outcome] { report.results.map(\.outcome) }
}

extension Attempt {
    /// Which deliveries it has.
    var numbers: [Int] { deliveries.map { Int($0.occurrence.sequence) } }
}
