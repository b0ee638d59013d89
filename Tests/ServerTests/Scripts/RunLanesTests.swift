import Testing

@testable import Server

@Suite("Whose turn it is to run")
struct RunLanesTests {
    private typealias Lanes = RunLanes<String, String>

    private let bench = Bench()

    /// Lanes that a test may change within an expectation.
    private final class Bench {
        var lanes = Lanes { key in
            switch key {
            case .event: Lanes.Limits(waitingMax: 2, computingMax: 1, suspendedMax: 2)
            case .timer, .startup: Lanes.Limits(waitingMax: 0, computingMax: 1, suspendedMax: 1)
            case .request: Lanes.Limits(waitingMax: 0, computingMax: 2, suspendedMax: 2)
            }
        }

        func offer(_ job: String, to key: Lanes.Key) -> Bool { lanes.offer(job, to: key) }

        /// The job that begins, or the run that goes on, and its number.
        func next() -> (what: String, number: UInt64)? {
            switch lanes.next() {
            case .begin(let job, let number)?: ("begin " + job, number)
            case .goOn(let run, let number)?: ("go on " + run, number)
            case nil: nil
            }
        }
    }

    @Test("a run that never ends has its slice like the others, and delays none of them")
    func fairness() throws {
        #expect(bench.offer("loop", to: .event("E_LOOP")))
        let loop = try #require(bench.next()).number
        bench.lanes.slice("loop", loop)
        for name in ["a", "b"] { #expect(bench.offer(name, to: .event(name))) }
        var seen: [String] = []
        for _ in 0..<5 {
            let turn = try #require(bench.next())
            seen.append(turn.what)
            if turn.what.hasPrefix("begin") {
                bench.lanes.end(turn.number)
            } else {
                bench.lanes.slice("loop", turn.number)
            }
        }
        #expect(seen == ["go on loop", "begin a", "begin b", "go on loop", "go on loop"])
    }

    @Test("a lane begins in order, one at a time; while one waits for the outside the next may")
    func order() throws {
        for name in ["1", "2", "3"] { #expect(bench.offer(name, to: .event("E"))) }
        #expect(!bench.offer("4", to: .event("E")), "two wait, and one may begin")
        let first = try #require(bench.next())
        #expect(first.what == "begin 1" && bench.next() == nil)
        bench.lanes.suspend("1", first.number)
        let second = try #require(bench.next())
        #expect(second.what == "begin 2")
        bench.lanes.suspend("2", second.number)
        #expect(bench.next() == nil, "two wait for the outside: no third begins")
        bench.lanes.resume(first.number) { $0 = "1 again" }
        #expect(try #require(bench.next()).what == "go on 1 again")
        bench.lanes.end(first.number)
        #expect(try #require(bench.next()).what == "begin 3")
        #expect(bench.lanes.runCount == 2 && bench.lanes.waitingCount == 0)
    }

    @Test("a timer never overlaps itself, and what cannot begin is refused")
    func timers() throws {
        #expect(bench.offer("tick", to: .timer("t")))
        #expect(!bench.offer("tock", to: .timer("t")))
        let run = try #require(bench.next()).number
        #expect(bench.lanes.isBusy(.timer("t")) && !bench.offer("tock", to: .timer("t")))
        bench.lanes.suspend("tick", run)
        #expect(bench.lanes.isBusy(.timer("t")) && !bench.offer("tock", to: .timer("t")))
        bench.lanes.resume(run) { _ in }
        #expect(try #require(bench.next()).what == "go on tick")
        bench.lanes.end(run)
        #expect(!bench.lanes.isBusy(.timer("t")) && bench.offer("tock", to: .timer("t")))
    }

    @Test("requests run beside each other, as many as may")
    func requests() throws {
        for name in ["a", "b"] { #expect(bench.offer(name, to: .request)) }
        #expect(!bench.offer("c", to: .request))
        let runs = [try #require(bench.next()), try #require(bench.next())]
        #expect(runs.map(\.what) == ["begin a", "begin b"])
        #expect(!bench.offer("c", to: .request))
        bench.lanes.end(runs[0].number)
        #expect(bench.offer("c", to: .request))
    }

    @Test("what is resumed after its end, or twice, finds nobody")
    func late() throws {
        #expect(bench.offer("a", to: .event("E")))
        let run = try #require(bench.next()).number
        bench.lanes.suspend("a", run)
        bench.lanes.resume(run) { _ in }
        bench.lanes.resume(run) { $0 = "twice" }
        #expect(try #require(bench.next()).what == "go on a")
        bench.lanes.end(run)
        bench.lanes.resume(run) { _ in }
        #expect(bench.next() == nil && bench.lanes.isIdle)
    }

    @Test("giving up takes out all that waits, in order, and all that has begun")
    func giveUp() throws {
        for name in ["1", "2", "3"] { #expect(bench.offer(name, to: .event("E"))) }
        let first = try #require(bench.next()).number
        bench.lanes.suspend("one", first)
        let second = try #require(bench.next()).number
        bench.lanes.slice("two", second)
        let left = bench.lanes.giveUp()
        #expect(left.jobs == ["3"] && Set(left.runs) == ["one", "two"])
        #expect(bench.lanes.isIdle && bench.next() == nil)
        bench.lanes.end(first)
    }

    @Test("many lanes and many jobs: everything runs once, and in the order of its lane")
    func many() throws {
        var ended: [String: [Int]] = [:]
        for round in 0..<1_000 {
            for lane in 0..<20 { #expect(bench.offer("\(lane) \(round)", to: .event("\(lane)"))) }
            while let turn = bench.next() {
                let words = turn.what.split(separator: " ")
                ended[String(words[1]), default: []].append(try #require(Int(words[2])))
                bench.lanes.end(turn.number)
            }
        }
        #expect(ended.count == 20)
        #expect(ended.values.allSatisfy { $0 == Array(0..<1_000) })
    }
}
