/// First in, first out, without a copy: elements move in at the end and out at the front. A ring in one piece of memory:
/// append and remove cost O(1), averaged.
///
/// For elements with references that several threads share, each copy of which would count them: for all
/// others there is `Fifo`, which can be copied. Memory follows what is in it: an emptied queue gives a large piece
/// back. One owner; `Sendable` as its elements are, and then owned by one thread at a time.
struct MoveQueue<Element>: ~Copyable {
    /// Elements from `head` on, around the end of the memory; nil before the first one.
    private var memory: UnsafeMutablePointer<Element>?
    /// Zero or a power of two, so that a place is found without a division.
    private var capacity = 0
    private var head = 0
    private let capacityKept: Int

    /// How many elements wait.
    private(set) var count = 0

    /// Whether none waits.
    var isEmpty: Bool { count == 0 }

    /// An empty queue. Memory for up to `capacityKept` elements is kept for the next ones.
    init(capacityKept: Int = 64) {
        self.capacityKept = capacityKept
    }

    deinit {
        guard let memory else { return }
        for offset in 0..<count { slot(offset).deinitialize(count: 1) }
        memory.deallocate()
    }

    /// Has room for so many elements from now on.
    mutating func reserve(_ elements: Int) {
        guard elements > capacity else { return }
        var grown = max(capacity, 8)
        while grown < elements { grown *= 2 }
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: grown)
        if let memory {
            let atEnd = min(count, capacity - head)
            larger.moveInitialize(from: memory + head, count: atEnd)
            (larger + atEnd).moveInitialize(from: memory, count: count - atEnd)
            memory.deallocate()
        }
        memory = larger
        capacity = grown
        head = 0
    }

    /// Puts `element` last.
    // Inlined, so that an element that is made for it is made in its place.
    @inline(__always)
    mutating func append(_ element: consuming Element) {
        reserve(count + 1)
        slot(count).initialize(to: element)
        count += 1
    }

    /// Takes the next element out; there must be one.
    ///
    /// Not an optional: what is unwrapped from one is copied where the compiler does not see through it.
    mutating func removeFirst() -> Element {
        precondition(count > 0, "an element to take out")
        let element = slot(0).move()
        passFirst(1)
        return element
    }

    /// Moves the first `number` elements of another queue behind the last one of this.
    mutating func append(_ number: Int, of other: inout MoveQueue) {
        precondition(number >= 0 && number <= other.count, "as many elements")
        reserve(count + number)
        for offset in 0..<number {
            slot(count + offset).moveInitialize(from: other.slot(offset), count: 1)
        }
        count += number
        other.passFirst(number)
    }

    /// Puts back what was taken out last.
    mutating func restoreFirst(_ element: consuming Element) {
        reserve(count + 1)
        head = (head - 1) & (capacity - 1)
        slot(0).initialize(to: element)
        count += 1
    }

    /// Puts `element` in the place `offset` behind the next one; the element that stood there.
    mutating func replace(_ offset: Int, with element: consuming Element) -> Element {
        precondition(offset >= 0 && offset < count, "an element at its place")
        let old = slot(offset).move()
        slot(offset).initialize(to: element)
        return old
    }

    /// Shows `body` the element `offset` places behind the next one, where it is.
    func withElement<Result>(_ offset: Int, _ body: (borrowing Element) -> Result) -> Result {
        precondition(offset >= 0 && offset < count, "an element at its place")
        return body(slot(offset).pointee)
    }

    /// The memory of the element `offset` places behind the next one; only where there is memory.
    private func slot(_ offset: Int) -> UnsafeMutablePointer<Element> {
        guard let memory else { preconditionFailure("no memory at an element's place") }
        return memory + ((head + offset) & (capacity - 1))
    }

    /// So many elements have been moved out.
    private mutating func passFirst(_ number: Int) {
        count -= number
        head = (head + number) & (capacity - 1)
        guard count == 0, capacity > capacityKept else { return }
        memory?.deallocate()
        memory = nil
        capacity = 0
        head = 0
    }
}

// @unchecked because of the pointer: nobody else has it, so the elements go where the queue goes.
extension MoveQueue: @unchecked Sendable where Element: Sendable {}
