/// A queue in one array: first in, first out, both O(1).
///
/// Inlinable, because the transports' schedules are made of it: across targets it would not be specialized.
public struct Fifo<Element> {
    @usableFromInline var elements: [Element?] = []
    @usableFromInline var head = 0

    /// An empty one.
    @inlinable
    public init() {}

    /// How many wait.
    @inlinable
    public var count: Int { elements.count - head }
    /// Whether none does.
    @inlinable
    public var isEmpty: Bool { count == 0 }
    /// The element that is next; nil when there is none.
    @inlinable
    public var first: Element? { isEmpty ? nil : elements[head] }

    /// The element `offset` places behind the next one; reading beyond the last one is a mistake.
    @inlinable
    public subscript(offset: Int) -> Element? {
        get { elements[head + offset] }
        set { elements[head + offset] = newValue }
    }

    /// Puts an element last.
    @inlinable
    public mutating func append(_ element: consuming Element) {
        elements.append(element)
    }

    /// Takes the first element out; nil when there is none.
    @inlinable
    public mutating func popFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[head].take()
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: elements.count <= 1_024)
            head = 0
        } else if head >= 64 && head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }

    mutating func popLast() -> Element? {
        guard !isEmpty, let element = elements.popLast() else { return nil }
        return element
    }

    /// Reads or changes the first element where it lies; nil when there is none.
    mutating func updateFirst<Result>(_ body: (inout Element) -> Result) -> Result? {
        guard !isEmpty, var element = elements[head].take() else { return nil }
        defer { elements[head] = element }
        return body(&element)
    }
}

extension Fifo: Sendable where Element: Sendable {}
