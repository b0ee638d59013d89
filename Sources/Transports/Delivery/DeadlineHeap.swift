/// Times at which something is due, the earliest on top: a binary heap, O(log n).
struct DeadlineHeap<Item> {
    private var entries: [(time: Int64, item: Item)] = []

    /// The earliest time, nil if there is none.
    var earliest: Int64? { entries.first?.time }

    /// Adds an item that is due at `time`.
    mutating func insert(_ item: Item, at time: Int64) {
        entries.append((time, item))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].time < entries[parent].time else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the earliest item if it is due at `now`.
    mutating func removeDue(at now: Int64) -> Item? {
        guard let top = entries.first, top.time <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in (2 * parent + 1)...(2 * parent + 2)
            where child < entries.count && entries[child].time < entries[least].time {
                least = child
            }
            guard least != parent else { return top.item }
            entries.swapAt(parent, least)
            parent = least
        }
    }

    /// Takes everything out.
    mutating func removeAll() {
        entries.removeAll()
    }
}

/// The earlier of two times that may both be absent; an absent one never comes.
func earlier(_ one: Int64?, _ other: Int64?) -> Int64? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
}
