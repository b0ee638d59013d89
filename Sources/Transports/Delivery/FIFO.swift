/// First in, first out, in one array: append and remove cost O(1), averaged.
///
/// Memory follows what is in it: an emptied queue gives a large array back. For what must not be copied on its way there
/// is `MoveQueue`.
struct FIFO<Element> {
    private var items: [Element?] = []
    private var head = 0

    /// How many elements wait.
    var count: Int { items.count - head }

    /// Whether none waits.
    var isEmpty: Bool { head == items.count }

    /// The element that is next, nil if none waits.
    var first: Element? { isEmpty ? nil : items[head] }

    /// The element `offset` places behind the next one.
    subscript(offset: Int) -> Element? {
        get { items[head + offset] }
        set { items[head + offset] = newValue }
    }

    /// Puts `element` last.
    mutating func append(_ element: consuming Element) {
        items.append(element)
    }

    /// Takes the next element out; nil if none waits.
    mutating func removeFirst() -> Element? {
        guard head < items.count else { return nil }
        let element = items[head].take()
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: items.capacity <= Self.capacityKept)
            head = 0
        } else if head >= Self.capacityKept, head * 2 >= items.count {
            items.removeFirst(head)
            head = 0
        }
        return element
    }

    /// An array up to this size is kept for the next elements.
    private static var capacityKept: Int { 64 }
}
