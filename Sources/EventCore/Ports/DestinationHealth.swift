/// How it goes at one destination, which several subscriptions may share: whether it answers, and what is the
/// matter if it does not.
public struct DestinationHealth: Sendable, Equatable {
    /// What the breaker in front of a destination does. The raw value is its name in JSON and logs.
    public enum Breaker: String, Sendable, Equatable, CaseIterable {
        /// Attempts are made as deliveries come.
        case closed
        /// Too many failures in a row: deliveries wait until the pause is over.
        case open
        /// The pause is over and one attempt is under way: how it ends decides.
        case halfOpen = "half_open"
    }

    /// What the breaker does.
    public var breaker = Breaker.closed
    /// Attempts that failed since the last success, whatever delivery they were for.
    public var consecutiveFailures: UInt32 = 0
    /// What went wrong last, one sentence; nil if nothing did as far as is remembered. Stays after a success,
    /// with its time.
    public var lastError: String?
    /// When that was, milliseconds since 1970.
    public var lastErrorTime: Int64?
    /// No attempt is made before this time, milliseconds since 1970; nil = one is made, or under way, as soon as
    /// there is something to deliver.
    public var nextAttemptTime: Int64?
    /// How it goes at each member of a group, in their order; empty for all else.
    public var members: [Member] = []

    /// One member of a group.
    public struct Member: Sendable, Equatable {
        /// Its socket, masked.
        public var socket: String
        /// How it goes there; nil where its transport keeps no books.
        public var health: DestinationHealth?

        /// A member.
        public init(socket: String, health: DestinationHealth?) {
            self.socket = socket
            self.health = health
        }
    }

    /// Most bytes of `lastError`; the engine cuts it there.
    public static let wordsBytesMax = 200

    /// Nothing wrong.
    public init() {}
}
