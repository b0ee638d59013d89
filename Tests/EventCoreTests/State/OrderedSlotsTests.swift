import TestSupport
import Testing

@testable import EventCore

@Suite struct OrderedSlotsTests {
    /// A list with the slots of ids 1…count.
    private func list(_ count: Int) -> (OrderedSlots, Slab) {
        var slab = slab(of: count)
        var list = OrderedSlots(.overall)
        for slot in 0..<UInt32(count) { list.insert(slot, in: &slab) }
        return (list, slab)
    }

    private func ids(_ list: OrderedSlots, below cursor: UInt64? = nil, in slab: Slab) -> [UInt64] {
        var ids: [UInt64] = []
        list.visitNewestFirst(below: cursor, in: slab) { slot in
            ids.append(slab[slot].id)
            return true
        }
        return ids
    }

    @Test("slots come newest first, from the newest below the cursor")
    func order() {
        let (list, slab) = list(5)
        #expect(ids(list, in: slab) == [5, 4, 3, 2, 1])
        #expect(ids(list, below: 3, in: slab) == [2, 1])
        #expect(ids(list, below: 1, in: slab) == [])
        #expect(ids(list, below: 900, in: slab) == [5, 4, 3, 2, 1])
    }

    @Test("a visit ends where the body says so")
    func stop() {
        let (list, slab) = list(5)
        var seen = 0
        list.visitNewestFirst(below: nil, in: slab) { _ in
            seen += 1
            return seen < 2
        }
        #expect(seen == 2)
    }

    @Test("one that is put back lies where it was", arguments: [1, 2, 40, 64])
    func putBack(count: Int) {
        for id in 1...UInt64(count) {
            var (list, slab) = list(count)
            let slot = UInt32(id - 1)
            list.remove(slot, in: &slab)
            #expect(!ids(list, in: slab).contains(id))
            list.insert(slot, in: &slab)
            #expect(ids(list, in: slab) == (1...UInt64(count)).reversed())
        }
    }

    @Test("random inserts, removals and returns agree with a sorted array", arguments: 1...8)
    func againstAnArray(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = 700
        var slab = slab(of: count)
        var list = OrderedSlots(seed % 2 == 0 ? .overall : .event)
        var living: [UInt64] = []
        var next: UInt64 = 1
        for step in 0..<4_000 {
            // Phases in which the list grows, shrinks, or stays.
            let grows = (step / 500) % 3
            if next <= count,
                living.isEmpty || Int.random(in: 0..<10, using: &random) < [8, 2, 5][grows]
            {
                list.insert(UInt32(next - 1), in: &slab)
                living.append(next)
                next += 1
            } else if random.oneIn(5), next > 1 {
                let id = UInt64.random(in: 1..<next, using: &random)
                if !living.contains(id) {
                    list.insert(UInt32(id - 1), in: &slab)
                    living.append(id)
                    living.sort()
                }
            } else if !living.isEmpty {
                let index =
                    random.oneIn(2)
                    ? living.count - 1 : Int.random(in: 0..<living.count, using: &random)
                list.remove(UInt32(living[index] - 1), in: &slab)
                living.remove(at: index)
            }
            #expect(list.count == living.count)
            if step % 7 == 0 {
                let cursor = UInt64.random(in: 0...UInt64(count), using: &random)
                #expect(ids(list, in: slab) == living.reversed())
                #expect(
                    ids(list, below: cursor, in: slab) == living.filter { $0 < cursor }.reversed())
            }
        }
    }

    @Test("a long list that has become short gives its memory back and visits few cells")
    func shrinks() {
        var (list, slab) = list(10_000)
        for slot in UInt32(0)..<9_990 { list.remove(slot, in: &slab) }
        #expect(ids(list, in: slab) == (9_991...10_000).reversed())
        #expect(list.cellCount < 100)
    }
}
