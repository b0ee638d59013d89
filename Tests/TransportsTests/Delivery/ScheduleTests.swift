import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("Delivery schedule: order, turns and limits")
struct DeliveryScheduleTests {
    @Test("A destination's deliveries start one at a time, in the order they were added")
    func order() {
        var bench = ScheduleBench()
        for number in 1...5 { #expect(bench.add(number, to: "a").isEmpty) }
        var seen: [Int] = []
        while let attempt = bench.next() {
            seen += attempt.numbers
            #expect(bench.startAll().isEmpty)
            bench.end(attempt)
        }
        #expect(seen == [1, 2, 3, 4, 5])
        #expect(bench.schedule.isEmpty && bench.schedule.bytes == 0)
    }

    @Test("Destinations take turns, however much one of them has waiting")
    func fairness() {
        var bench = ScheduleBench { $0.queue.attemptsBrisk = 1 }
        for number in 1...3 { bench.add(number, to: "busy") }
        for number in 11...12 { bench.add(number, to: "calm") }
        var seen: [Int] = []
        for _ in 0..<5 { seen += bench.attempt() }
        #expect(seen == [1, 11, 2, 12, 3])
    }

    @Test("A failed attempt keeps its place, and its destination waits with it while others go on")
    func postponed() {
        var bench = ScheduleBench { $0.retry.firstDelayMilliseconds = 0 }
        for number in 1...2 { bench.add(number, to: "a") }
        bench.add(9, to: "b")
        let attempts = bench.startAll()
        #expect(attempts.map(\.numbers) == [[1], [9]])
        bench.end(attempts[0], .tryAgain(.status, retryAfterSeconds: 1, words: "busy"))
        bench.end(attempts[1])
        bench.now = ms(999)
        #expect(bench.startAll().isEmpty)
        #expect(bench.schedule.wakeTime() == ms(1_000))
        bench.now = ms(1_000)
        #expect(bench.attempt() == [1])
        #expect(bench.attempt() == [2])
        #expect(bench.schedule.retries == 1)
    }

    @Test("Where several attempts may be under way, what fails goes back to its place in the order")
    func window() {
        var bench = ScheduleBench(attemptsPerDestination: 3) {
            $0.retry.firstDelayMilliseconds = 0
        }
        for number in 1...4 { bench.add(number, to: "a") }
        let attempts = bench.startAll()
        #expect(attempts.map(\.numbers) == [[1], [2], [3]])
        for attempt in attempts { bench.end(attempt, .unreachable(.connect, words: "away")) }
        #expect(bench.schedule.waiting == 4)
        #expect(bench.startAll().map(\.numbers) == [[1], [2], [3]])
    }

    @Test("What joins goes out in one attempt; its parts may end in different ways")
    func joined() {
        var options = DeliveryOptions()
        options.batch = 3
        var bench = ScheduleBench { $0.retry.firstDelayMilliseconds = 0 }
        for number in 1...5 { bench.add(number, to: "a", options: options) }
        guard let attempt = bench.next() else { return #expect(Bool(false), "an attempt") }
        #expect(attempt.numbers == [1, 2, 3])
        bench.end(
            AttemptEnd(
                attempt, each: [.delivered, .unsent, .ended(.failed(.reply), words: "no")]))
        #expect(bench.outcomes == [.delivered, .failed(.reply)])
        #expect(bench.attempt() == [2, 4, 5])
        #expect(bench.schedule.isEmpty)
    }

    @Test(
        "When all queues together are too large, those beyond their share lose their oldest first")
    func total() {
        var bench = ScheduleBench {
            $0.queue.bytesTotal = 100 * QueueLimits.messageOverheadBytes
        }
        for number in 0..<50 { #expect(bench.add(number, to: "dead1").isEmpty) }
        for number in 50..<99 { #expect(bench.add(number, to: "dead2").isEmpty) }
        #expect(bench.add(1_000, to: "calm").isEmpty)
        var dropped: [Int] = []
        for number in 1_001..<1_021 { dropped += bench.add(number, to: "calm") }
        #expect(dropped.count == 20)
        #expect(dropped.allSatisfy { $0 < 99 })
        #expect(bench.schedule.bytes <= bench.schedule.settings.queue.bytesTotal)
    }

    @Test("An attempt that becomes slow makes room for another, up to the limit on all")
    func slow() {
        var bench = ScheduleBench {
            $0.queue.attemptsBrisk = 2
            $0.queue.attemptsMax = 5
        }
        for number in 0..<10 { bench.add(number, to: "hung\(number)") }
        #expect(bench.startAll().count == 2)
        #expect(bench.schedule.wakeTime() == ms(50))
        bench.now = ms(49)
        #expect(bench.startAll().isEmpty)
        bench.now = ms(50)
        #expect(bench.startAll().count == 2)
        bench.now = ms(100)
        #expect(bench.startAll().count == 1)
        bench.now = ms(10_000)
        #expect(bench.startAll().isEmpty && bench.schedule.underWay == 5)
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

    @Test("Giving up ends all that waits; what is under way ends by itself")
    func givingUp() throws {
        var bench = ScheduleBench()
        for number in 1...3 { bench.add(number, to: "a") }
        bench.add(4, to: "b")
        let first = bench.next()
        bench.report.clear()
        bench.schedule.removeAll(.stopped, report: &bench.report)
        #expect(bench.report.results.map(\.subscription.slot).sorted() == [2, 3, 4])
        #expect(Set(bench.outcomes) == [.dropped(.stopped)])
        bench.end(try #require(first))
        #expect(bench.schedule.isEmpty)
        #expect(bench.add(7, to: "a").isEmpty)
        #expect(bench.attempt() == [7])
    }

    @Test("destinationsKept: so many idle destinations are remembered, those unused for longest go")
    func forgetting() {
        var bench = ScheduleBench { $0.queue.destinationsKept = 10 }
        for number in 0..<1_000 {
            bench.add(number, to: "d\(number)")
            bench.attempt()
            bench.add(number, to: "busy")
            bench.attempt()
        }
        #expect(bench.schedule.destinations <= 11)
        #expect(bench.schedule.isEmpty)
    }
}

@Suite("Delivery schedule: what comes when a queue is full")
struct OverflowTests {
    private static let newest: DeliveryOptions = {
        var options = DeliveryOptions()
        options.overflow = .dropNewest
        return options
    }()

    private static func conflating(_ names: String...) -> DeliveryOptions {
        var options = DeliveryOptions()
        options.overflow = .conflate(names)
        return options
    }

    @Test("drop_oldest: the oldest untried goes; one under way or between attempts stays")
    func oldest() {
        var bench = ScheduleBench { $0.queue.messagesPerDestination = 2 }
        bench.add(1, to: "a")
        bench.attempt(.tryAgain(.refused, words: "no"))
        #expect(bench.add(2, to: "a").isEmpty)
        #expect(bench.add(3, to: "a").isEmpty)
        #expect(bench.add(4, to: "a") == [2])
        #expect(bench.add(5, to: "a") == [3])
        #expect(bench.outcomes == [.dropped(.queueFull)])
        bench.now = ms(10_000)
        #expect(bench.attempt() == [1])
        #expect(bench.schedule.waiting == 2)
    }

    @Test("drop_newest: what waits stays, what comes is dropped, by messages and by bytes")
    func newest() {
        var bench = ScheduleBench {
            $0.queue.messagesPerDestination = 2
            $0.queue.bytesPerDestination = 3 * QueueLimits.messageOverheadBytes
        }
        #expect(bench.add(1, to: "a", options: Self.newest).isEmpty)
        #expect(bench.add(2, to: "a", options: Self.newest).isEmpty)
        #expect(bench.add(3, to: "a", options: Self.newest) == [3])
        #expect(bench.add(4, to: "b", bytes: 400, options: Self.newest).isEmpty)
        #expect(bench.add(5, to: "b", bytes: 400, options: Self.newest) == [5])
        #expect(bench.outcomes == [.dropped(.queueFull)])
        #expect(bench.startAll().map(\.numbers) == [[1], [4]])
    }

    @Test("drop_newest holds against the limit on all bytes too")
    func newestTotal() {
        var bench = ScheduleBench {
            $0.queue.bytesTotal = 10 * QueueLimits.messageOverheadBytes
        }
        for number in 1...10 { #expect(bench.add(number, to: "a").isEmpty) }
        #expect(bench.add(11, to: "a", options: Self.newest) == [11])
        #expect(bench.add(12, to: "b", options: Self.newest) == [1])
    }

    @Test("A queue is bounded in bytes as well, and what could never fit is refused alone")
    func bytes() {
        var bench = ScheduleBench {
            $0.queue.bytesPerDestination = 3 * (QueueLimits.messageOverheadBytes + 100)
        }
        for number in 1...3 { #expect(bench.add(number, to: "a", bytes: 100).isEmpty) }
        #expect(bench.add(4, to: "a", bytes: 100) == [1])
        #expect(bench.add(5, to: "a", bytes: 1 << 20) == [5])
        #expect(bench.add(6, to: "b", bytes: 1 << 20) == [6])
        #expect(bench.schedule.waiting == 3)
    }

    @Test("conflate: the newest per value takes the place of the one it replaces, full or not")
    func conflate() {
        var bench = ScheduleBench()
        let options = Self.conflating("aor", "state")
        func params(_ aor: String, _ state: Int64, _ other: Int64) -> Params {
            Params(named: [
                ("aor", .string(aor)), ("state", .integer(state)), ("t", .integer(other)),
            ])
        }
        // One is under way: nobody takes its place.
        bench.add(1, to: "a", options: options, subscription: 1, params: params("x", 1, 0))
        let first = bench.next()
        bench.add(2, to: "a", options: options, subscription: 1, params: params("x", 1, 1))
        bench.add(3, to: "a", options: options, subscription: 1, params: params("y", 1, 2))
        bench.add(4, to: "a", options: options, subscription: 1, params: params("x", 2, 3))
        bench.add(5, to: "a", options: options, subscription: 2, params: params("x", 1, 4))
        bench.add(6, to: "a", options: options, subscription: 1, params: params("x", 1, 5))
        #expect(bench.outcomes == [.dropped(.conflated)])
        #expect(bench.report.results.map(\.subscription.slot) == [1])
        if let first { bench.end(first) }
        var seen: [Int] = []
        for _ in 0..<5 { seen += bench.attempt() }
        #expect(seen == [6, 3, 4, 5])
        #expect(bench.schedule.bytes == 0)
    }

    @Test("conflate: params that are not there are one value; what has been tried is not replaced")
    func conflateTried() {
        var bench = ScheduleBench { $0.retry.firstDelayMilliseconds = 0 }
        let options = Self.conflating("aor")
        bench.add(1, to: "a", options: options, subscription: 1)
        bench.attempt(.tryAgain(.refused, words: "no"))
        #expect(bench.add(2, to: "a", options: options, subscription: 1).isEmpty)
        #expect(bench.add(3, to: "a", options: options, subscription: 1) == [1])
        #expect(bench.attempt() == [1])
        #expect(bench.attempt() == [3])
    }

    @Test("conflate: a full queue of other values drops its oldest, which nothing replaces then")
    func conflateFull() {
        var bench = ScheduleBench { $0.queue.messagesPerDestination = 2 }
        let options = Self.conflating("n")
        for number in 1...3 {
            let params = Params(named: [("n", .integer(Int64(number)))])
            bench.add(number, to: "a", options: options, subscription: 9, params: params)
        }
        #expect(bench.outcomes == [.dropped(.queueFull)])
        let again = Params(named: [("n", .integer(1))])
        bench.add(4, to: "a", options: options, subscription: 9, params: again)
        var seen: [Int] = []
        for _ in 0..<3 { seen += bench.attempt() }
        #expect(seen == [3, 4])
    }
}

@Suite("Delivery schedule: what a verdict does")
struct VerdictTests {
    @Test("tryAgain: retriesMax further attempts, then failed, with what is known of the words")
    func tryAgain() {
        var bench = ScheduleBench { $0.breaker.failuresMax = 1_000 }
        bench.add(1, to: "a")
        for _ in 0..<3 {
            bench.attempt(.tryAgain(.refused, words: "connection refused"))
            #expect(bench.outcomes.isEmpty)
            bench.now += ms(60_000)
        }
        #expect(bench.attempt(.tryAgain(.refused, words: "connection refused")) == [1])
        #expect(bench.outcomes == [.failed(.refused)])
        #expect(bench.report.healths.last?.health?.lastError == "connection refused")
        #expect(bench.report.healths.last?.health?.consecutiveFailures == 4)
    }

    @Test("unreachable and unsent cost no attempt; only unreachable counts against the destination")
    func free() {
        var bench = ScheduleBench { $0.retry.retriesMax = 0 }
        bench.add(1, to: "a")
        for _ in 0..<10 {
            #expect(bench.attempt(.unsent) == [1])
            #expect(bench.report.healths.isEmpty)
        }
        for count in 1...10 {
            #expect(bench.attempt(.unreachable(.connect, words: "away")) == [1])
            #expect(bench.outcomes.isEmpty)
            #expect(
                bench.report.healths.last?.health?.consecutiveFailures == UInt32(count))
            bench.now += ms(60_000)
        }
        #expect(bench.attempt() == [1])
        #expect(bench.outcomes == [.delivered])
    }

    @Test("What is pushed out between two attempts has failed as its last attempt did")
    func pushedOut() {
        var bench = ScheduleBench { $0.queue.bytesTotal = 3 * QueueLimits.messageOverheadBytes }
        bench.add(1, to: "a", bytes: 300)
        bench.attempt(.tryAgain(.timeout, words: "late"))
        #expect(bench.add(2, to: "b") == [1])
        #expect(bench.outcomes == [.failed(.timeout)])
    }

    @Test("Retry-After holds for the whole destination, even when the delivery has failed for good")
    func patience() {
        var bench = ScheduleBench { $0.retry.retriesMax = 0 }
        for number in 1...2 { bench.add(number, to: "a") }
        bench.attempt(.tryAgain(.status, retryAfterSeconds: 7, words: "answered 429"))
        #expect(bench.outcomes == [.failed(.status)])
        bench.now = ms(6_999)
        #expect(bench.startAll().isEmpty)
        bench.now = ms(7_000)
        #expect(bench.attempt() == [2])
    }

    @Test("gone: the delivery has failed, and its subscription is named once")
    func gone() {
        var bench = ScheduleBench()
        bench.add(1, to: "a", subscription: 5)
        bench.attempt(.gone(words: "answered 410"))
        #expect(bench.outcomes == [.failed(.status)])
        #expect(bench.report.gone == [SubscriptionRef(slot: 5, generation: 1)])
    }

    @Test("The last error stays, with its time, when the destination has recovered")
    func lastError() {
        var bench = ScheduleBench { $0.retry.firstDelayMilliseconds = 0 }
        bench.now = ms(1_000)
        bench.add(1, to: "a")
        bench.attempt(.tryAgain(.refused, words: String(repeating: "é", count: 150)))
        let failing = bench.report.healths.last?.health
        #expect(failing?.lastError?.utf8.count == 200)
        #expect(failing?.lastErrorTime == 1_000)
        bench.now = ms(2_000)
        bench.attempt()
        let healthy = bench.report.healths.last?.health
        #expect(healthy?.lastErrorTime == 1_000 && healthy?.lastError == failing?.lastError)
        #expect(healthy?.consecutiveFailures == 0 && healthy?.nextAttemptTime == nil)
        bench.add(2, to: "a")
        bench.attempt()
        #expect(bench.report.healths.isEmpty)
    }
}
