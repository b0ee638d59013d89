public import EventCore

/// A transport whose deliveries wait in queues: it has a `DeliveryEngine`, and hands these questions on to it.
public protocol QueueingTransport: Transport {
    /// What is counted beside the outcomes, as it was a moment ago. Any thread.
    var statistics: DeliveryStatistics { get }

    /// Goes on with other settings of the queues: limits, retries, breaker. Nothing that waits is given up for them
    /// before the next delivery to its destination. Any thread.
    func adjust(_ settings: DeliverySettings)
}
