import Testing

@testable import EventCore

@Suite struct SlabTests {
    @Test("a record is 96 bytes: there may be a million of them")
    func size() {
        #expect(MemoryLayout<SubscriptionRecord>.stride == 96)
    }

    @Test("a reference to a former tenant finds nobody, and says how it ended")
    func generations() {
        var slab = slab(of: 1)
        let first = SubscriptionRef(slot: 0, generation: slab[0].generation)
        #expect(slab.isLive(first))
        #expect(slab.end(of: first) == nil)
        _ = slab.remove(0, end: .expired)
        #expect(!slab.isLive(first))
        #expect(slab.end(of: first) == .expired)

        var record = SubscriptionRecord()
        record.id = 2
        let slot = slab.insert(record)
        #expect(slot == 0)
        let second = SubscriptionRef(slot: 0, generation: slab[0].generation)
        #expect(slab.isLive(second) && !slab.isLive(first))
        #expect(slab.end(of: first) == .expired)
        _ = slab.remove(0, end: .unsubscribed)
        #expect(slab.end(of: second) == .unsubscribed)
        #expect(slab.end(of: first) == .unsubscribed, "older tenants count as unsubscribed")
    }

    @Test("every tenant of a place has another generation")
    func manyTenants() {
        var slab = slab(of: 1)
        var seen = Set<UInt32>()
        for turn in 0..<1_000 {
            let isNew = seen.insert(slab[0].generation).inserted
            #expect(isNew)
            _ = slab.remove(0, end: turn % 3 == 0 ? .expired : .unsubscribed)
            var record = SubscriptionRecord()
            record.id = UInt64(turn + 2)
            _ = slab.insert(record)
        }
    }

    @Test("vacant places are used before new ones, over several chunks")
    func reuse() {
        var slab = slab(of: 3_000)
        for slot in stride(from: UInt32(0), to: 3_000, by: 2) {
            _ = slab.remove(slot, end: .expired)
        }
        #expect(slab.count == 1_500)
        for id in UInt64(5_000)..<6_500 {
            var record = SubscriptionRecord()
            record.id = id
            let slot = slab.insert(record)
            #expect(slot < 3_000)
        }
        #expect(slab.count == 3_000)
    }
}
