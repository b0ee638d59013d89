import Testing

@testable import Server

@Suite("Timers of a script")
struct ScriptTimersTests {
    private static let second: Int64 = 1_000_000_000
    private let slow = ScriptTimers.Timer(name: "slow", seconds: 10)
    private let fast = ScriptTimers.Timer(name: "fast", seconds: 1)
    private let bench = Bench()

    /// Timers that a test may change within an expectation.
    private final class Bench {
        var timers = ScriptTimers()

        func takeDue(now: Int64) -> [ScriptTimers.Timer] { timers.takeDue(now: now) }
    }

    @Test("the first run is one interval after the start, then one each interval")
    func intervals() {
        bench.timers.replace(with: [slow, fast], now: 0)
        #expect(bench.timers.nextDue == Self.second)
        #expect(bench.takeDue(now: Self.second - 1).isEmpty)
        #expect(bench.takeDue(now: Self.second) == [fast])
        #expect(bench.takeDue(now: Self.second).isEmpty)
        for second in 2...9 { #expect(bench.takeDue(now: Int64(second) * Self.second) == [fast]) }
        #expect(bench.takeDue(now: 10 * Self.second) == [slow, fast])
    }

    @Test("a service that stood still for an hour runs each once, and goes on in step")
    func standstill() {
        bench.timers.replace(with: [slow], now: 0)
        #expect(bench.takeDue(now: 3_605 * Self.second) == [slow])
        #expect(bench.timers.nextDue == 3_610 * Self.second)
    }

    @Test("a reload puts no timer off that stays as it is; another interval begins anew")
    func reload() {
        bench.timers.replace(with: [slow, fast], now: 0)
        let slower = ScriptTimers.Timer(name: "fast", seconds: 5)
        bench.timers.replace(with: [slow, slower], now: 9 * Self.second)
        #expect(bench.timers.nextDue == 10 * Self.second)
        #expect(bench.takeDue(now: 13 * Self.second) == [slow])
        #expect(bench.takeDue(now: 14 * Self.second) == [slower])
        bench.timers.replace(with: [], now: 0)
        #expect(bench.timers.nextDue == nil)
    }
}
