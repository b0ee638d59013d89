import EventCore
import TestSupport
import Testing

@testable import Transports

/// An engine around a scripted courier, with a ledger that writes everything down.
private struct EngineBench {
    let ledger = RecordingLedger()
    let courier: ScriptedCourier
    let engine: DeliveryEngine<ScriptedCourier>

    init(
        _ change: (inout DeliverySettings) -> Void = { _ in },
        answer: @escaping @Sendable (Int) -> Verdict? = { _ in nil }
    ) throws {
        var settings = DeliverySettings()
        settings.retry.firstDelayMilliseconds = 0
        change(&settings)
        courier = try ScriptedCourier(ScriptedCourier.Script(answer))
        engine = DeliveryEngine("test", courier: courier, settings: settings)
        engine.attach(to: ledger)
    }

    /// Raises occurrence `number` for these targets, whose subscriptions are `number`, `number` + 1 …
    @discardableResult
    func raise(
        _ number: Int, to targets: [TestTarget], payload: [UInt8]? = [0x78]
    ) -> [Outcome] {
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: UInt64(number)), event: "E_X", params: .none,
            time: 0)
        let reached = targets.enumerated().map { place, target in
            let detail = SocketDetail(identity: "", text: "", target: target)
            return Target(
                subscription: SubscriptionRef(slot: UInt32(number + place), generation: 1),
                packed: 0, options: 0, detail: detail)
        }
        var outcomes = [Outcome](repeating: .delivered, count: targets.count)
        engine.deliver(occurrence, to: reached[...], outcomes: &outcomes) { _ in payload }
        return outcomes
    }

    func health(_ target: TestTarget) -> DestinationHealth? {
        engine.health(
            of: Socket(
                packed: 0, detail: SocketDetail(identity: "", text: "", target: target)))
    }
}

@Suite("Delivery engine")
struct EngineTests {
    @Test("The thread begins with the first delivery, and not before")
    func lazy() throws {
        let bench = try EngineBench(answer: { _ in .delivered })
        #expect(!bench.courier.script.isOpen)
        bench.engine.stop(drainMilliseconds: 0)
        #expect(!bench.courier.script.isOpen && !bench.courier.script.isClosed)

        let other = try EngineBench(answer: { _ in .delivered })
        #expect(other.raise(1, to: [TestTarget("a")]) == [.pending])
        #expect(other.ledger.wait(for: 1).map(\.outcome) == [.delivered])
        other.engine.stop(drainMilliseconds: 0)
        #expect(other.courier.script.isClosed)
    }

    @Test("A payload that cannot be written fails at once, and its neighbours go out")
    func unencodable() throws {
        let bench = try EngineBench(answer: { _ in .delivered })
        defer { bench.engine.stop(drainMilliseconds: 0) }
        #expect(bench.raise(1, to: [TestTarget("a")], payload: nil) == [.failed(.unencodable)])
        #expect(!bench.courier.script.isOpen)
    }

