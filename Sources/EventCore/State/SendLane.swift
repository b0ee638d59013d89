/// What waits to be handed to one transport, in the order of the raises. One thread at a time owns a lane
/// and empties it, so two raises from two threads reach each subscriber in one order.
struct SendLane {
    /// One occurrence for the subscribers of this transport.
    struct Entry {
        let occurrence: Occurrence
        let targets: [Target]
        /// Targets before this one have been taken.
        var next = 0
        /// `EventState.removals` when it was enqueued: while it is the same, every target is still live.
        let removals: UInt64

        func slice(_ end: Int) -> Slice {
            Slice(occurrence: occurrence, targets: targets[next..<end], removals: removals)
        }
    }

    /// A raise that is answered when its deliveries have been handed over.
    struct Waiter {
        let sequence: UInt64
        let reply: CommandReply
        let continuation: CommandContinuation
    }

    private(set) var entries = Fifo<Entry>()
    /// Deliveries in `entries` that have not been taken.
    private(set) var backlog = 0
    /// Whether a thread is emptying the lane.
    var isOwned = false
    /// Its transport was stopped: nothing is taken in any more.
    var isClosed = false
    private var waiters = Fifo<Waiter>()

    mutating func enqueue(_ entry: Entry) {
        backlog += entry.targets.count
        entries.append(entry)
    }

    mutating func wait(_ waiter: Waiter) {
        waiters.append(waiter)
    }

    /// Deliveries of one occurrence that are taken at once.
    struct Slice {
        let occurrence: Occurrence
        var targets: ArraySlice<Target>
        let removals: UInt64
    }

    /// The next deliveries, all of one occurrence, at most `count`; nil when there are none.
    mutating func take(_ count: Int) -> Slice? {
        let isLast = entries.updateFirst { $0.targets.count - $0.next <= count }
        guard let isLast else { return nil }
        let slice =
            isLast
            ? entries.popFirst().map { $0.slice($0.targets.count) }
            : entries.updateFirst { entry in
                defer { entry.next += count }
                return entry.slice(entry.next + count)
            }
        backlog -= slice?.targets.count ?? 0
        return slice
    }

    /// The raises whose deliveries have all been handed over, when those before `sequence` have.
    mutating func takeWaiters(before sequence: UInt64) -> [Waiter] {
        var ready: [Waiter] = []
        while let waiter = waiters.first, waiter.sequence < sequence {
            ready.append(waiter)
            _ = waiters.popFirst()
        }
        return ready
    }
}
