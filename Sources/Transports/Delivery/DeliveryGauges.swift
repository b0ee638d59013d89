internal import Synchronization

/// How much waits and is under way in an engine, as it was at the end of its last turn. Any thread reads.
final class DeliveryGauges: Sendable {
    private let waiting = Atomic(0)
    private let underWay = Atomic(0)
    private let breakersOpen = Atomic(0)
    private let breakersHalfOpen = Atomic(0)
    private let destinations = Atomic(0)
    private let retries = Atomic<UInt64>(0)

    /// Takes over the sums of a schedule.
    func follow<Target>(_ schedule: borrowing DeliverySchedule<Target>) {
        waiting.store(schedule.waiting, ordering: .relaxed)
        underWay.store(schedule.underWay, ordering: .relaxed)
        breakersOpen.store(schedule.breakersOpen, ordering: .relaxed)
        breakersHalfOpen.store(schedule.breakersHalfOpen, ordering: .relaxed)
        destinations.store(schedule.destinations, ordering: .relaxed)
        retries.store(schedule.retries, ordering: .relaxed)
    }

    /// The sums.
    var values: DeliveryStatistics {
        var values = DeliveryStatistics()
        values.waiting = waiting.load(ordering: .relaxed)
        values.underWay = underWay.load(ordering: .relaxed)
        values.breakersOpen = breakersOpen.load(ordering: .relaxed)
        values.breakersHalfOpen = breakersHalfOpen.load(ordering: .relaxed)
        values.destinations = destinations.load(ordering: .relaxed)
        values.retries = retries.load(ordering: .relaxed)
        return values
    }
}

/// What a transport with queues counts beside the outcomes.
public struct DeliveryStatistics: Sendable, Equatable {
    /// Deliveries that wait in its queues.
    public var waiting = 0
    /// Attempts under way.
    public var underWay = 0
    /// Destinations that are left alone for a while, or about to be tried again after that.
    public var breakersOpen = 0
    /// Those of them that are being tried again: one attempt decides.
    public var breakersHalfOpen = 0
    /// Destinations that are remembered.
    public var destinations = 0
    /// Attempts of deliveries that had been tried before.
    public var retries: UInt64 = 0

    /// All zero.
    public init() {}
}
