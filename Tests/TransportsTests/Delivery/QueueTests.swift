import TestSupport
import Testing

@testable import Transports

/// Milliseconds as the schedule counts time.
private func ms(_ milliseconds: Int64) -> Int64 { milliseconds * 1_000_000 }

private typealias Schedule = DeliverySchedule<String, Int>

extension Schedule {
    fileprivate mutating func add(
        _ message: Int, to key: String, bytes: Int = 0, now: Int64 = 0
    ) -> [Int] {
        var evicted: [Evicted] = []
        add(message, payloadBytes: bytes, to: key, now: now, evicted: &evicted)
        return evicted.map(\.message)
    }

    fileprivate mutating func require(_ now: Int64) throws -> Attempt {
        let attempt = next(now: now)
        return try #require(attempt)
    }

    fileprivate mutating func startAll(now: Int64) -> [Attempt] {
        var attempts: [Attempt] = []
        while let attempt = next(now: now) { attempts.append(attempt) }
        return attempts
    }
}

@Suite("Delivery schedule")
struct DeliveryScheduleTests {
    @Test("A destination's deliveries start one at a time, in the order they were added")
    func order() {
        var schedule = Schedule(limits: QueueLimits())
        for message in 1...5 { #expect(schedule.add(message, to: "a").isEmpty) }
        var seen: [Int] = []
        while let attempt = schedule.next(now: 0) {
            seen.append(attempt.message)
            #expect(schedule.next(now: 0) == nil)
            schedule.end(attempt, now: 0)
        }
        #expect(seen == [1, 2, 3, 4, 5])
        #expect(schedule.isEmpty && schedule.bytes == 0 && schedule.destinations == 0)
    }

    @Test("Destinations take turns, however much one of them has waiting")
    func fairness() {
        var limits = QueueLimits()
        limits.attemptsBrisk = 1
        var schedule = Schedule(limits: limits)
        for message in 1...3 { _ = schedule.add(message, to: "busy") }
        for message in 11...12 { _ = schedule.add(message, to: "calm") }
        var seen: [Int] = []
        while let attempt = schedule.next(now: 0) {
            seen.append(attempt.message)
            schedule.end(attempt, now: 0)
        }
        #expect(seen == [1, 11, 2, 12, 3])
    }

    @Test("A failed attempt keeps its place, and its destination waits with it while others go on")
    func postponed() throws {
        var schedule = Schedule(limits: QueueLimits())
        for message in 1...2 { _ = schedule.add(message, to: "a") }
        _ = schedule.add(9, to: "b")
        let attempts = schedule.startAll(now: 0)
        #expect(attempts.map(\.message) == [1, 9])
        var evicted: [Schedule.Evicted] = []
        schedule.postpone(attempts[0], until: ms(100), now: 0, evicted: &evicted)
        schedule.end(attempts[1], now: 0)
        let early = schedule.next(now: ms(99))
        #expect(early == nil)
        #expect(schedule.wakeTime() == ms(100))
        let again = try schedule.require(ms(100))
        #expect(again.message == 1 && again.number == 2)
        schedule.end(again, now: ms(100))
        #expect(schedule.next(now: ms(100))?.message == 2)
    }

    @Test("A full queue drops its oldest untried delivery; one under way or between attempts stays")
    func overflow() throws {
        var limits = QueueLimits()
        limits.messagesPerDestination = 2
        var schedule = Schedule(limits: limits)
        _ = schedule.add(1, to: "a")
        let first = try schedule.require(0)
        var evicted: [Schedule.Evicted] = []
        schedule.postpone(first, until: ms(10), now: 0, evicted: &evicted)
        #expect(schedule.add(2, to: "a").isEmpty)
        #expect(schedule.add(3, to: "a").isEmpty)
        #expect(schedule.add(4, to: "a") == [2])
        #expect(schedule.add(5, to: "a") == [3])
        #expect(schedule.next(now: ms(10))?.message == 1)
        #expect(schedule.waiting == 2)
    }

    @Test("A queue is bounded in bytes as well, and what could never fit is refused alone")
    func bytes() {
        var limits = QueueLimits()
        limits.bytesPerDestination = 3 * (QueueLimits.messageOverheadBytes + 100)
        var schedule = Schedule(limits: limits)
        for message in 1...3 { #expect(schedule.add(message, to: "a", bytes: 100).isEmpty) }
        #expect(schedule.add(4, to: "a", bytes: 100) == [1])
        #expect(schedule.add(5, to: "a", bytes: 1 << 20) == [5])
        #expect(schedule.add(6, to: "b", bytes: 1 << 20) == [6])
        #expect(schedule.waiting == 3 && schedule.destinations == 1)
    }

    @Test(
        "When all queues together are too large, those beyond their share lose their oldest first")
    func total() {
        var limits = QueueLimits()
        limits.bytesTotal = 100 * QueueLimits.messageOverheadBytes
        var schedule = Schedule(limits: limits)
        for message in 0..<50 { #expect(schedule.add(message, to: "dead1").isEmpty) }
        for message in 50..<99 { #expect(schedule.add(message, to: "dead2").isEmpty) }
        #expect(schedule.add(1_000, to: "calm").isEmpty)
        var dropped: [Int] = []
        for message in 1_001..<1_021 { dropped += schedule.add(message, to: "calm") }
        #expect(dropped.count == 20)
        #expect(dropped.allSatisfy { $0 < 99 })
        #expect(schedule.bytes <= limits.bytesTotal)
    }

    @Test("An attempt that becomes slow makes room for another, up to the limit on all")
    func slow() {
        var limits = QueueLimits()
        limits.attemptsBrisk = 2
        limits.attemptsMax = 5
        var schedule = Schedule(limits: limits)
        for message in 0..<10 { _ = schedule.add(message, to: "hung\(message)") }
        #expect(schedule.startAll(now: 0).count == 2)
        #expect(schedule.wakeTime() == ms(50))
        #expect(schedule.startAll(now: ms(49)).isEmpty)
        #expect(schedule.startAll(now: ms(50)).count == 2)
        #expect(schedule.startAll(now: ms(100)).count == 1)
        let none = schedule.startAll(now: ms(10_000))
        #expect(none.isEmpty && schedule.underWay == 5)
    }

    @Test("Ended attempts leave their place at once, slow or not, in any order")
    func paces() {
        var limits = QueueLimits()
        limits.attemptsBrisk = 3
        var pace = AttemptPace(limits: limits)
        let numbers = (0..<3).map { _ in pace.begin(now: 0) }
        let isFull = !pace.admits(now: 0)
        #expect(isFull)
        pace.end(numbers[1])
        let hasRoom = pace.admits(now: 0)
        #expect(hasRoom && pace.brisk == 2)
        let isStillOpen = pace.admits(now: ms(60))
        #expect(isStillOpen && pace.brisk == 0 && pace.slow == 2)
        let late = pace.begin(now: ms(60))
        pace.end(numbers[0])
        pace.end(numbers[2])
        pace.end(late)
        #expect(pace.brisk == 0 && pace.slow == 0 && pace.nextSlow == nil)
    }

    @Test("Giving up hands back all that waits; what is under way ends by itself")
    func givingUp() throws {
        var schedule = Schedule(limits: QueueLimits())
        for message in 1...3 { _ = schedule.add(message, to: "a") }
        _ = schedule.add(4, to: "b")
        let first = try schedule.require(0)
        #expect(schedule.removeAll().sorted() == [2, 3, 4])
        #expect(schedule.destinations == 1)
        schedule.end(first, now: 0)
        #expect(schedule.isEmpty)
        #expect(schedule.add(7, to: "a").isEmpty)
        #expect(schedule.next(now: 0)?.message == 7)
    }

    @Test("Nothing is ever lost or doubled: random work against a count, seeds 1 to 20")
    func everyMessageOnce() {
        for seed in 1...20 {
            var random = SeededRandom(seed: UInt64(seed))
            var limits = QueueLimits()
            limits.messagesPerDestination = 5
            limits.bytesTotal = 40 * QueueLimits.messageOverheadBytes
            limits.attemptsBrisk = 3
            limits.attemptsPerDestination = seed % 2 == 0 ? 1 : 2
            var schedule = Schedule(limits: limits)
            var open: [Schedule.Attempt] = []
            var ended: [Int: Int] = [:]
            var added = 0
            var now: Int64 = 0
            for _ in 0..<3_000 {
                now += Int64.random(in: 0...ms(20), using: &random)
                var evicted: [Schedule.Evicted] = []
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<4:
                    let key = "d\(Int.random(in: 0..<12, using: &random))"
                    schedule.add(added, payloadBytes: 0, to: key, now: now, evicted: &evicted)
                    added += 1
                case 4..<7:
                    if let attempt = schedule.next(now: now) { open.append(attempt) }
                default:
                    guard let index = open.indices.randomElement(using: &random) else { continue }
                    let attempt = open.remove(at: index)
                    if attempt.number < 3, Bool.random(using: &random) {
                        schedule.postpone(attempt, until: now + ms(30), now: now, evicted: &evicted)
                    } else {
                        schedule.end(attempt, now: now)
                        ended[attempt.message, default: 0] += 1
                    }
                }
                for item in evicted { ended[item.message, default: 0] += 1 }
            }
            for attempt in open {
                schedule.end(attempt, now: now)
                ended[attempt.message, default: 0] += 1
            }
            for message in schedule.removeAll() { ended[message, default: 0] += 1 }
            #expect(ended.count == added && ended.values.allSatisfy { $0 == 1 }, "seed \(seed)")
            #expect(
                schedule.isEmpty && schedule.bytes == 0 && schedule.waiting == 0, "seed \(seed)")
            #expect(schedule.underWay == 0, "seed \(seed)")
        }
    }
}

@Suite("Retry policy")
struct RetryPolicyTests {
    @Test("Delays are drawn from zero to a bound that doubles, three times, then it is over")
    func bounds() {
        var random = SeededRandom(seed: 7)
        let policy = RetryPolicy()
        for (attempt, bound) in [(1, 500), (2, 1_000), (3, 2_000)] {
            let delays = (0..<500).compactMap { _ in
                policy.delayMilliseconds(
                    afterAttempt: attempt, retryAfterSeconds: nil, random: &random)
            }
            #expect(delays.count == 500)
            #expect(delays.allSatisfy { 0...bound ~= $0 })
            #expect(delays.contains { $0 < bound / 4 } && delays.contains { $0 > bound * 3 / 4 })
        }
        #expect(
            policy.delayMilliseconds(afterAttempt: 4, retryAfterSeconds: 1, random: &random) == nil)
    }

    @Test("The bound stops growing at its maximum")
    func maximum() {
        var random = SeededRandom(seed: 7)
        var policy = RetryPolicy()
        policy.retriesMax = 100
        for attempt in [10, 20, 99] {
            let delay = policy.delayMilliseconds(
                afterAttempt: attempt, retryAfterSeconds: nil, random: &random)
            #expect(delay.map { 0...30_000 ~= $0 } == true)
        }
    }

    @Test(
        "Retry-After is kept, but no longer than the maximum",
        arguments: [
            (0, 0...500), (2, 2_000...2_000), (300, 300_000...300_000), (86_400, 300_000...300_000),
        ])
    func retryAfter(seconds: Int, range: ClosedRange<Int>) throws {
        var random = SeededRandom(seed: 7)
        let delay = RetryPolicy().delayMilliseconds(
            afterAttempt: 1, retryAfterSeconds: seconds, random: &random)
        #expect(range ~= (try #require(delay)))
    }
}

@Suite("Queue pieces")
struct QueuePieceTests {
    @Test("A FIFO gives back in order what was put in, across its compactions")
    func fifo() {
        var queue = FIFO<Int>()
        var next = 0
        for value in 0..<10_000 {
            queue.append(value)
            if value % 3 != 0 {
                #expect(queue.removeFirst() == next)
                next += 1
            }
        }
        while let value = queue.removeFirst() {
            #expect(value == next)
            next += 1
        }
        #expect(next == 10_000 && queue.isEmpty && queue.first == nil)
    }

    @Test("Deadlines come out in the order of time, and not before it")
    func heap() {
        var random = SeededRandom(seed: 3)
        var heap = DeadlineHeap<Int64>()
        for _ in 0..<1_000 {
            let time = Int64.random(in: 0..<500, using: &random)
            heap.insert(time, at: time)
        }
        var out: [Int64] = []
        for now in Int64(0)..<500 {
            while let time = heap.removeDue(at: now) {
                #expect(time == now)
                out.append(time)
            }
        }
        #expect(out.count == 1_000 && heap.earliest == nil)
    }
}
