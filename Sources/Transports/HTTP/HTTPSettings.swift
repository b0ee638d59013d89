/// How calls over HTTP are made. The defaults are what a service without configuration uses.
public struct HTTPSettings: Sendable {
    /// The `User-Agent` of every call.
    public var userAgent = "Carillon"
    /// How long a call may take where its socket has no `timeout` option, connecting included; 100 to 60,000.
    public var timeoutMilliseconds = 5_000
    /// How long connecting may take, the name's lookup and TLS included.
    public var connectTimeoutMilliseconds = 3_000
    /// Most bytes of a reply's headers, and most of its body, that are read; more ends the call.
    public var replyBytesMax = 64 << 10
    /// Connections kept open between calls. Fewer than there are receivers doubles the cost of a call.
    public var connectionsMax = 1_024
    /// How old a kept connection may become: then the name is looked up again, should it have moved.
    public var connectionAgeMaxSeconds = 300
    /// A PEM file with the authorities that may sign receivers' certificates; nil = those of the system.
    public var certificateAuthorityFile: String?
    /// Told what is seen beside the verdicts; nil where nobody tests a subscriber.
    public var witness: AttemptWitness?
    /// What may wait, when a failed call is made again, when a receiver is left alone.
    public var delivery = DeliverySettings()

    /// The defaults.
    public init() {}
}
