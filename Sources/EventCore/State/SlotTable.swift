/// Finds the slot of a subscription by something its record contains: open addressing, four bytes an entry.
///
/// Divided into shards that grow one by one, so that growing at a million entries costs a subscribe no more
/// than growing at a thousand. An entry also holds a few bits of the hash: a record lies anywhere in
/// memory, and is looked at only where they agree.
struct SlotTable<Key: SlotKey> {
    private var shards = [Shard](repeating: Shard(), count: SlotTable.shardCount)

    private static var shardShift: Int { 58 }
    private static var shardCount: Int { 64 }

    /// The slot whose record has `key`, or nil.
    func find(_ key: Key, in slab: borrowing Slab) -> UInt32? {
        let hash = key.hash
        return shards[Int(hash >> Self.shardShift)].find(key, hash: hash, in: slab)
    }

    /// Adds a slot whose record is already in the slab and whose key is not here yet.
    mutating func insert(_ slot: UInt32, in slab: borrowing Slab) {
        let hash = Key(of: slab[slot]).hash
        shards[Int(hash >> Self.shardShift)].insert(slot, hash: hash, in: slab)
    }

    /// Takes a slot out while its record is still in the slab.
    mutating func remove(_ slot: UInt32, in slab: borrowing Slab) {
        let hash = Key(of: slab[slot]).hash
        shards[Int(hash >> Self.shardShift)].remove(slot, hash: hash, in: slab)
    }

    /// Makes room for `count` slots in all, so that adding them grows nothing.
    mutating func reserve(_ count: Int, in slab: borrowing Slab) {
        // Keys fall on shards at random; an eighth more than the mean is enough for all of them.
        let share = count / Self.shardCount * 9 / 8
        for index in shards.indices { shards[index].reserve(share, in: slab) }
    }

    private struct Shard {
        /// Each a slot in the lower bits and the mark of its hash in the upper ones.
        private var cells: ContiguousArray<UInt32> = []
        private var used = 0

        /// Enough for 134 million slots, more than the setting `subscriptions-max` allows.
        private static var slotBits: UInt32 { 27 }
        private static var slotMask: UInt32 { 1 << slotBits - 1 }
        private static var empty: UInt32 { .max }

        /// The hash's bits below those that choose the shard, where a cell keeps them.
        private static func mark(_ hash: UInt64) -> UInt32 {
            UInt32(truncatingIfNeeded: hash >> 26) & ~slotMask
        }

        func find(_ key: Key, hash: UInt64, in slab: borrowing Slab) -> UInt32? {
            guard !cells.isEmpty else { return nil }
            let mask = cells.count - 1
            let mark = Self.mark(hash)
            var index = Int(truncatingIfNeeded: hash) & mask
            while cells[index] != Self.empty {
                let cell = cells[index]
                if cell & ~Self.slotMask == mark, key.matches(slab[cell & Self.slotMask]) {
                    return cell & Self.slotMask
                }
                index = (index + 1) & mask
            }
            return nil
        }

        mutating func insert(_ slot: UInt32, hash: UInt64, in slab: borrowing Slab) {
            if (used + 1) * 4 > cells.count * 3 { grow(in: slab) }
            place(slot, hash: hash)
            used += 1
        }

        mutating func remove(_ slot: UInt32, hash: UInt64, in slab: borrowing Slab) {
            let mask = cells.count - 1
            var hole = Int(truncatingIfNeeded: hash) & mask
            while cells[hole] & Self.slotMask != slot { hole = (hole + 1) & mask }
            used -= 1
            // Backward shift: whatever was pushed past the hole moves up, so no tombstones are needed.
            var next = (hole + 1) & mask
            while cells[next] != Self.empty {
                let home =
                    Int(truncatingIfNeeded: Key(of: slab[cells[next] & Self.slotMask]).hash) & mask
                if (next - home) & mask >= (next - hole) & mask {
                    cells[hole] = cells[next]
                    hole = next
                }
                next = (next + 1) & mask
            }
            cells[hole] = Self.empty
        }

        private mutating func place(_ slot: UInt32, hash: UInt64) {
            let mask = cells.count - 1
            var index = Int(truncatingIfNeeded: hash) & mask
            while cells[index] != Self.empty { index = (index + 1) & mask }
            cells[index] = Self.mark(hash) | slot
        }

        mutating func reserve(_ count: Int, in slab: borrowing Slab) {
            var larger = max(8, cells.count)
            while count * 4 > larger * 3 { larger *= 2 }
            if larger > cells.count { move(to: larger, in: slab) }
        }

        private mutating func grow(in slab: borrowing Slab) {
            move(to: max(8, cells.count * 2), in: slab)
        }

        private mutating func move(to count: Int, in slab: borrowing Slab) {
            let old = cells
            cells = ContiguousArray(repeating: Self.empty, count: count)
            for cell in old where cell != Self.empty {
                let slot = cell & Self.slotMask
                place(slot, hash: Key(of: slab[slot]).hash)
            }
        }
    }
}

/// What a `SlotTable` looks a record up by.
protocol SlotKey {
    /// The key of a record.
    init(of record: borrowing SubscriptionRecord)
    /// Well mixed in all 64 bits: the upper choose the shard, the lower the cell.
    var hash: UInt64 { get }
    /// Whether a record has this key.
    func matches(_ record: borrowing SubscriptionRecord) -> Bool
}

/// Subscriptions by id.
struct IDKey: SlotKey {
    let id: UInt64

    init(_ id: UInt64) { self.id = id }
    init(of record: borrowing SubscriptionRecord) { id = record.id }

    /// Ids come from our own counter: nobody can choose colliding ones, so mixing suffices.
    var hash: UInt64 {
        var mixed = id &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        return mixed &* 0xD6E8_FEB8_6659_FD93
    }

    func matches(_ record: borrowing SubscriptionRecord) -> Bool { record.id == id }
}

/// Subscriptions by event and subscriber.
struct IdentityKey: SlotKey {
    let event: UInt32
    let transport: UInt8
    let packed: UInt64
    let detail: SocketDetail?

    init(event: UInt32, socket: Socket) {
        self.event = event
        transport = socket.transport
        packed = socket.packed
        detail = socket.detail
    }

    init(of record: borrowing SubscriptionRecord) {
        event = record.event
        transport = record.transport
        packed = record.packed
        detail = record.detail
    }

    /// Subscribers choose their sockets, hence the seeded hash of the standard library.
    var hash: UInt64 {
        var hasher = Hasher()
        hasher.combine(event)
        hasher.combine(transport)
        hasher.combine(packed)
        if let detail { hasher.combine(detail.identity) }
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }

    func matches(_ record: borrowing SubscriptionRecord) -> Bool {
        event == record.event && transport == record.transport && packed == record.packed
            && (detail === record.detail || detail?.identity == record.detail?.identity)
    }
}
