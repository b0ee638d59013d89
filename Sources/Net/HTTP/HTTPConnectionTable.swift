internal import Glibc

/// The connections of one worker: a slab of records whose places never move, found by slot and
/// generation.
struct HTTPConnectionTable: ~Copyable {
    private let slots: UnsafeMutablePointer<HTTPConnection>
    private let capacity: UInt32
    /// Slots below this have had a tenant.
    private(set) var used: UInt32 = 0
    private var free = HTTPConnectionTable.nobody
    /// Connections open.
    private(set) var count = 0

    /// Ends lists.
    static let nobody = UInt32.max

    /// Room for so many connections; memory is touched as they come.
    init(capacity: Int) {
        self.capacity = UInt32(clamping: capacity)
        slots = .allocate(capacity: Int(self.capacity))
    }

    deinit {
        slots.deallocate()
    }

    /// The record at a slot below `used`.
    subscript(_ slot: UInt32) -> UnsafeMutablePointer<HTTPConnection> { slots + Int(slot) }

    /// A connection's name in epoll data and tickets.
    static func token(_ slot: UInt32, _ connection: UnsafePointer<HTTPConnection>) -> UInt64 {
        UInt64(connection.pointee.generation) << 32 | UInt64(slot)
    }

    /// The open connection of this name; nil when it has ended.
    func find(_ token: UInt64) -> UInt32? {
        let slot = UInt32(truncatingIfNeeded: token)
        guard slot < used else { return nil }
        let connection = self[slot]
        guard connection.pointee.generation == UInt32(truncatingIfNeeded: token >> 32),
            connection.pointee.flags.contains(.open)
        else { return nil }
        return slot
    }

    /// Takes a slot; nil when all are taken.
    mutating func add(_ descriptor: Int32, _ peer: PeerAddress) -> UInt32? {
        let slot: UInt32
        var generation: UInt32 = 1
        if free != Self.nobody {
            slot = free
            free = self[slot].pointee.next
            // 0 is kept for what is no connection.
            generation = max(1, self[slot].pointee.generation &+ 1)
        } else {
            guard used < capacity else { return nil }
            slot = used
            used += 1
        }
        self[slot].initialize(
            to: HTTPConnection(
                descriptor: descriptor, generation: generation, flags: .open, deadline: .none,
                interest: 0,
                request: 0, lingeredBytes: 0, previous: Self.nobody, next: Self.nobody, expires: 0,
                input: nil, output: nil, peer: peer))
        count += 1
        return slot
    }

    /// Gives a slot back. Its descriptor, input, output and deadline are the caller's to end first.
    mutating func remove(_ slot: UInt32) {
        self[slot].pointee.flags = []
        self[slot].pointee.next = free
        free = slot
        count -= 1
    }
}
