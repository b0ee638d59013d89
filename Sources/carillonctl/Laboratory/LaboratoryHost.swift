import EventCore
import RouteScript

/// What a script sees of the service, where there is none: everything is written down, and what it
/// keeps is kept here.
final class LaboratoryHost: ScriptHost {
    /// Something a run did.
    enum Deed {
        case logged(ScriptLogLevel, String)
        case raised(String, Params)
        case subscribed(String, socket: String, expire: Int64?)
    }

    /// What was done since it was looked at last.
    var deeds: [Deed] = []
    /// Occurrences that no route was told of yet.
    var raised: [(event: String, params: Params, depth: Int)] = []
    /// `$stat(name)`.
    var statistics: [String: Int64] = [:]
    /// Sockets `route:NAME` that scripts subscribed, and others.
    private(set) var subscriptions: [Subscription] = []
    /// The clock's reading, for deadlines of subscriptions.
    var now: Moment

    struct Subscription {
        let event: String
        let socket: String
        /// Boot nanoseconds; nil is never.
        let deadline: Int64?
    }

    /// Most occurrences that may wait for their routes; `raise_event` then answers -1.
    static let raisedMax = 10_000

    private var shared: [String: ScriptValue] = [:]
    private var cache = LocalCache()
    private var seed: UInt64 = 0

    init(now: Moment) {
        self.now = now
    }

    func raise(_ event: String, _ params: Params, depth: Int) -> Int64 {
        guard raised.count < Self.raisedMax else {
            deeds.append(.logged(.error, "raise_event(\(event)): too many occurrences wait"))
            return -1
        }
        deeds.append(.raised(event, params))
        raised.append((event, params, depth))
        return 1
    }

    func subscribe(_ event: String, _ socket: String, expire: Int64?) -> Int64 {
        deeds.append(.subscribed(event, socket: socket, expire: expire == 0 ? nil : expire))
        subscriptions.removeAll { $0.event == event && $0.socket == socket }
        // OpenSIPS: 0 is for ever, too.
        let seconds = expire.flatMap {
            $0 == 0 ? nil : min($0, LocalCacheLimits().expireSecondsMax)
        }
        subscriptions.append(
            Subscription(
                event: event, socket: socket,
                deadline: seconds.map { now.boot + $0 * 1_000_000_000 }))
        return 1
    }

    func log(_ level: ScriptLogLevel, _ text: [UInt8]) {
        var text = text[...]
        while let last = text.last, last == 0x0A || last == 0x0D { text.removeLast() }
        deeds.append(.logged(level, String(decoding: text, as: UTF8.self)))
    }

    /// Names of the routes that are subscribed to an event.
    func routes(for event: String) -> [String] {
        subscriptions.filter {
            $0.event == event && $0.socket.hasPrefix("route:")
                && $0.deadline.map { $0 > now.boot } ?? true
        }.map { String($0.socket.dropFirst("route:".count)) }
    }

    func statistic(_ name: String) -> Int64? { statistics[name] }

    func updateStatistic(_ name: String, by amount: Int64) -> Bool {
        let (sum, isOverflow) = statistics[name, default: 0].addingReportingOverflow(amount)
        if !isOverflow { statistics[name] = sum }
        return !isOverflow
    }

    func resetStatistic(_ name: String) -> Bool {
        statistics.updateValue(0, forKey: name) != nil
    }

    func sharedVariable(_ name: String) -> ScriptValue { shared[name] ?? .integer(0) }

    func setSharedVariable(_ name: String, _ value: ScriptValue) { shared[name] = value }

    func cacheStore(
        _ cache: String, _ key: [UInt8], _ value: ScriptValue, expire: Int64?, now: Moment
    ) -> Bool {
        self.cache.store(cache, key, value, expire: expire, now: now)
    }

    func cacheFetch(_ cache: String, _ key: [UInt8], now: Moment) -> ScriptValue? {
        self.cache.fetch(cache, key, now: now)
    }

    func cacheRemove(_ cache: String, _ key: [UInt8], now: Moment) -> Bool {
        self.cache.remove(cache, key, now: now)
    }

    /// Nothing of this machine gets into a replay.
    func environment(_ name: String) -> [UInt8]? { nil }

    /// The same numbers in every replay (SplitMix64).
    func random() -> UInt64 {
        seed &+= 0x9E37_79B9_7F4A_7C15
        var mixed = seed
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
