/// Which subscriptions end when: a hierarchical timing wheel, exact to the nanosecond.
///
/// Seven levels of 64 buckets, enough for every `Int64`; a tick is 2^26 ns (67 ms). A deadline lies at the
/// level of the highest group of six bits in which its tick differs from the current one, so adding, moving and
/// removing are O(1), and each subscription changes its level at most six times in its life. Those of the
/// current tick wait in a small heap, so nothing ends a tick too early or too late. One word of bits a level
/// tells the occupied buckets: a clock that jumped a year costs no more than one that moved a second.
struct DeadlineWheel {
    private static let tickShift: Int64 = 26
    private static let levels = 7
    private static let headFlag: UInt32 = 1 << 31

    /// How long before its deadline a record that awaits its notice comes up, nanoseconds.
    private let lead: Int64
    private var currentTick: Int64
    private var heads = [UInt32](repeating: SubscriptionRecord.none, count: levels * 64)
    private var occupied = [UInt64](repeating: 0, count: levels)
    private var due = DueHeap()

    init(now: Int64, lead: Int64 = 0) {
        self.lead = lead
        currentTick = now >> Self.tickShift
    }

    /// The last instant before a record comes up: its deadline, or the one before its notice is due.
    private func end(of record: borrowing SubscriptionRecord) -> Int64 {
        record.awaitsNotice ? record.deadline - lead - 1 : record.deadline
    }

    /// Enters a slot with a deadline.
    mutating func insert(_ slot: UInt32, in slab: inout Slab) {
        let end = end(of: slab[slot])
        let tick = end >> Self.tickShift
        guard tick > currentTick else {
            due.push(DueHeap.Entry(end: end, id: slab[slot].id, slot: slot))
            return
        }
        let level = (63 - (tick ^ currentTick).leadingZeroBitCount) / 6
        let bucket = level * 64 + Int((tick >> Int64(level * 6)) & 63)
        let next = heads[bucket]
        slab[slot].timerNext = next
        slab[slot].timerPrevious = Self.headFlag | UInt32(bucket)
        if next != SubscriptionRecord.none { slab[next].timerPrevious = slot }
        heads[bucket] = slot
        occupied[level] |= 1 << UInt64(bucket & 63)
    }

    /// Takes a slot out, before its deadline changes or its record goes. What waits in the heap is left there
    /// and recognised as stale when its time comes.
    mutating func remove(_ slot: UInt32, in slab: inout Slab) {
        let previous = slab[slot].timerPrevious
        guard previous != SubscriptionRecord.none else { return }
        let next = slab[slot].timerNext
        if next != SubscriptionRecord.none { slab[next].timerPrevious = previous }
        if previous & Self.headFlag == 0 {
            slab[previous].timerNext = next
        } else {
            let bucket = Int(previous & ~Self.headFlag)
            heads[bucket] = next
            if next == SubscriptionRecord.none {
                occupied[bucket / 64] &= ~(1 << UInt64(bucket & 63))
            }
        }
        slab[slot].timerNext = SubscriptionRecord.none
        slab[slot].timerPrevious = SubscriptionRecord.none
    }

    /// The next slot whose deadline is over at `now`, or whose notice is due, or nil; in the order of the instants,
    /// and of the ids at the same one. OpenSIPS: a subscription is live at its deadline.
    mutating func popExpired(now: Int64, in slab: inout Slab) -> UInt32? {
        advance(to: now >> Self.tickShift, in: &slab)
        while let entry = due.first, entry.end < now {
            due.removeFirst()
            let record = slab[entry.slot]
            if record.id == entry.id && end(of: record) == entry.end { return entry.slot }
        }
        return nil
    }

    /// Nothing ends, and no notice is due, before this instant, boot nanoseconds; nil when there is no deadline at all.
    var nextEndBound: Int64? {
        // At its deadline it is still live.
        if let first = due.first { return first.end + 1 }
        return nextOccupied().map { $0.tick << Self.tickShift }
    }

    /// Moves to `target`, spreading every bucket on the way over the levels below.
    private mutating func advance(to target: Int64, in slab: inout Slab) {
        while currentTick < target {
            guard let next = nextOccupied(), next.tick <= target else {
                currentTick = target
                return
            }
            currentTick = next.tick
            var slot = heads[next.bucket]
            heads[next.bucket] = SubscriptionRecord.none
            occupied[next.bucket / 64] &= ~(1 << UInt64(next.bucket & 63))
            while slot != SubscriptionRecord.none {
                let following = slab[slot].timerNext
                slab[slot].timerNext = SubscriptionRecord.none
                slab[slot].timerPrevious = SubscriptionRecord.none
                insert(slot, in: &slab)
                slot = following
            }
        }
    }

    /// The earliest occupied bucket and the tick it begins at. Lower levels come first: what lies at a level
    /// lies after everything below it.
    private func nextOccupied() -> (bucket: Int, tick: Int64)? {
        for level in 0..<Self.levels where occupied[level] != 0 {
            let shift = Int64(level * 6)
            let index = Int64(occupied[level].trailingZeroBitCount)
            let above = (currentTick >> (shift + 6)) << (shift + 6)
            return (level * 64 + Int(index), above | (index << shift))
        }
        return nil
    }
}

/// What comes up in the current tick, earliest first; lower ids first at the same instant.
private struct DueHeap {
    struct Entry {
        var end: Int64
        var id: UInt64
        var slot: UInt32

        func isBefore(_ other: Entry) -> Bool {
            end < other.end || end == other.end && id < other.id
        }
    }

    private var entries: [Entry] = []

    var first: Entry? { entries.first }

    mutating func push(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if !entries[child].isBefore(entries[parent]) { return }
            entries.swapAt(parent, child)
            child = parent
        }
    }

    mutating func removeFirst() {
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count {
                if entries[child].isBefore(entries[smallest]) { smallest = child }
            }
            if smallest == parent { return }
            entries.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
