/// One subscription in the slab: 96 bytes, because there may be a million of them.
struct SubscriptionRecord {
    /// Rises by one with every subscription ever made; never given twice. 0 = this place is vacant.
    var id: UInt64 = 0
    /// The socket, see `Socket`.
    var packed: UInt64 = 0
    var detail: SocketDetail?
    /// Boot-clock nanoseconds at which it ends; `never` for a permanent one.
    var deadline: Int64 = SubscriptionRecord.never
    /// The event's matches at the moment it was added: its own are those since.
    var matchedBase: UInt64 = 0
    var delivered: UInt64 = 0
    /// Failures and drops by reason; nil until the first one, as most never have any.
    var losses: Losses?
    /// `created` in the upper 42 bits, then one each of `isVolatile` and `awaitsNotice`, `creator` in the lower 20.
    private var creation: UInt64 = 0
    /// The lifetime asked for, seconds; 0 = permanent.
    var expire: UInt32 = 0
    var event: UInt32 = 0
    /// Its cells in the event's list and in the list of all.
    var eventPosition: UInt32 = 0
    var overallPosition: UInt32 = 0
    /// Which tenant of this place it is, and how the one before ended, see `Slab`.
    var generation: UInt32 = 0
    /// Links of the deadline wheel; `timerNext` is also the link of the free list.
    var timerNext: UInt32 = SubscriptionRecord.none
    var timerPrevious: UInt32 = SubscriptionRecord.none
    var options: UInt16 = 0
    var transport: UInt8 = 0
    /// What makes the deadline on the wall clock the instant that was promised, see `WallClock`.
    var deadlinePhase: Int8 = 0

    /// A vacant place.
    init() {}

    /// A record of this socket, with everything else still to be set.
    init(_ socket: Socket) {
        packed = socket.packed
        detail = socket.detail
        options = socket.options
        transport = socket.transport
    }

    /// The deadline of a permanent subscription.
    static let never = Int64.max
    /// No slot.
    static let none = UInt32.max

    /// Milliseconds since 1970; 42 bits, which last until the year 2109.
    var created: Int64 {
        get { Int64(creation >> 22) }
        set { creation = UInt64(clamping: newValue) << 22 | creation & 0x3F_FFFF }
    }

    /// Whether it ends with the process: the journal is not told of it.
    var isVolatile: Bool {
        get { creation & 0x20_0000 != 0 }
        set { creation = creation & ~0x20_0000 | (newValue ? 0x20_0000 : 0) }
    }

    /// Whether the notice that its deadline comes near is still to be given.
    var awaitsNotice: Bool {
        get { creation & 0x10_0000 != 0 }
        set { creation = creation & ~0x10_0000 | (newValue ? 0x10_0000 : 0) }
    }

    /// The number of the name of who made it, see `NameTable`.
    var creator: UInt32 {
        get { UInt32(creation & 0xF_FFFF) }
        set { creation = creation & ~0xF_FFFF | UInt64(newValue) & 0xF_FFFF }
    }

    var socket: Socket {
        var socket = Socket(packed: packed, options: options, detail: detail)
        socket.transport = transport
        return socket
    }

    /// A new lifetime, from now on.
    mutating func set(_ lifetime: Lifetime, now: Moment, _ wallClock: WallClock) {
        switch lifetime {
        case .never:
            deadline = SubscriptionRecord.never
            expire = 0
        case .seconds(let seconds):
            set(millisecondsLeft: Int64(seconds) * 1_000, now: now, wallClock)
            expire = seconds
        }
    }

    /// The deadline alone, of one that has lived for some time already.
    mutating func set(millisecondsLeft: Int64, now: Moment, _ wallClock: WallClock) {
        deadline = now.boot + millisecondsLeft * 1_000_000
        deadlinePhase = wallClock.phase(promised: now.wall + millisecondsLeft, atBoot: deadline)
    }
}

/// When a subscription is to end.
enum Lifetime: Equatable {
    case never
    case seconds(UInt32)
}
