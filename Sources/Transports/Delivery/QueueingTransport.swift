public import EventCore

/// A transport whose deliveries wait in queues: it says what its sockets are and writes payloads, and its
/// `DeliveryEngine` does the rest.
public protocol QueueingTransport: Transport {
    /// Its engine.
    var queues: any DeliveryQueues { get }

    /// Goes on with other settings of the queues: limits, retries, breaker. Nothing that waits is given up for them
    /// before the next delivery to its destination. Any thread.
    func adjust(_ settings: DeliverySettings)
}

/// What a `DeliveryEngine` does alike for every transport; the members are those of `Transport` and `QueueingTransport`
/// with the same names.
public protocol DeliveryQueues: AnyObject, Sendable {
    /// Called once, before the first delivery.
    func attach(to ledger: any DeliveryLedger)
    /// A serial queue: works run in the order they were scheduled.
    func schedule(_ work: @escaping @Sendable () -> Void)
    /// How it goes at the destination of `socket`.
    func health(of socket: Socket) -> DestinationHealth?
    /// Rises with every change of any health.
    var healthVersion: UInt64 { get }
    /// The destination whose breaker has not been closed for longest; nil where all are. Any thread.
    var firstBroken: String? { get }
    /// What is counted beside the outcomes, as it was a moment ago. Any thread.
    var statistics: DeliveryStatistics { get }
    /// Goes on with other settings.
    func adjust(_ settings: DeliverySettings)
    /// Deliveries go on for up to `drainMilliseconds`; what is left then is dropped. Blocks until done.
    func stop(drainMilliseconds: Int)
}

extension QueueingTransport {
    /// See `Transport`. Where nothing is secret both texts are one.
    public func text(of socket: Socket, secrets: Bool) -> String {
        (secrets ? socket.detail?.secretText : socket.detail?.text) ?? ""
    }

    /// See `DeliveryQueues`.
    public func attach(to ledger: any DeliveryLedger) { queues.attach(to: ledger) }
    /// See `DeliveryQueues`.
    public func schedule(_ work: @escaping @Sendable () -> Void) { queues.schedule(work) }
    /// See `DeliveryQueues`.
    public func health(of socket: Socket) -> DestinationHealth? { queues.health(of: socket) }
    /// See `DeliveryQueues`.
    public var healthVersion: UInt64 { queues.healthVersion }
    /// See `DeliveryQueues`.
    public func adjust(_ settings: DeliverySettings) { queues.adjust(settings) }
    /// See `DeliveryQueues`.
    public func stop(drainMilliseconds: Int) { queues.stop(drainMilliseconds: drainMilliseconds) }
}
