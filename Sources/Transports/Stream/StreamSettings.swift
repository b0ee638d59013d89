/// How JSON-RPC over TCP is delivered. The defaults are what a service without configuration uses.
public struct StreamSettings: Sendable {
    /// Where a socket has no `timeout` option: how long a receiver may take no byte, and how long a
    /// request may go without its reply; 100 to 60,000.
    public var timeoutMilliseconds = 5_000
    /// How long connecting may take in all, the name's lookup and every address included.
    public var connectTimeoutMilliseconds = 3_000
    /// Connections at a time. One more closes the one that was idle for longest.
    public var connectionsMax = 1_024
    /// A connection on which nothing was sent for so long is closed; the next delivery opens it
    /// again.
    public var connectionIdleMaxSeconds = 600
    /// Most bytes of one message that a receiver sends back; more ends the connection.
    public var replyBytesMax = 64 << 10
    /// What may wait, when it is tried again, when a receiver is left alone.
    public var delivery = DeliverySettings()

    /// Most deliveries that one write, or one round of requests, takes together; `StreamExchange` has room for as many.
    static let coalescedMax = 256
    /// Most bytes of their payloads.
    static let coalescedBytesMax = 256 << 10
    /// A connection that was written to no longer ago than this is in use; see `lookNanoseconds`.
    static let busyNanoseconds: Int64 = 10_000_000
    /// Before the next write to one in use nobody looks whether the peer has closed where epoll, which would have told,
    /// was asked no longer ago than this. A peer that closes in between loses one write that counts as delivered, as it
    /// does where it is so far away.
    static let lookNanoseconds: Int64 = 200_000

    /// The defaults.
    public init() {}
}
