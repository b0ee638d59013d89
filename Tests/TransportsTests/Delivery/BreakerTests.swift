import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("Breaker")
struct BreakerTests {
    private static func bench(
        attemptsPerDestination: Int = 1, _ change: (inout DeliverySettings) -> Void = { _ in }
    ) -> ScheduleBench {
        ScheduleBench(attemptsPerDestination: attemptsPerDestination) {
            $0.retry.firstDelayMilliseconds = 0
            $0.retry.retriesMax = 0
            $0.breaker.failuresMax = 3
            change(&$0)
        }
    }

    private static let failure = Verdict.tryAgain(.refused, words: "connection refused by a")

    private func health(_ bench: ScheduleBench) -> DestinationHealth? {
        bench.report.healths.last?.health
    }

    /// Fails attempts until the breaker opens; bench and the words of the change.
    private func opened(_ bench: inout ScheduleBench) -> [BreakerChange] {
        for number in 1...10 { bench.add(number, to: "a") }
        for _ in 0..<2 {
            bench.attempt(Self.failure)
            #expect(bench.report.breakers.isEmpty)
            #expect(health(bench)?.breaker == .closed)
        }
        bench.attempt(Self.failure)
        return bench.report.breakers
    }

    @Test(
        "failuresMax failures in a row open it, told once with destination, reason, words and pause"
    )
    func opens() throws {
        var bench = Self.bench()
        let changes = opened(&bench)
        #expect(changes.count == 1 && changes.first?.destination == "a")
        #expect(changes.first?.subscription == SubscriptionRef(slot: 3, generation: 1))
        guard case .open(let reason, let words, let pause) = changes.first?.state else {
            Issue.record("not open")
            return
        }
        #expect(reason == .refused && words == "connection refused by a")
        #expect(500...1_000 ~= pause)
        #expect(health(bench)?.breaker == .open && health(bench)?.nextAttemptTime == pause)
        #expect(bench.schedule.breakersOpen == 1)
        #expect(bench.startAll().isEmpty)
        #expect(bench.schedule.wakeTime() == ms(pause))
    }

    @Test("A success between failures keeps it closed")
    func interrupted() {
        var bench = Self.bench()
        for number in 1...20 {
            bench.add(number, to: "a")
            bench.attempt(number % 3 == 0 ? .delivered : Self.failure)
            #expect(bench.report.breakers.isEmpty)
        }
    }

    @Test("Answers are no failures, however bad; silence is one, though the delivery has ended")
    func whatCounts() {
        let answers: [Verdict] = [
            .ended(.failed(.status), words: "answered 404"),
            .ended(.failed(.reply), words: "answered an error"), .ended(.failed(.unencodable)),
        ]
        for verdict in answers {
            var bench = Self.bench()
            for number in 1...10 { bench.add(number, to: "a") }
            for _ in 1...10 { bench.attempt(verdict) }
            #expect(bench.schedule.isEmpty && bench.schedule.breakersOpen == 0)
        }
        var bench = Self.bench()
        for number in 1...10 { bench.add(number, to: "a") }
        for _ in 1...10 { bench.attempt(.ended(.failed(.timeout), words: "no answer")) }
        #expect(bench.schedule.breakersOpen == 1 && bench.schedule.waiting == 7)
    }

    @Test("After the pause one attempt decides: a success closes it and all goes out, told once")
    func closes() {
        var bench = Self.bench(attemptsPerDestination: 4)
        _ = opened(&bench)
        bench.now = ms(1_000)
        guard let probe = bench.next() else {
            Issue.record("no attempt after the pause")
            return
        }
        #expect(health(bench)?.breaker == .halfOpen)
        #expect(bench.startAll().isEmpty)
        bench.end(probe)
        #expect(bench.report.breakers.map(\.state) == [.closed])
        #expect(health(bench)?.breaker == .closed && bench.schedule.breakersOpen == 0)
        #expect(bench.startAll().count == 4)
    }

    @Test("A failure in half-open opens it again with twice the pause, up to the maximum, untold")
    func opensAgain() {
        var bench = Self.bench()
        _ = opened(&bench)
        for bound: Int64 in [2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            bench.now += ms(60_000)
            let before = bench.now
            #expect(bench.attempt(Self.failure).count == 1)
            #expect(bench.report.breakers.isEmpty)
            let pause = (bench.schedule.wakeTime() ?? 0) - before
            #expect(ms(bound) / 2...ms(bound) ~= pause, "bound \(bound)")
        }
    }

    @Test("Attempts that were under way together fail together, and count as one failure")
    func together() {
        var bench = Self.bench(attemptsPerDestination: 8)
        for number in 1...20 { bench.add(number, to: "a") }
        for round in 1...2 {
            let attempts = bench.startAll()
            #expect(attempts.count == 8)
            for attempt in attempts {
                bench.end(attempt, .unreachable(.connect, words: "away"))
            }
            #expect(bench.schedule.breakersOpen == 0, "round \(round)")
        }
    }

    @Test("An attempt in half-open that says nothing leaves the decision to the next, at once")
    func nothingLearned() {
        var bench = Self.bench()
        _ = opened(&bench)
        bench.now = ms(1_000)
        #expect(bench.attempt(.unsent) == [4])
        #expect(bench.attempt(.ended(.dropped(.unsubscribed))) == [4])
        #expect(bench.attempt() == [5])
        #expect(bench.report.breakers.map(\.state) == [.closed])
    }

    @Test("While it is open deliveries wait, and new ones find it open though the queue was empty")
    func remembered() {
        var bench = Self.bench()
        for number in 1...3 {
            bench.add(number, to: "a")
            bench.attempt(Self.failure)
        }
        #expect(bench.schedule.isEmpty && bench.schedule.breakersOpen == 1)
        bench.add(4, to: "a")
        #expect(bench.startAll().isEmpty)
        bench.now = ms(1_000)
        #expect(bench.attempt() == [4])
    }

    @Test("A destination that is forgotten counts no open breaker, and is published as unknown")
    func forgotten() {
        var bench = Self.bench { $0.queue.destinationsKept = 0 }
        bench.add(1, to: "a")
        bench.attempt(.ended(.failed(.timeout), words: "late"))
        #expect(bench.report.healths.last?.destination == "a")
        #expect(bench.report.healths.last?.health == nil)
        for number in 2...20 {
            bench.add(number, to: "b\(number)")
            bench.attempt()
        }
        #expect(bench.schedule.destinations <= 2 && bench.schedule.breakersOpen == 0)
    }
}
