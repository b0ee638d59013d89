/// Slots in the order of their subscriptions' ids, the newest last. Adding and removing are O(1), not only on
/// average: a removed one leaves a dead cell, and when a quarter of the cells is dead every further removal moves
/// a few living ones down, so that no single one ever pays for writing a long list anew.
///
///     cells   a b c d e f . . . . . . m . n o p . q r      (. is dead)
///             moved ─────┘ └─ gap ─┘ └ still to be moved
struct OrderedSlots {
    /// Which of a record's two positions belongs to a list.
    enum Scope { case event, overall }

    private let scope: Scope
    private var cells: ContiguousArray<UInt32> = []
    /// How many slots are in the list.
    private(set) var count = 0
    /// While cells are being moved: the dead ones between those that have moved and those that have not.
    private var gap: Range<Int>?

    private static let deadCell = UInt32.max
    /// Shorter lists are not worth moving.
    private static let compactionMin = 32
    /// Cells looked at by one removal. A pass over n cells takes n / 16 removals, so dead cells stay below a third.
    private static let cellsPerStep = 16

    init(_ scope: Scope) {
        self.scope = scope
    }

    /// Cells in use, dead ones included.
    var cellCount: Int { cells.count }

    /// Adds a slot where its id belongs: at the end for a new subscription.
    mutating func insert(_ slot: UInt32, in slab: inout Slab) {
        if let last = cells.last, last == Self.deadCell || slab[last].id > slab[slot].id {
            put(slot, back: firstIndex(notBelow: slab[slot].id, in: slab), in: &slab)
        } else {
            append(slot, in: &slab)
        }
        count += 1
    }

    /// Takes a slot out while its record is still in the slab.
    mutating func remove(_ slot: UInt32, in slab: inout Slab) {
        cells[position(of: slot, in: slab)] = Self.deadCell
        count -= 1
        trim()
        compact(in: &slab)
    }

    /// Calls `body` with slots from the newest to the oldest, at first with the newest below `cursor`,
    /// until it returns false. O(log n) to begin.
    func visitNewestFirst(below cursor: UInt64?, in slab: borrowing Slab, _ body: (UInt32) -> Bool)
    {
        var index = cursor.map { firstIndex(notBelow: $0, in: slab) } ?? cells.count
        while index > 0 {
            index = skippingGap(index - 1)
            if index < 0 { return }
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
            var living = max(low, skippingGap(middle))
            while living > low && cells[living] == Self.deadCell { living -= 1 }
            if cells[living] == Self.deadCell || slab[cells[living]].id < id {
                low = middle + 1
            } else {
                high = living
            }
        }
        return low
    }

    /// The cell before the gap for one inside it.
    private func skippingGap(_ index: Int) -> Int {
        guard let gap, gap.contains(index) else { return index }
        return gap.lowerBound - 1
    }

    /// Gives dead cells at the end back, a few at a time.
    private mutating func trim() {
        let end = gap?.upperBound ?? 0
        var steps = Self.cellsPerStep
        while steps > 0 && cells.count > end && cells.last == Self.deadCell {
            cells.removeLast()
            steps -= 1
        }
    }

    /// Begins or goes on moving living cells down into the dead ones before them.
    private mutating func compact(in slab: inout Slab) {
        if gap == nil {
            let dead = cells.count - count
            guard cells.count >= Self.compactionMin && dead * 4 > cells.count else { return }
            gap = 0..<0
        }
        guard var gap else { return }
        for _ in 0..<Self.cellsPerStep where gap.upperBound < cells.count {
            let slot = cells[gap.upperBound]
            if slot == Self.deadCell {
                gap = gap.lowerBound..<gap.upperBound + 1
            } else {
                cells[gap.upperBound] = Self.deadCell
                put(slot, at: gap.lowerBound, in: &slab)
                gap = gap.lowerBound + 1..<gap.upperBound + 1
            }
        }
        self.gap = gap.upperBound < cells.count ? gap : nil
        if self.gap == nil { truncate(to: gap.lowerBound) }
    }

    /// Ends a pass: all that follows is dead. Memory of a list that was much longer is given back.
    private mutating func truncate(to end: Int) {
        cells.removeLast(cells.count - end)
        guard cells.capacity > 4 * end + Self.compactionMin else { return }
        var smaller = ContiguousArray<UInt32>()
        smaller.reserveCapacity(2 * end)
        smaller.append(contentsOf: cells)
        cells = smaller
    }

    /// Puts a slot between older and newer ones: after a failed commit into the dead cell it left, as a rule; O(n) if
    /// that was used up meanwhile.
    private mutating func put(_ slot: UInt32, back place: Int, in slab: inout Slab) {
        if place == cells.count { return append(slot, in: &slab) }
        if let gap, gap.upperBound == place, !gap.isEmpty {
            put(slot, at: gap.lowerBound, in: &slab)
            self.gap = gap.dropFirst()
        } else if place > 0 && cells[place - 1] == Self.deadCell {
            put(slot, at: place - 1, in: &slab)
        } else {
            cells.insert(slot, at: place)
            if let gap, gap.lowerBound >= place {
                self.gap = gap.lowerBound + 1..<gap.upperBound + 1
            }
            for index in place..<cells.count where cells[index] != Self.deadCell {
                setPosition(of: cells[index], to: index, in: &slab)
            }
        }
    }

    private mutating func append(_ slot: UInt32, in slab: inout Slab) {
        setPosition(of: slot, to: cells.count, in: &slab)
        cells.append(slot)
    }

    private mutating func put(_ slot: UInt32, at index: Int, in slab: inout Slab) {
        cells[index] = slot
        setPosition(of: slot, to: index, in: &slab)
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
