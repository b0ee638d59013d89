internal import EventCore

/// Deliveries to names that have no address yet, in order and bounded for each destination.
///
/// A destination is open from the first delivery that waits until `take` finds none: what comes
/// meanwhile waits too, so nothing overtakes.
struct WaitingRoom {
    /// One delivery that waits.
    struct Delivery {
        let occurrence: Occurrence
        let subscription: SubscriptionRef
        let format: DatagramFormat
        /// What it counts for in the limits.
        let bytes: Int

        /// Its end.
        func result(_ outcome: Outcome) -> DeliveryResult {
            DeliveryResult(subscription: subscription, outcome: outcome, of: occurrence)
        }
    }

    /// What became of an attempt to let one wait.
    struct Entry {
        /// Whether somebody has to look the name up.
        var isFirst = false
        /// Deliveries that had to make room, the new one perhaps among them.
        var dropped: [Delivery] = []
    }

    private struct Queue {
        var deliveries = Fifo<Delivery>()
        var bytes = 0
    }

    private let limits: QueueLimits
    private var queues: [String: Queue] = [:]
    private var bytes = 0

    init(limits: QueueLimits) {
        self.limits = limits
    }

    /// Whether no destination is open.
    var isEmpty: Bool { queues.isEmpty }

    /// Whether something waits for `destination` or is just being sent to it.
    func isOpen(_ destination: String) -> Bool { queues[destination] != nil }

    /// Lets a delivery wait. Beyond a limit the oldest of its destination make room; where that is
    /// not enough (other destinations hold everything) the new one itself is dropped.
    mutating func add(_ delivery: Delivery, for destination: String) -> Entry {
        var entry = Entry(isFirst: queues[destination] == nil)
        // Taken out and put back: the queue is changed where it lies, not copied.
        var queue = queues.removeValue(forKey: destination) ?? Queue()
        queue.deliveries.append(delivery)
        queue.bytes += delivery.bytes
        bytes += delivery.bytes
        while queue.deliveries.count > limits.messagesPerDestination
            || queue.bytes > limits.bytesPerDestination
            || bytes > limits.bytesTotal, let oldest = queue.deliveries.popFirst()
        {
            queue.bytes -= oldest.bytes
            bytes -= oldest.bytes
            entry.dropped.append(oldest)
        }
        queues[destination] = queue
        return entry
    }

    /// Takes all that wait for `destination`. When none does, the destination is closed.
    mutating func take(_ destination: String) -> [Delivery] {
        guard var queue = queues.removeValue(forKey: destination) else { return [] }
        var taken: [Delivery] = []
        taken.reserveCapacity(queue.deliveries.count)
        while let delivery = queue.deliveries.popFirst() { taken.append(delivery) }
        bytes -= queue.bytes
        if !taken.isEmpty { queues[destination] = Queue() }
        return taken
    }

    /// Takes all there are, and closes every destination.
    mutating func takeAll() -> [Delivery] {
        queues.keys.flatMap { take($0) + take($0) }
    }
}