    @Test("A subscription that ended is left out right before the attempt, the others go")
    func refused() throws {
        let bench = try EngineBench()
        defer { bench.engine.stop(drainMilliseconds: 0) }
        var options = DeliveryOptions()
        options.batch = 10
        let target = TestTarget("a", options)
        bench.raise(1, to: [target])
        #expect(eventually { bench.courier.script.begun == [[1]] })
        for number in 2...4 { bench.raise(number, to: [target]) }
        bench.ledger.end(SubscriptionRef(slot: 3, generation: 1), as: .expired)
        bench.courier.end(1, .delivered)
        #expect(eventually { bench.courier.script.begun.count == 2 })
        #expect(bench.courier.script.begun.last?.count == 2)
        bench.ledger.end(SubscriptionRef(slot: 9, generation: 1))
        bench.raise(9, to: [target])
        bench.courier.end(2, .delivered)
        let results = bench.ledger.wait(for: 5)
        #expect(
            Dictionary(results.map { ($0.subscription.slot, $0.outcome) }) { $1 } == [
                1: .delivered, 2: .delivered, 3: .dropped(.expired), 4: .delivered,
                9: .dropped(.unsubscribed),
            ])
    }

    @Test("Results of one turn are settled together")
    func together() throws {
        let bench = try EngineBench(answer: { _ in .delivered })
        let targets = (0..<50).map { TestTarget("d\($0)") }
        bench.raise(1, to: targets)
        #expect(bench.ledger.wait(for: 50).count == 50)
        #expect(bench.ledger.groups <= 2)
        bench.engine.stop(drainMilliseconds: 0)
    }

    @Test(
        "Health shows the last error, the breaker and the next attempt; nothing is wrong elsewhere")
    func health() throws {
        let bench = try EngineBench {
            $0.breaker.failuresMax = 2
            $0.breaker.firstPauseMilliseconds = 60_000
            $0.breaker.pauseMaxMilliseconds = 60_000
        } answer: { number in
            number < 10 ? .tryAgain(.refused, words: "connection refused by a") : .delivered
        }
        defer { bench.engine.stop(drainMilliseconds: 0) }
        let target = TestTarget("a")
        #expect(bench.health(target) == DestinationHealth())
        let version = bench.engine.healthVersion
        bench.raise(1, to: [target])
        #expect(eventually { bench.health(TestTarget("a"))?.breaker == .open })
        let health = try #require(bench.health(target))
        #expect(health.consecutiveFailures == 2 && health.lastError == "connection refused by a")
        #expect(health.nextAttemptTime.map { $0 > health.lastErrorTime ?? .max } == true)
        #expect(bench.engine.healthVersion > version)
        #expect(eventually { bench.engine.statistics.breakersOpen == 1 })
        #expect(bench.engine.statistics.waiting == 1 && bench.engine.statistics.retries == 1)
        bench.raise(10, to: [TestTarget("b")])
        #expect(bench.ledger.wait(for: 1).map(\.outcome) == [.delivered])
        #expect(bench.health(TestTarget("b")) == DestinationHealth())
    }

    @Test("The ledger is told who is gone, of breakers, and of failures with occurrence and words")
    func told() throws {
        let bench = try EngineBench {
            $0.breaker.failuresMax = 1
            $0.breaker.firstPauseMilliseconds = 0
        } answer: { number in
            switch number {
            case 1: .gone(words: "a answered 410")
            case 2: .ended(.failed(.timeout), words: "no answer from a")
            default: .delivered
            }
        }
        let target = TestTarget("a")
        for number in 1...3 { bench.raise(number, to: [target]) }
        let results = bench.ledger.wait(for: 3)
        bench.engine.stop(drainMilliseconds: 0)
        #expect(bench.ledger.ended == [SubscriptionRef(slot: 1, generation: 1)])
        #expect(results.map(\.outcome) == [.failed(.status), .failed(.timeout), .delivered])
        #expect(results.map(\.words) == ["a answered 410", "no answer from a", nil])
        #expect(results.map(\.occurrence?.sequence) == [1, 2, 3])
        let states = bench.ledger.breakerChanges.map(\.state)
        #expect(
            states == [
                .open(.timeout, words: "no answer from a", nextAttemptMilliseconds: 0), .closed,
            ])
    }

    @Test("Stopping hands out what can go until the time is over, and drops the rest, each once")
    func stop() throws {
        let bench = try EngineBench()
        let target = TestTarget("a")
        for number in 1...3 { bench.raise(number, to: [target]) }
        #expect(eventually { bench.courier.script.begun == [[1]] })
        bench.engine.stop(drainMilliseconds: 0)
        #expect(bench.ledger.outcomes == Array(repeating: .dropped(.stopped), count: 3))
        #expect(bench.raise(4, to: [target]) == [.dropped(.stopped)])
    }

    @Test("Stopping does not wait for destinations that are left alone for longer than that")
    func stopPaused() throws {
        let bench = try EngineBench(answer: { _ in
            .tryAgain(.status, retryAfterSeconds: 200, words: "answered 503")
        })
        bench.raise(1, to: [TestTarget("a")])
        #expect(eventually { bench.health(TestTarget("a"))?.nextAttemptTime != nil })
        let started = ContinuousClock.now
        bench.engine.stop(drainMilliseconds: 60_000)
        #expect(ContinuousClock.now - started < .seconds(20))
        #expect(bench.ledger.outcomes == [.dropped(.stopped)])
    }

    @Test("Settings change while it runs")
    func adjust() throws {
        let bench = try EngineBench()
        let target = TestTarget("a")
        for number in 1...5 { bench.raise(number, to: [target]) }
        #expect(eventually { bench.engine.statistics.waiting == 4 })
        var settings = DeliverySettings()
        settings.queue.messagesPerDestination = 2
        bench.engine.adjust(settings)
        bench.raise(6, to: [target])
        #expect(bench.ledger.wait(for: 3).map(\.subscription.slot) == [2, 3, 4])
        #expect(bench.ledger.outcomes == Array(repeating: .dropped(.queueFull), count: 3))
        bench.engine.stop(drainMilliseconds: 0)
    }

    @Test("The inbox is bounded too: what does not fit is dropped at once")
    func inbox() throws {
        let inbox = DeliveryInbox<TestTarget>(
            bytesMax: 10 * (QueueLimits.messageOverheadBytes + 100), wakeup: try Wakeup())
        let target = TestTarget("a")
        func put(_ count: Int) -> Int? {
            var deliveries = MoveQueue<QueuedDelivery<TestTarget>>()
            for number in 0..<count {
                deliveries.append(ScheduleBench.delivery(number, to: target, bytes: 100))
            }
            return inbox.put(&deliveries)
        }
        var taken = MoveQueue<QueuedDelivery<TestTarget>>()
        #expect(put(8) == 8)
        #expect(put(8) == 2)
        _ = inbox.take(&taken)
        var numbers: [UInt32] = []
        while !taken.isEmpty { numbers.append(taken.removeFirst().subscription.slot) }
        #expect(numbers == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1])
        #expect(put(1) == 1)
        inbox.close(&taken)
        let left = taken.count
        #expect(left == 1)
        #expect(put(1) == nil)
    }
}
