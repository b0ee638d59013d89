internal import EventCore
internal import Net
internal import WireFormats

/// How fast each client may ask, and who is blocked for a flood. Pure: time is an argument. Holds the clients seen last.
struct ClientLimits {
    /// What is limited.
    enum Client: Hashable {
        /// One who has shown who it is.
        case name(String)
        /// An address; of IPv6 the first 64 bits, as whoever has one of these addresses has them all.
        case address(IPAddress)

        init(_ address: IPAddress) {
            switch address {
            case .v4: self = .address(address)
            case .v6(let upper, let lower):
                let isLoopback = address.isLoopback
                self = .address(.v6(upper, isLoopback ? lower : 0))
            }
        }
    }

    /// What a request meets.
    enum Verdict: Equatable {
        case admitted
        /// Too many; one is admitted again after so many seconds.
        case limited(retryAfterSeconds: Int)
        /// Flooded; `isNew` for the request that made it so.
        case blocked(retryAfterSeconds: Int, isNew: Bool)
    }

    /// Most clients that are remembered, for each of the two limits. Where more call, the one unheard of for longest
    /// is forgotten, with its block.
    static let clientsMax = 65_536

    /// Requests a second of one client; 0 = any number.
    let rate: Int
    /// Requests a second of one address above which it is blocked; 0 = never.
    let flood: Int
    /// For how long, nanoseconds.
    let blockNanoseconds: Int64

    private var buckets: LeastRecentlyUsed<Client, Bucket>
    private var floods: LeastRecentlyUsed<Client, Flood>

    private struct Flood {
        var bucket = Bucket()
        /// Boot nanoseconds; 0 = not blocked.
        var blockedUntil: Int64 = 0
    }

    init(rate: Int, flood: Int, blockSeconds: Int, clientsMax: Int = ClientLimits.clientsMax) {
        self.rate = rate
        self.flood = flood
        blockNanoseconds = Int64(blockSeconds) * 1_000_000_000
        buckets = LeastRecentlyUsed(capacity: clientsMax)
        floods = LeastRecentlyUsed(capacity: clientsMax)
    }

    /// Counts a request against the flood limit of its address; `now` is boot nanoseconds.
    mutating func checkFlood(_ client: Client, at now: Int64) -> Verdict {
        guard flood > 0 else { return .admitted }
        var state = floods.use(client) ?? Flood()
        defer { floods.set(client, state) }
        if state.blockedUntil > now {
            return .blocked(retryAfterSeconds: Self.seconds(state.blockedUntil - now), isNew: false)
        }
        if state.blockedUntil > 0 { state = Flood() }
        guard state.bucket.take(perSecond: flood, at: now) != nil else { return .admitted }
        state.blockedUntil = now + blockNanoseconds
        return .blocked(retryAfterSeconds: Self.seconds(blockNanoseconds), isNew: true)
    }

    /// Counts a request against the rate of its client; `now` is boot nanoseconds.
    mutating func checkRate(_ client: Client, at now: Int64) -> Verdict {
        guard rate > 0 else { return .admitted }
        var bucket = buckets.use(client) ?? Bucket()
        defer { buckets.set(client, bucket) }
        guard let wait = bucket.take(perSecond: rate, at: now) else { return .admitted }
        return .limited(retryAfterSeconds: Self.seconds(wait))
    }

    /// Whole seconds, rounded up, at least one.
    private static func seconds(_ nanoseconds: Int64) -> Int {
        max(1, Int((nanoseconds + 999_999_999) / 1_000_000_000))
    }
}

/// A token bucket that holds a second's worth, kept as the moment at which it will be full again (the generic cell rate
/// algorithm of ITU-T I.371): eight bytes, and nothing to be refilled.
struct Bucket {
    private var fullAt: Int64 = 0

    /// Takes one; nil, or after how many nanoseconds there is one again.
    mutating func take(perSecond rate: Int, at now: Int64) -> Int64? {
        let interval = 1_000_000_000 / Int64(rate)
        let start = max(fullAt, now)
        let wait = start - now - interval * Int64(rate - 1)
        guard wait <= 0 else { return wait }
        fullAt = start + interval
        return nil
    }
}
