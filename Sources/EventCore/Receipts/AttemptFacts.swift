/// What one try of a delivery came to: when, how long, how much, and what came back. Small, and allocates nothing where
/// all went well: it travels with every result.
public struct AttemptFacts: Sendable, Equatable {
    /// When it began, milliseconds since 1970.
    public var time: Int64
    /// How long it took, microseconds; 0 for what the kernel took at once.
    public var microseconds: Int64
    /// Bytes of the payload; 0 for a route, which has none.
    public var bytes: Int
    /// What came back.
    public var answer: Answer

    /// What comes back of a try, by the kind of the receiver.
    public enum Answer: Sendable, Equatable {
        /// Nothing: none is expected, or none came.
        case none
        /// An error of the system, its errno.
        case system(Int32)
        /// A status of HTTP.
        case http(Int)
        /// A broker's word: `ack`, `nack`, `312 NO_ROUTE`, `blocked`.
        case amqp(String)
        /// The return code of a route.
        case route(Int64)
    }

    /// The facts in their order.
    public init(time: Int64, microseconds: Int64, bytes: Int, answer: Answer = .none) {
        self.time = time
        self.microseconds = microseconds
        self.bytes = bytes
        self.answer = answer
    }
}

/// Where the time of a try through libcurl went: microseconds from the beginning to the end of each part; 0 where there
/// was none, as on a kept connection.
public struct AttemptTimings: Sendable, Equatable {
    /// To the address of the name.
    public var nameLookup: Int64
    /// To the connection.
    public var connect: Int64
    /// To the end of the TLS handshake.
    public var tls: Int64
    /// To the first byte of the answer.
    public var firstByte: Int64
    /// To the end.
    public var total: Int64

    /// The parts in their order.
    public init(nameLookup: Int64, connect: Int64, tls: Int64, firstByte: Int64, total: Int64) {
        self.nameLookup = nameLookup
        self.connect = connect
        self.tls = tls
        self.firstByte = firstByte
        self.total = total
    }
}
