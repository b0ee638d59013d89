internal import EventCore

/// What waits for one destination, in order. A value without clock or I/O; deliveries are moved in and out.
struct DestinationQueue<Target: DeliveryTarget>: ~Copyable {
    typealias Delivery = QueuedDelivery<Target>

    /// Bytes of all that waits; attempts under way not included.
    private(set) var bytes = 0

    /// Tried before, waiting for the next attempt: the oldest last, never more than may be under way.
    private var between: [Delivery] = []
    /// Untried; the position of each among all there ever were is its `sequence`.
    private var fresh = MoveQueue<Delivery>()
    /// Untried ones taken out so far: the position of the next one among all there ever were.
    private var taken: UInt64 = 0
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
        let cost = delivery.bytes
        guard cost <= limits.bytesPerDestination else {
            return report.lose(delivery, .queueFull)
        }
        let isFull =
            fresh.count >= limits.messagesPerDestination
            || bytes + cost > limits.bytesPerDestination
        if isFull, delivery.dropsNewest {
            return report.lose(delivery, .queueFull)
        }
        bytes += cost
        let last = taken + UInt64(fresh.count)
        delivery.sequence = delivery.conflates ? claimPlace(delivery, last: last) : last
        if delivery.sequence == last {
            fresh.append(delivery)
        } else {
            let offset = Int(delivery.sequence - taken)
            let old = fresh.replace(offset, with: delivery)
            bytes -= old.bytes
            report.lose(old, .conflated)
        }
        while fresh.count > limits.messagesPerDestination || bytes > limits.bytesPerDestination,
            !fresh.isEmpty
        {
            let oldest = removeFirstFresh()
            bytes -= oldest.bytes
            report.lose(oldest, .queueFull)
        }
    }

    /// Takes the oldest out for good, an untried one if there is one.
    mutating func removeOldest() -> Delivery? {
        guard let oldest = fresh.isEmpty ? between.popLast() : removeFirstFresh() else {
            return nil
        }
        bytes -= oldest.bytes
        return oldest
    }

    /// Takes out what goes with the next attempt: the first in the queue, and those behind it as long as `joins`
    /// says so. Empty if nothing waits.
    mutating func start(joins: (Delivery, borrowing [Delivery], Int) -> Bool) -> [Delivery] {
        guard !isEmpty else { return [] }
        var deliveries: [Delivery] = []
        deliveries.reserveCapacity(min(count, Self.joinedExpected))
        var payloadBytes = 0
        while let next = between.popLast() {
            guard deliveries.isEmpty || joins(next, deliveries, payloadBytes) else {
                between.append(next)
                return deliveries
            }
            payloadBytes += next.payloadBytes
            take(next, into: &deliveries)
        }
        // Taken out and, once, put back: looking at one where it is would copy it.
        while !fresh.isEmpty {
            let next = removeFirstFresh()
            guard deliveries.isEmpty || joins(next, deliveries, payloadBytes) else {
                restore(next)
                break
            }
            payloadBytes += next.payloadBytes
            take(next, into: &deliveries)
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

    /// The place of an untried delivery that this one replaces; else `last`, where later ones will replace it.
    ///
    /// The place, not the end of the queue: a value that changes faster than the queue moves would never get to the
    /// front.
    private mutating func claimPlace(_ delivery: borrowing Delivery, last: UInt64) -> UInt64 {
        guard let key = ConflationKey(delivery) else { return last }
        if let position = replaceable[key] { return position }
        replaceable[key] = last
        return last
    }

    /// Another attempt at it begins.
    private mutating func take(_ next: consuming Delivery, into deliveries: inout [Delivery]) {
        bytes -= next.bytes
        deliveries.append(next)
        deliveries[deliveries.count - 1].attempts += 1
    }

    /// Undoes `removeFirstFresh`.
    private mutating func restore(_ next: consuming Delivery) {
        if let key = ConflationKey(next) { replaceable[key] = next.sequence }
        taken -= 1
        fresh.restoreFirst(next)
    }

    /// Takes the oldest untried one out; there must be one.
    private mutating func removeFirstFresh() -> Delivery {
        taken += 1
        if !replaceable.isEmpty, let key = fresh.withElement(0, { ConflationKey($0) }) {
            replaceable[key] = nil
        }
        return fresh.removeFirst()
    }
}
