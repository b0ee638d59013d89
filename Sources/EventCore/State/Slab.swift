/// Subscriptions by slot. Grows a chunk at a time, so no subscribe ever pays for moving all the others.
///
/// A slot's generation tells its tenants apart: the upper 30 bits count them, the lowest two say how the tenant
/// before ended (1 = its deadline passed, 2 = it was gone), for deliveries to it that still wait somewhere.
struct Slab {
    private static let chunkShift: UInt32 = 10
    private static let chunkMask: UInt32 = (1 << chunkShift) - 1

    private var chunks: [ContiguousArray<SubscriptionRecord>] = []
    private var firstFree = SubscriptionRecord.none
    /// Slots that hold a subscription, or have held one, are before this one.
    private(set) var end: UInt32 = 0

    /// How many slots hold a subscription.
    private(set) var count = 0

    subscript(slot: UInt32) -> SubscriptionRecord {
        _read { yield chunks[Int(slot >> Slab.chunkShift)][Int(slot & Slab.chunkMask)] }
        _modify { yield &chunks[Int(slot >> Slab.chunkShift)][Int(slot & Slab.chunkMask)] }
    }

    /// Whether `reference` still names the tenant it named.
    func isLive(_ reference: SubscriptionRef) -> Bool {
        self[reference.slot].generation == reference.generation && self[reference.slot].id != 0
    }

    /// How the tenant that `reference` names ended; nil while it lives. Only the newest former tenant's end is
    /// remembered; an older one counts as unsubscribed.
    func end(of reference: SubscriptionRef) -> DropReason? {
        if isLive(reference) { return nil }
        let generation = self[reference.slot].generation
        let isNext = generation >> 2 == Slab.next(reference.generation, end: .unsubscribed) >> 2
        switch generation & 3 {
        case 1 where isNext: return .expired
        case 2 where isNext: return .gone
        default: return .unsubscribed
        }
    }

    /// Puts `record` into a free slot. Its generation is the slot's.
    mutating func insert(_ record: consuming SubscriptionRecord) -> UInt32 {
        count += 1
        if firstFree != SubscriptionRecord.none {
            let slot = firstFree
            firstFree = self[slot].timerNext
            record.generation = self[slot].generation
            record.timerNext = SubscriptionRecord.none
            self[slot] = record
            return slot
        }
        if end & Slab.chunkMask == 0 {
            var chunk = ContiguousArray<SubscriptionRecord>()
            chunk.reserveCapacity(Int(Slab.chunkMask) + 1)
            chunks.append(chunk)
        }
        record.generation = 0
        chunks[chunks.count - 1].append(record)
        end += 1
        return end - 1
    }

    /// Empties a slot and returns what it held. References to that tenant find nobody from now on.
    mutating func remove(_ slot: UInt32, end reason: DropReason) -> SubscriptionRecord {
        count -= 1
        let record = self[slot]
        var vacant = SubscriptionRecord()
        vacant.generation = Slab.next(record.generation, end: reason)
        vacant.timerNext = firstFree
        self[slot] = vacant
        firstFree = slot
        return record
    }

    private static func next(_ generation: UInt32, end reason: DropReason) -> UInt32 {
        let how: UInt32 =
            switch reason {
            case .expired: 1
            case .gone: 2
            case .unsubscribed, .queueFull, .stopped, .conflated: 0
            }
        return ((generation >> 2) &+ 1) << 2 | how
    }
}
