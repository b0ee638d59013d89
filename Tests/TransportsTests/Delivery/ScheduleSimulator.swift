import EventCore
import TestSupport
import Testing

@testable import Transports

/// Random work on a schedule against a count of everything: what was added, what is on its way, what ended.
private struct Simulator {
    private let seed: UInt64
    private var random: SeededRandom
    private var bench: ScheduleBench
    private let window: Int
    private var targets: [TestTarget] = []
    private var open: [ScheduleBench.Attempt] = []
    private var ended: [Int: Outcome] = [:]
    private var added = 0
    private var targetOf: [Int: TestTarget] = [:]
    /// The newest delivery that arrived at each destination.
    private var newest: [String: Int] = [:]
    private var openAt: [String: Int] = [:]

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        window = [1, 1, 3][Int(seed % 3)]
        bench = ScheduleBench(attemptsPerDestination: window) {
            $0.queue.messagesPerDestination = 6
            $0.queue.bytesPerDestination = 12 * QueueLimits.messageOverheadBytes
            $0.queue.bytesTotal = 40 * QueueLimits.messageOverheadBytes
            $0.queue.attemptsBrisk = 4
            $0.queue.attemptsMax = 7
            $0.queue.destinationsKept = 5
            $0.retry.firstDelayMilliseconds = 20
            $0.retry.delayMaxMilliseconds = 100
            $0.breaker.failuresMax = 3
            $0.breaker.firstPauseMilliseconds = 50
            $0.breaker.pauseMaxMilliseconds = 200
        }
        for number in 0..<12 {
            var options = DeliveryOptions()
            options.batch = [1, 1, 4][number % 3]
            switch number % 4 {
            case 0: options.overflow = .dropNewest
            case 1: options.overflow = .conflate(["n"])
            default: break
            }
            targets.append(TestTarget("d\(number)", options))
        }
        self.random = random
        _ = random.next()
    }

    mutating func run(steps: Int) {
        for _ in 0..<steps {
            bench.now += Int64.random(in: 0...ms(10), using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<4: add()
            case 4..<7: start()
            default: finish()
            }
            check()
        }
        while !open.isEmpty { finish() }
        bench.report.clear()
        bench.schedule.removeAll(.stopped, report: &bench.report)
        collect()
        check()
        #expect(ended.count == added, "seed \(seed)")
        #expect(bench.schedule.isEmpty && bench.schedule.bytes == 0, "seed \(seed)")
    }

    private mutating func add() {
        guard let target = targets.randomElement(using: &random) else { return }
        let delivery = ScheduleBench.delivery(
            added, to: target, bytes: Int.random(in: 0...600, using: &random),
            params: Params(named: [("n", .integer(Int64.random(in: 0..<3, using: &random)))]))
        targetOf[added] = target
        added += 1
        bench.report.clear()
        bench.schedule.add(delivery, now: bench.now, report: &bench.report)
        collect()
    }

    private mutating func start() {
        guard let attempt = bench.next() else { return }
        let target = attempt.target
        openAt[target.destination.name, default: 0] += 1
        #expect(attempt.deliveries.count <= target.options.batch, "seed \(seed)")
        open.append(attempt)
    }

    private mutating func finish() {
        guard let index = open.indices.randomElement(using: &random) else { return }
        let attempt = open.remove(at: index)
        openAt[attempt.target.destination.name, default: 0] -= 1
        // As couriers end them: the first ones arrived, what comes behind shares a fate.
        let arrived = Int.random(in: 0...attempt.deliveries.count, using: &random)
        let fate = verdict()
        let verdicts = attempt.deliveries.indices.map { $0 < arrived ? .delivered : fate }
        bench.end(AttemptEnd(attempt, each: verdicts))
        collect()
    }

    private mutating func verdict() -> Verdict {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4: .delivered
        case 4: .ended(.failed(.status), words: "answered 500")
        case 5: .ended(.failed(.timeout), words: "no answer")
        case 6, 7: .tryAgain(.refused, words: "refused")
        case 8: .unreachable(.connect, words: "away")
        default: .unsent
        }
    }

    private func conflates(_ target: TestTarget) -> Bool {
        if case .conflate = target.options.overflow { true } else { false }
    }

    private mutating func collect() {
        for result in bench.report.results {
            let number = Int(result.subscription.slot)
            #expect(ended[number] == nil, "seed \(seed): \(number) ended twice")
            ended[number] = result.outcome
            guard result.outcome == .delivered, window == 1, let target = targetOf[number],
                !conflates(target)
            else { continue }
            let name = target.destination.name
            #expect(number > newest[name] ?? -1, "seed \(seed): \(number) was overtaken")
            newest[name] = number
        }
    }

    private func check() {
        let schedule = bench.schedule
        let limits = schedule.settings.queue
        let underWay = open.reduce(0) { $0 + $1.deliveries.count }
        #expect(added == ended.count + schedule.waiting + underWay, "seed \(seed)")
        #expect(schedule.underWay == open.count && open.count <= limits.attemptsMax, "seed \(seed)")
        #expect(schedule.bytes <= limits.bytesTotal, "seed \(seed)")
        #expect(openAt.values.allSatisfy { $0 <= window }, "seed \(seed)")
        #expect(schedule.breakersOpen <= schedule.destinations, "seed \(seed)")
    }
}

@Suite("Delivery schedule: random work")
struct ScheduleSimulatorTests {
    @Test(
        "matched = delivered + failed + dropped + pending after every step, in order, within the limits",
        arguments: 1...30)
    func everyDeliveryOnce(seed: UInt64) {
        var simulator = Simulator(seed: seed)
        simulator.run(steps: 2_000)
    }
}
