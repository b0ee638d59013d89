/// One try of one delivery, as its transport saw it: when, how long, how much, and what came back.
public struct AttemptReport: Sendable, Equatable {
    /// Whose delivery it was of.
    public var subscription: SubscriptionRef
    /// Which occurrence.
    public var occurrence: OccurrenceID
    /// Which try it was, from 1.
    public var number: Int
    /// When it began, milliseconds since 1970.
    public var time: Int64
    /// How long it took, microseconds.
    public var microseconds: Int64
    /// Bytes of the payload.
    public var bytes: Int
    /// What came back.
    public var answer: Answer
    /// Where the time went, for what went through libcurl.
    public var timings: Timings?

    /// What comes back of a try, by the kind of the receiver.
    public enum Answer: Sendable, Equatable {
        /// Nothing: none is expected, or none came.
        case none
        /// An error of the system, its errno.
        case system(Int32)
        /// A status of HTTP.
        case http(Int)
        /// A broker's word: `ack`, `nack`, `312 NO_ROUTE`.
        case amqp(String)
        /// The return code of a route.
        case route(Int64)
    }

    /// Microseconds from the beginning to the end of each part; 0 where there was none, as on a kept connection.
    public struct Timings: Sendable, Equatable {
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
        public init(
            nameLookup: Int64, connect: Int64, tls: Int64, firstByte: Int64, total: Int64
        ) {
            self.nameLookup = nameLookup
            self.connect = connect
            self.tls = tls
            self.firstByte = firstByte
            self.total = total
        }
    }

    /// A report.
    public init(
        subscription: SubscriptionRef, occurrence: OccurrenceID, number: Int, time: Int64,
        microseconds: Int64, bytes: Int, answer: Answer, timings: Timings? = nil
    ) {
        self.subscription = subscription
        self.occurrence = occurrence
        self.number = number
        self.time = time
        self.microseconds = microseconds
        self.bytes = bytes
        self.answer = answer
        self.timings = timings
    }
}
