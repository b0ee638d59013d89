import TestSupport
import Testing

@testable import Transports

@Suite("Retry policy")
struct RetryPolicyTests {
    @Test("Delays are drawn from zero to a bound that doubles")
    func bounds() {
        var random = SeededRandom(seed: 7)
        let policy = RetryPolicy()
        for (attempt, bound) in [(1, 500), (2, 1_000), (3, 2_000)] {
            let delays = (0..<500).map { _ in
                policy.delayMilliseconds(
                    afterAttempt: attempt, retryAfterSeconds: nil, random: &random)
            }
            #expect(delays.allSatisfy { 0...bound ~= $0 })
            #expect(delays.contains { $0 < bound / 4 } && delays.contains { $0 > bound * 3 / 4 })
        }
    }

    @Test("The bound stops growing at its maximum")
    func maximum() {
        var random = SeededRandom(seed: 7)
        for attempt in [10, 20, 99, 1_000_000] {
            let delay = RetryPolicy().delayMilliseconds(
                afterAttempt: attempt, retryAfterSeconds: nil, random: &random)
            #expect(0...30_000 ~= delay)
        }
    }

    @Test(
        "Retry-After is kept, but no longer than the maximum",
        arguments: [
            (0, 0...500), (2, 2_000...2_000), (300, 300_000...300_000), (86_400, 300_000...300_000),
            (-1, 0...500), (Int.max, 300_000...300_000),
        ])
    func retryAfter(seconds: Int, range: ClosedRange<Int>) {
        var random = SeededRandom(seed: 7)
        let delay = RetryPolicy().delayMilliseconds(
            afterAttempt: 1, retryAfterSeconds: seconds, random: &random)
        #expect(range ~= delay)
    }
}

@Suite("Queue pieces")
struct QueuePieceTests {
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

    @Test("A lane is found by its name and by its place, until it is forgotten")
    func lanes() {
        var table = LaneTable<TestTarget>()
        let one = Destination("one")
        let place = table.place(of: one)
        #expect(table.place(of: one).index == place.index)
        #expect(table.place(of: Destination("one")).index == place.index)
        #expect(table.place(of: Destination("two")).index != place.index)
        #expect(table.count == 2)
        let forgotten = [table.forgetOne()?.name, table.forgetOne()?.name]
        #expect(Set(forgotten) == ["one", "two"])
        #expect(table.forgetOne() == nil && table.count == 0 && !table.isCurrent(place))
        let other = table.place(of: Destination("other"))
        #expect(!table.isCurrent(place) && table.isCurrent(other))
        #expect(table.place(of: one).index != other.index)
    }
}
