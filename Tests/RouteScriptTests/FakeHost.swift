import EventCore
import RouteScript

/// A host that writes down what a script does, and answers what it is told to.
final class FakeHost: ScriptHost {
    /// What happened, a line each; see `ScriptFile`.
    var trace: [String] = []
    /// Raises that nobody took out yet.
    var raised: [(event: String, params: Params, depth: Int)] = []
    var statistics: [String: Int64] = [:]
    var shared: [String: ScriptValue] = [:]
    var environment: [String: String] = [:]
    var refused: Set<String> = []
    private var cache = LocalCache()
    private var seed: UInt64 = 1

    func raise(_ event: String, _ params: Params, depth: Int) -> Int64 {
        trace.append(params.isEmpty ? "raise \(event)" : "raise \(event) \(text(of: params))")
        guard !refused.contains(event) else { return -1 }
        raised.append((event, params, depth))
        return 1
    }

    func subscribe(_ event: String, _ socket: String, expire: Int64?) -> Int64 {
        trace.append("subscribe \(event) \(socket) \(expire.map(String.init) ?? "never")")
        return refused.contains(event) ? -1 : 1
    }

    func log(_ level: ScriptLogLevel, _ text: [UInt8]) {
        trace.append("log \(level) \(String(decoding: text, as: UTF8.self))")
    }

    func statistic(_ name: String) -> Int64? { statistics[name] }

    func updateStatistic(_ name: String, by amount: Int64) -> Bool {
        statistics[name, default: 0] += amount
        return true
    }

    func resetStatistic(_ name: String) -> Bool {
        guard statistics[name] != nil else { return false }
        statistics[name] = 0
        return true
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

    func environment(_ name: String) -> [UInt8]? { environment[name].map { Array($0.utf8) } }

    func random() -> UInt64 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return seed >> 16
    }
}

/// Params as a test writes them: `{"ip":"192.0.2.7"}` or `["a",1]`.
func text(of params: Params) -> String {
    let items = params.items.map { item in
        (item.name.map { "\"\($0)\":" } ?? "") + text(of: item.value)
    }
    let list = items.joined(separator: ",")
    return params.isNamed ? "{\(list)}" : "[\(list)]"
}

private func text(of value: Value) -> String {
    switch value {
    case .string(let text): "\"\(text)\""
    case .integer(let number): "\(number)"
    case .double(let number): "\(number)"
    case .boolean(let flag): "\(flag)"
    }
}
