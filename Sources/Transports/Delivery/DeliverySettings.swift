/// How a transport with queues delivers: what may wait, when a failed attempt is made again, when a
/// destination is left alone. The defaults are what a service without configuration uses.
public struct DeliverySettings: Sendable, Equatable {
    /// What may wait and what may be under way.
    public var queue = QueueLimits()
    /// When a failed attempt is made again.
    public var retry = RetryPolicy()
    /// When a destination that fails is left alone.
    public var breaker = BreakerPolicy()

    /// Most bytes of the payloads in one JSON-RPC array.
    static let batchBytesMax = 256 << 10

    /// The defaults.
    public init() {}

    /// The same without retries, and no destination is ever left alone: for who tries another one instead.
    public var withoutRetries: DeliverySettings {
        var settings = self
        settings.retry.retriesMax = 0
        settings.breaker.firstPauseMilliseconds = 0
        settings.breaker.pauseMaxMilliseconds = 0
        return settings
    }
}
