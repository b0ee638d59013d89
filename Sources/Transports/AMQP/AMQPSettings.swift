/// How messages are published. The defaults are what a service without configuration uses.
public struct AMQPSettings: Sendable, Equatable {
    /// How long connecting may take: the name's lookup, TCP, TLS.
    public var connectTimeoutMilliseconds = 3_000
    /// How long the broker may take for the handshake of AMQP, the login included.
    public var loginTimeoutMilliseconds = 3_000
    /// How long the broker may take to open a channel.
    public var replyTimeoutMilliseconds = 3_000
    /// How long what was written may stay unread by the broker's host, before the connection counts
    /// as dead.
    public var writeTimeoutMilliseconds = 5_000
    /// How long a confirmation may take where the socket has no option `timeout`; 100 to 60,000. It
    /// runs only while the broker takes messages.
    public var confirmTimeoutMilliseconds = 30_000
    /// How often each side shows that it lives; after twice this time of silence the connection
    /// counts as dead. At least 1; the broker may ask for less.
    public var heartbeatSeconds = 5
    /// Deliveries in one attempt, at most; with `attemptsPerDestination` the window of what is not
    /// yet confirmed of one exchange and key.
    public var messagesPerAttempt = 128
    /// Bytes of the payloads in one attempt, at most.
    public var bytesPerAttempt = 64 << 10
    /// Attempts under way at one exchange and key.
    public var attemptsPerDestination = 8
    /// Connections, each with a thread: brokers, and users and virtual hosts of one. For one more,
    /// the one that has been idle for the longest time is closed.
    public var connectionsMax = 32
    /// Exchanges that one connection publishes to at the same time, each on a channel of its own.
    public var channelsMax = 256
    /// A connection on which nothing was published for so long is closed.
    public var idleSeconds = 300
    /// A PEM file with the authorities that may sign brokers' certificates; nil = those of the
    /// system.
    public var certificateAuthorityFile: String?
    /// Deliveries wait in their queue while the broker is away or takes nothing. Without it they
    /// have failed: right for members of a group, which has others.
    public var waitsForBroker = true
    /// Told what is seen beside the verdicts; nil where nobody tests a subscriber.
    public var witness: AttemptWitness?
    /// Queues, retries and breakers.
    public var delivery = DeliverySettings()

    /// The defaults.
    public init() {}
}
