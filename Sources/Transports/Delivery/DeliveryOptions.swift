/// What a subscriber may ask of the engine, by options of its socket. No part of the identity.
struct DeliveryOptions: Sendable, Equatable {
    /// Who goes when the destination's queue is full.
    enum Overflow: Sendable, Equatable {
        /// The oldest that wait, untried ones first. The default.
        case dropOldest
        /// The delivery that comes: what waits stays.
        case dropNewest
        /// As `dropOldest`; and, full or not, a delivery takes the place of an untried one of the same
        /// subscription whose values of these named params are the same. What it replaces is
        /// `dropped(.conflated)`. At least one name.
        case conflate([String])
    }

    /// Who goes when the queue is full. The queue is the destination's: where its subscriptions differ, the
    /// one whose delivery comes decides.
    var overflow = Overflow.dropOldest
    /// Most deliveries in one attempt, as one JSON-RPC array; 1 to `batchMax`, 1 = never an array.
    var batch = 1
    /// How long an attempt may take; nil = as the settings say.
    var timeoutMilliseconds: Int?

    /// Most deliveries of one array, whatever the option says.
    static let batchMax = 100

    /// The defaults.
    init() {}

    /// Whether `overflow` is `.dropNewest`; asked for each delivery, so without a copy of names.
    var dropsNewest: Bool { if case .dropNewest = overflow { true } else { false } }

    /// Whether `overflow` is `.conflate`.
    var conflates: Bool { if case .conflate = overflow { true } else { false } }
}
