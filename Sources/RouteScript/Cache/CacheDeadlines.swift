/// When entries of a cache end, the earliest first: a binary heap.
struct CacheDeadlines: Sendable {
    struct Item: Sendable {
        /// Boot nanoseconds.
        let deadline: Int64
        /// The store that it is of.
        let number: UInt64
        let place: LocalCache.Place
    }

    private var items: [Item] = []

    var count: Int { items.count }
    var first: Item? { items.first }

    mutating func insert(_ item: Item) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child].deadline < items[(child - 1) / 2].deadline {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// There is one.
    mutating func removeFirst() {
        items.swapAt(0, items.count - 1)
        items.removeLast()
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < items.count else { return }
            if child + 1 < items.count, items[child + 1].deadline < items[child].deadline {
                child += 1
            }
            guard items[child].deadline < items[parent].deadline else { return }
            items.swapAt(parent, child)
            parent = child
        }
    }
}
