import TestSupport
import Testing

@testable import EventCore

@Suite struct PendingAgesTests {
    private static let second: Int64 = 1_000_000_000

    @Test("the oldest is the second of the first raise of which something has not ended")
    func oldest() {
        var ages = PendingAges()
        #expect(ages.oldestSecond == nil)
        ages.add(2, raisedAt: 5 * Self.second + 1)
        ages.add(1, raisedAt: 100 * Self.second)
        ages.remove(1, raisedAt: 5 * Self.second + 1)
        #expect(ages.oldestSecond == 5)
        ages.remove(1, raisedAt: 5 * Self.second + 1)
        #expect(ages.oldestSecond == 100)
        ages.remove(1, raisedAt: 100 * Self.second)
        #expect(ages.oldestSecond == nil)
        #expect(ages.total == 0)
        ages.add(1, raisedAt: 7 * Self.second)
        #expect(ages.oldestSecond == 7)
    }

    @Test("what ends at an unknown time counts as the oldest; more than there are end nothing else")
    func unknown() {
        var ages = PendingAges()
        ages.add(1, raisedAt: Self.second)
        ages.add(1, raisedAt: 2 * Self.second)
        ages.remove(1, raisedAt: nil)
        #expect(ages.oldestSecond == 2)
        ages.remove(9, raisedAt: nil)
        #expect((ages.total, ages.oldestSecond) == (0, nil))
    }

    @Test(
        "a raise that is a little older than the oldest counts with it; one a day later, at its end"
    )
    func bounds() {
        var ages = PendingAges()
        ages.add(1, raisedAt: 50 * Self.second)
        ages.add(1, raisedAt: 49 * Self.second)
        #expect(ages.oldestSecond == 50)
        let late = (50 + 10 * Int64(PendingAges.secondsMax)) * Self.second
        ages.add(1, raisedAt: late)
        ages.remove(1, raisedAt: 49 * Self.second)
        ages.remove(1, raisedAt: 50 * Self.second)
        #expect(ages.oldestSecond == 50 + Int64(PendingAges.secondsMax) - 1)
        ages.remove(1, raisedAt: late)
        #expect(ages.total == 0)
    }

    @Test("whatever comes and goes, it tells what a list of all of them would")
    func model() {
        for seed in 0..<20 {
            var random = SeededRandom(seed: UInt64(seed))
            var ages = PendingAges()
            var list: [Int64] = []
            var now: Int64 = 1_000
            for _ in 0..<500 {
                now += Int64.random(in: 0...40, using: &random)
                if Bool.random(using: &random) {
                    ages.add(1, raisedAt: now * Self.second)
                    list.append(now)
                } else if !list.isEmpty {
                    let place = Int.random(in: list.indices, using: &random)
                    ages.remove(1, raisedAt: list.remove(at: place) * Self.second)
                }
                #expect(ages.oldestSecond == list.min(), "seed \(seed)")
                #expect(ages.total == list.count, "seed \(seed)")
            }
        }
    }
}
