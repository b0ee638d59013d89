import TestSupport
import Testing

@testable import EventCore

@Suite struct SlotTableTests {
    @Test("random inserts and removals agree with a dictionary", arguments: 1...4)
    func againstADictionary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = 3_000
        var slab = slab(of: count) { index, record in
            record.event = UInt32(index % 3)
            record.packed = UInt64(index / 3)
            record.transport = UInt8(index % 2)
        }
        var ids = SlotTable<IDKey>()
        var identities = SlotTable<IdentityKey>()
        var there = Set<UInt32>()
        for _ in 0..<20_000 {
            let slot = UInt32.random(in: 0..<UInt32(count), using: &random)
            if there.remove(slot) != nil {
                ids.remove(slot, in: slab)
                identities.remove(slot, in: slab)
            } else {
                there.insert(slot)
                ids.insert(slot, in: slab)
                identities.insert(slot, in: slab)
            }
            let asked = UInt32.random(in: 0..<UInt32(count), using: &random)
            let expected = there.contains(asked) ? asked : nil
            #expect(ids.find(IDKey(slab[asked].id), in: slab) == expected)
            #expect(identities.find(IdentityKey(of: slab[asked]), in: slab) == expected)
        }
        slab[0].id = 0
    }

    @Test(
        "making room keeps every slot that is there, and none is lost that comes",
        arguments: [0, 100, 5_000])
    func reserving(count: Int) {
        let slab = slab(of: 2_000) { index, record in record.packed = UInt64(index) }
        var table = SlotTable<IdentityKey>()
        for slot in 0..<UInt32(1_000) { table.insert(slot, in: slab) }
        table.reserve(count, in: slab)
        for slot in 1_000..<UInt32(2_000) { table.insert(slot, in: slab) }
        for slot in 0..<UInt32(2_000) {
            #expect(table.find(IdentityKey(of: slab[slot]), in: slab) == slot)
        }
    }

    @Test("named sockets are found by identity, whatever their options and secrets")
    func identities() {
        func named(_ identity: String, _ text: String) -> Socket {
            Socket(
                packed: 0,
                detail: SocketDetail(identity: identity, text: text, target: Nothing()))
        }
        var slab = slab(of: 1) {
            $1 = SubscriptionRecord(named("unix:/a", "unix:/a#format=lines")); $1.id = 1
        }
        var table = SlotTable<IdentityKey>()
        table.insert(0, in: slab)
        #expect(
            table.find(IdentityKey(event: 0, socket: named("unix:/a", "unix:/a")), in: slab) == 0)
        #expect(
            table.find(IdentityKey(event: 0, socket: named("unix:/ab", "unix:/ab")), in: slab)
                == nil)
        #expect(
            table.find(IdentityKey(event: 1, socket: named("unix:/a", "unix:/a")), in: slab) == nil)
        slab[0].id = 1
    }

    private final class Nothing: Sendable {}
}
