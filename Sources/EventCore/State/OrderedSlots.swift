/// Slots in the order of their subscriptions' ids, the newest last. Adding and removing are O(1): a removed
/// one leaves a dead cell, and when a quarter of the cells is dead the list is written anew.
struct OrderedSlots {
    /// Which of a record's two positions belongs to a list.
    enum Scope { case event, overall }

    private let scope: Scope
    private var cells: ContiguousArray<UInt32> = []
    private var dead = 0

    private static let deadCell = UInt32.max
    /// Shorter lists are not worth writing anew.
    private static let compactionMin = 32

    init(_ scope: Scope) {
        self.scope = scope
    }

    /// How many slots are in the list.
    var count: Int { cells.count - dead }

    /// Adds the slot of the newest subscription.
    mutating func append(_ slot: UInt32, in slab: inout Slab) {
        setPosition(of: slot, to: cells.count, in: &slab)
        cells.append(slot)
    }

    /// Takes a slot out while its record is still in the slab.
    mutating func remove(_ slot: UInt32, in slab: inout Slab) {
        cells[position(of: slot, in: slab)] = Self.deadCell
        dead += 1
        if cells.count >= Self.compactionMin && dead * 4 > cells.count {
            rebuild(living, in: &slab)
        }
    }

    /// Puts a slot back where its id belongs: the rare way back after a failed commit, O(n).
    mutating func reinsert(_ slot: UInt32, in slab: inout Slab) {
        var living = self.living
        let id = slab[slot].id
        let place = living.firstIndex { slab[$0].id > id } ?? living.endIndex
        living.insert(slot, at: place)
        rebuild(living, in: &slab)
    }

    /// Calls `body` with slots from the newest to the oldest, at first with the newest below `cursor`,
    /// until it returns false. O(log n) to begin.
    func visitNewestFirst(below cursor: UInt64?, in slab: borrowing Slab, _ body: (UInt32) -> Bool) {
        var index = cursor.map { firstIndex(notBelow: $0, in: slab) } ?? cells.count
        while index > 0 {
            index -= 1
            let slot = cells[index]
            if slot != Self.deadCell && !body(slot) { return }
        }
    }

    /// The first cell whose subscription's id is `id` or higher; dead cells count with their older neighbour.
    private func firstIndex(notBelow id: UInt64, in slab: borrowing Slab) -> Int {
        var low = 0
        var high = cells.count
        while low < high {
            let middle = low + (high - low) / 2
            var living = middle
            while living > low && cells[living] == Self.deadCell { living -= 1 }
            if cells[living] == Self.deadCell || slab[cells[living]].id < id {
                low = middle + 1
            } else {
                high = living
            }
        }
        return low
    }

    private var living: ContiguousArray<UInt32> {
        ContiguousArray(cells.lazy.filter { $0 != Self.deadCell })
    }

    private mutating func rebuild(_ living: ContiguousArray<UInt32>, in slab: inout Slab) {
        cells = living
        dead = 0
        for index in cells.indices {
            setPosition(of: cells[index], to: index, in: &slab)
        }
    }

    private func position(of slot: UInt32, in slab: borrowing Slab) -> Int {
        switch scope {
        case .event: Int(slab[slot].eventPosition)
        case .overall: Int(slab[slot].overallPosition)
        }
    }

    private func setPosition(of slot: UInt32, to index: Int, in slab: inout Slab) {
        switch scope {
        case .event: slab[slot].eventPosition = UInt32(index)
        case .overall: slab[slot].overallPosition = UInt32(index)
        }
    }
}
