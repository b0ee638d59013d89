/// A dictionary of bounded size: where there is no room for a new key, the one unused for longest
/// makes it.
///
/// A value type without a lock; every operation costs O(1).
public struct LeastRecentlyUsed<Key: Hashable, Value> {
    fileprivate struct Node {
        var key: Key
        var value: Value
        var newer: Int
        var older: Int
    }

    /// Most entries it holds; at least 1.
    public let capacity: Int
    private var places: [Key: Int] = [:]
    private var nodes: [Node] = []
    private var newest = -1
    private var oldest = -1

    /// An empty one for up to `capacity` entries; no memory is taken in advance.
    public init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many entries there are.
    public var count: Int { nodes.count }

    /// Whether the next new key takes another one's place.
    public var isFull: Bool { nodes.count == capacity }

    /// The value of `key`, which becomes the most recently used; nil if it is not there.
    public mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        touch(place)
        return nodes[place].value
    }

    /// Sets the value of `key`, which becomes the most recently used.
    public mutating func set(_ key: Key, _ value: Value) {
        if let place = places[key] {
            nodes[place].value = value
            touch(place)
            return
        }
        if isFull { remove(nodes[oldest].key) }
        places[key] = nodes.count
        nodes.append(Node(key: key, value: value, newer: -1, older: -1))
        link(nodes.count - 1)
    }

    /// Removes `key`, if it is there.
    public mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        let last = nodes.count - 1
        if place != last { move(last, to: place) }
        nodes.removeLast()
    }

    private mutating func touch(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        link(place)
    }

    private mutating func link(_ place: Int) {
        nodes[place].newer = -1
        nodes[place].older = newest
        if newest >= 0 { nodes[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (nodes[place].newer, nodes[place].older)
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
    }

    /// Keeps the array without holes.
    private mutating func move(_ from: Int, to place: Int) {
        let node = nodes[from]
        nodes[place] = node
        places[node.key] = place
        if node.newer >= 0 { nodes[node.newer].older = place } else { newest = place }
        if node.older >= 0 { nodes[node.older].newer = place } else { oldest = place }
    }
}

extension LeastRecentlyUsed.Node: Sendable where Key: Sendable, Value: Sendable {}

extension LeastRecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
