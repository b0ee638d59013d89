import TestSupport
import Testing

@testable import EventCore

@Suite struct DeadlineWheelTests {
    @Test("a subscription is live at its deadline and over one nanosecond later")
    func exactToTheNanosecond() {
        for deadline: Int64 in [
            1, 1 << 26, (1 << 26) + 1, 3_600_000_000_000, 1 << 50, (1 << 62) + 7,
        ] {
            var slab = slab(of: 1) { $1.deadline = deadline }
            var wheel = DeadlineWheel(now: 0)
            wheel.insert(0, in: &slab)
            let atDeadline = wheel.popExpired(now: deadline, in: &slab)
            #expect(atDeadline == nil)
            #expect(wheel.nextEndBound == deadline + 1)
            let after = wheel.popExpired(now: deadline + 1, in: &slab)
            #expect(after == 0)
            #expect(wheel.nextEndBound == nil)
        }
    }

    @Test("a deadline that is over already is popped at once")
    func pastDeadline() {
        var slab = slab(of: 1) { $1.deadline = 5 }
        var wheel = DeadlineWheel(now: 1 << 40)
        wheel.insert(0, in: &slab)
        let popped = wheel.popExpired(now: 1 << 40, in: &slab)
        #expect(popped == 0)
    }

    @Test("what was taken out never ends, also in the current tick")
    func remove() {
        var slab = slab(of: 2) { $1.deadline = $0 == 0 ? 10 : 1 << 40 }
        var wheel = DeadlineWheel(now: 0)
        wheel.insert(0, in: &slab)
        wheel.insert(1, in: &slab)
        for slot in [UInt32(0), 1] {
            wheel.remove(slot, in: &slab)
            slab[slot].deadline = SubscriptionRecord.never
        }
        let popped = wheel.popExpired(now: .max, in: &slab)
        #expect(popped == nil)
    }

    @Test("a clock that is a little behind another thread's changes nothing")
    func clockGoesBack() {
        var slab = slab(of: 1) { $1.deadline = 1 << 30 }
        var wheel = DeadlineWheel(now: 0)
        _ = wheel.popExpired(now: 1 << 29, in: &slab)
        wheel.insert(0, in: &slab)
        let early = wheel.popExpired(now: 1 << 20, in: &slab)
        #expect(early == nil)
        let late = wheel.popExpired(now: (1 << 30) + 1, in: &slab)
        #expect(late == 0)
    }

    @Test("random inserts, moves, removals and jumps agree with a sorted list", arguments: 1...6)
    func againstASortedList(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = 200
        var slab = slab(of: count)
        var now: Int64 = Int64.random(in: 0...(1 << 61), using: &random)
        var wheel = DeadlineWheel(now: now)
        var deadlines: [UInt32: Int64] = [:]
        for _ in 0..<4_000 {
            let slot = UInt32.random(in: 0..<UInt32(count), using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                wheel.remove(slot, in: &slab)
                let reach = Int64(1) << Int64.random(in: 0...58, using: &random)
                slab[slot].deadline = now + Int64.random(in: 0...reach, using: &random)
                wheel.insert(slot, in: &slab)
                deadlines[slot] = slab[slot].deadline
            case 6:
                wheel.remove(slot, in: &slab)
                slab[slot].deadline = SubscriptionRecord.never
                deadlines[slot] = nil
            default:
                let reach = Int64(1) << Int64.random(in: 0...52, using: &random)
                now += Int64.random(in: 0...reach, using: &random)
                if let first = deadlines.values.min(), random.oneIn(3) { now = max(now, first) }
            }
            var popped: [UInt32] = []
            while let slot = wheel.popExpired(now: now, in: &slab) {
                popped.append(slot)
                slab[slot].deadline = SubscriptionRecord.never
            }
            let over = deadlines.filter { $0.value < now }
            #expect(Set(popped) == Set(over.keys))
            #expect(popped.count == over.count)
            for slot in popped { deadlines[slot] = nil }
            if let first = deadlines.values.min() {
                let bound = wheel.nextEndBound
                #expect(bound != nil && bound! <= first + 1, "the timer would come too late")
            }
        }
    }
}
