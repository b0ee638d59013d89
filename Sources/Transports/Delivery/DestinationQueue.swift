internal import EventCore

/// What waits for one destination, in order. A value without clock or I/O.
struct DestinationQueue<Target: DeliveryTarget> {
    typealias Delivery = QueuedDelivery<Target>

    /// Bytes of all that waits; attempts under way not included.
    private(set) var bytes = 0

    /// Tried before, waiting for the next attempt: the oldest last, never more than may be under way.
    private var between: [Delivery] = []
    /// Untried; the position of each among all there ever were is its `sequence`.
    private var fresh = FIFO<Delivery>()
    /// The places in `fresh` of deliveries that a newer one may replace; empty without the option `conflate`.
    private var replaceable: [ConflationKey: UInt64] = [:]

    /// How many wait.
    var count: Int { between.count + fresh.count }

    /// Whether nothing waits.
    var isEmpty: Bool { between.isEmpty && fresh.isEmpty }

    /// Puts a delivery last, or in the place of the one it replaces, and then takes the oldest untried ones out
    /// until the limits hold. What that costs, perhaps the delivery itself, is in `report`.
    mutating func append(
        _ delivery: consuming Delivery, limits: QueueLimits, report: inout DeliveryReport
    ) {
        guard delivery.bytes <= limits.bytesPerDestination else {
            return report.lose(delivery, .queueFull)
        }
        let isFull =
            fresh.count >= limits.messagesPerDestination
            || bytes + delivery.bytes > limits.bytesPerDestination
        if isFull, delivery.target.options.dropsNewest {
            return report.lose(delivery, .queueFull)
        }
        bytes += delivery.bytes
        if let delivery = place(delivery, report: &report) {
            fresh.append(delivery)
        }
        while fresh.count > limits.messagesPerDestination || bytes > limits.bytesPerDestination,
            let oldest = removeFirstFresh()
        {
            bytes -= oldest.bytes
            report.lose(oldest, .queueFull)
        }
    }

    /// Takes the oldest out for good, an untried one if there is one.
    mutating func removeOldest() -> Delivery? {
        guard let oldest = removeFirstFresh() ?? between.popLast() else { return nil }
        bytes -= oldest.bytes
        return oldest
    }

    /// Takes out what goes with the next attempt: the first in the queue, and those behind it as long as `joins`
    /// says so. Empty if nothing waits.
    mutating func start(joins: (Delivery, borrowing [Delivery], Int) -> Bool) -> [Delivery] {
        guard let first = removeNext() else { return [] }
        var payloadBytes = first.shared.bytes.count
        var deliveries: [Delivery] = []
        deliveries.reserveCapacity(min(count + 1, Self.joinedExpected))
        deliveries.append(first)
        // Taken out and, once, put back: looking at one where it is would copy it.
        while true {
            let isFresh = between.isEmpty
            guard let next = removeNext() else { break }
            guard joins(next, deliveries, payloadBytes) else {
                restore(next, isFresh: isFresh)
                break
            }
            payloadBytes += next.shared.bytes.count
            deliveries.append(next)
        }
        return deliveries
    }

    /// So many deliveries have room in an attempt from the start.
    private static var joinedExpected: Int { 32 }

    /// Puts back what was taken for an attempt, each to its place in the order of arrival.
    mutating func putBack(_ delivery: Delivery) {
        bytes += delivery.bytes
        var place = between.endIndex
        while place > 0, between[place - 1].sequence < delivery.sequence { place -= 1 }
        between.insert(delivery, at: place)
    }

    /// The delivery with its sequence, if it has to go last; nil if it has taken the place of an earlier one.
    private mutating func place(
        _ delivery: consuming Delivery, report: inout DeliveryReport
    ) -> Delivery? {
        let last = fresh.taken + UInt64(fresh.count)
        if delivery.target.options.conflates, let key = ConflationKey(delivery) {
            // The place, not the end of the queue: a value that changes faster than the queue moves
            // would never get to the front.
            if let position = replaceable[key], let old = fresh[Int(position - fresh.taken)] {
                delivery.sequence = position
                fresh[Int(position - fresh.taken)] = delivery
                bytes -= old.bytes
                report.lose(old, .conflated)
                return nil
            }
            replaceable[key] = last
        }
        delivery.sequence = last
        return delivery
    }

    private mutating func removeNext() -> Delivery? {
        guard var next = between.popLast() ?? removeFirstFresh() else { return nil }
        bytes -= next.bytes
        next.attempts += 1
        return next
    }

    /// Undoes `removeNext`.
    private mutating func restore(_ next: consuming Delivery, isFresh: Bool) {
        bytes += next.bytes
        next.attempts -= 1
        guard isFresh else { return between.append(next) }
        if let key = ConflationKey(next) { replaceable[key] = next.sequence }
        fresh.restoreFirst(next)
    }

    private mutating func removeFirstFresh() -> Delivery? {
        guard let first = fresh.removeFirst() else { return nil }
        if !replaceable.isEmpty, let key = ConflationKey(first) { replaceable[key] = nil }
        return first
    }
}
