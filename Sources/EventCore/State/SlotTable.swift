/// Finds the slot of a subscription by something its record contains: open addressing, a cell is a slot and what
/// the key wants to remember of the hash.
///
/// Divided into shards that grow one by one, so that growing at a million entries costs a subscribe no more
/// than growing at a thousand. A cell's place is its hash scaled to the size of the shard: a larger shard has the
/// cells in the same order, so that growing by a quarter is one pass over both, and little room is left empty.
struct SlotTable<Key: SlotKey> {
    private var shards = [Shard](repeating: Shard(), count: SlotTable.shardCount)

    private static var shardShift: Int { 58 }
    private static var shardCount: Int { 64 }

    /// The slot whose record has `key`, or nil.
    func find(_ key: Key, in slab: borrowing Slab) -> UInt32? {
        let hash = key.hash
        return shards[Int(hash >> Self.shardShift)].find(key, tag(hash), in: slab)
    }

    /// Adds a slot whose record is already in the slab and whose key is not here yet.
    mutating func insert(_ slot: UInt32, in slab: borrowing Slab) {
        let hash = Key(of: slab[slot]).hash
        shards[Int(hash >> Self.shardShift)].insert(slot, tag(hash), in: slab)
    }

    /// Takes a slot out while its record is still in the slab.
    mutating func remove(_ slot: UInt32, in slab: borrowing Slab) {
        let hash = Key(of: slab[slot]).hash
        shards[Int(hash >> Self.shardShift)].remove(slot, tag(hash), in: slab)
    }

    /// Makes room for `count` slots in all, so that adding them grows nothing.
    mutating func reserve(_ count: Int, in slab: borrowing Slab) {
        // Keys fall on shards at random; a sixteenth more than the mean is enough for nearly all of them.
        let share = count / Self.shardCount * 17 / 16
        for index in shards.indices { shards[index].reserve(share, in: slab) }
    }

    /// The 32 bits that come after those that have chosen the shard.
    private func tag(_ hash: UInt64) -> UInt32 { SlotTable.tag(hash) }

    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash >> UInt64(shardShift - 32))
    }

    private struct Cell {
        var slot: UInt32
        var memo: Key.Memo

        static var empty: Cell { Cell(slot: .max, memo: Key.Memo(tag: 0)) }
        var isEmpty: Bool { slot == .max }
    }

    private struct Shard {
        private var cells: ContiguousArray<Cell> = []
        private var used = 0

        private static var sizeMin: Int { 8 }

        func find(_ key: Key, _ tag: UInt32, in slab: borrowing Slab) -> UInt32? {
            guard !cells.isEmpty else { return nil }
            var index = home(tag)
            while !cells[index].isEmpty {
                let cell = cells[index]
                if cell.memo.tag ?? tag == tag && key.matches(slab[cell.slot]) { return cell.slot }
                index = after(index)
            }
            return nil
        }

        mutating func insert(_ slot: UInt32, _ tag: UInt32, in slab: borrowing Slab) {
            if (used + 1) * 8 > cells.count * 7 { grow(in: slab) }
            place(Cell(slot: slot, memo: Key.Memo(tag: tag)), tag)
            used += 1
        }

        mutating func remove(_ slot: UInt32, _ tag: UInt32, in slab: borrowing Slab) {
            var hole = home(tag)
            while cells[hole].slot != slot { hole = after(hole) }
            used -= 1
            // Backward shift: whatever was pushed past the hole moves up, so no tombstones are needed.
            var next = after(hole)
            while !cells[next].isEmpty {
                let home = home(self.tag(cells[next], in: slab))
                if distance(from: home, to: next) >= distance(from: hole, to: next) {
                    cells[hole] = cells[next]
                    hole = next
                }
                next = after(next)
            }
            cells[hole] = .empty
        }

        private func tag(_ cell: Cell, in slab: borrowing Slab) -> UInt32 {
            cell.memo.tag ?? SlotTable.tag(Key(of: slab[cell.slot]).hash)
        }

        private func home(_ tag: UInt32) -> Int {
            Int(truncatingIfNeeded: (UInt64(tag) &* UInt64(cells.count)) >> 32)
        }

        private func after(_ index: Int) -> Int { index + 1 == cells.count ? 0 : index + 1 }

        private func distance(from start: Int, to end: Int) -> Int {
            end >= start ? end - start : end - start + cells.count
        }

        private mutating func place(_ cell: Cell, _ tag: UInt32) {
            var index = home(tag)
            while !cells[index].isEmpty { index = after(index) }
            cells[index] = cell
        }

        mutating func reserve(_ count: Int, in slab: borrowing Slab) {
            let size = max(Self.sizeMin, count * 8 / 7 + 1)
            if size > cells.count { move(to: size, in: slab) }
        }

        private mutating func grow(in slab: borrowing Slab) {
            move(to: max(Self.sizeMin, cells.count + cells.count / 4), in: slab)
        }

        private mutating func move(to size: Int, in slab: borrowing Slab) {
            let old = cells
            cells = ContiguousArray(repeating: .empty, count: size)
            for cell in old where !cell.isEmpty { place(cell, tag(cell, in: slab)) }
        }
    }
}

/// What a `SlotTable` looks a record up by.
protocol SlotKey {
    /// What a cell remembers of the hash.
    associatedtype Memo: SlotMemo
    /// The key of a record.
    init(of record: borrowing SubscriptionRecord)
    /// Spread well over all 64 bits: the upper choose the shard, the next 32 the cell.
    var hash: UInt64 { get }
    /// Whether a record has this key.
    func matches(_ record: borrowing SubscriptionRecord) -> Bool
}

/// What a cell remembers of a hash: with it hardly any record but the right one is looked at, without it a
/// cell is half as large.
protocol SlotMemo {
    init(tag: UInt32)
    /// The 32 bits that choose the cell; nil if they were not kept.
    var tag: UInt32? { get }
}

/// The tag itself: for keys that are often looked for and not found.
struct TagKept: SlotMemo {
    private let bits: UInt32
    init(tag: UInt32) { bits = tag }
    var tag: UInt32? { bits }
}

/// Nothing: for keys whose hashes hardly collide.
struct TagForgotten: SlotMemo {
    init(tag: UInt32) {}
    var tag: UInt32? { nil }
}

/// Subscriptions by id.
struct IDKey: SlotKey {
    typealias Memo = TagForgotten

    let id: UInt64

    init(_ id: UInt64) { self.id = id }
    init(of record: borrowing SubscriptionRecord) { id = record.id }

    /// Ids come from our own counter: nobody can choose colliding ones. Multiples of the golden ratio lie
    /// as far apart as can be, so that consecutive ids hardly ever meet.
    var hash: UInt64 { id &* 0x9E37_79B9_7F4A_7C15 }

    func matches(_ record: borrowing SubscriptionRecord) -> Bool { record.id == id }
}

/// Subscriptions by event and subscriber.
struct IdentityKey: SlotKey {
    typealias Memo = TagKept

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
        hasher.combine(UInt64(event) << 8 | UInt64(transport))
        hasher.combine(packed)
        if let detail { hasher.combine(detail.identity) }
        return UInt64(truncatingIfNeeded: hasher.finalize())
    }

    func matches(_ record: borrowing SubscriptionRecord) -> Bool {
        event == record.event && transport == record.transport && packed == record.packed
            && (detail === record.detail || detail?.identity == record.detail?.identity)
    }
}
