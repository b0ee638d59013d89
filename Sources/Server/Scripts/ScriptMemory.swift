internal import EventCore
internal import RouteScript
internal import Synchronization

/// What outlives a run and a reload: `$shv`, the local caches, and the statistics that a script makes. Any thread.
final class ScriptMemory: Sendable {
    private struct State {
        var shared: [String: ScriptValue] = [:]
        var statistics: [String: Int64] = [:]
        var names: [String] = []
        var cache = LocalCache()
    }

    private let state = Lock(State())

    /// Most names of `$shv`, and of statistics; one more is refused.
    static let namesMax = 10_000
    /// The group of a statistic whose name has none.
    static let defaultGroup = "script"

    /// `$shv(name)`; 0 where it was never set (OpenSIPS).
    func shared(_ name: String) -> ScriptValue {
        state.withLock { $0.shared[name] } ?? .integer(0)
    }

    /// Sets `$shv(name)`; false where there are too many.
    func setShared(_ name: String, _ value: ScriptValue) -> Bool {
        state.withLock { state in
            guard state.shared[name] != nil || state.shared.count < Self.namesMax else {
                return false
            }
            state.shared[name] = value
            return true
        }
    }

    /// The value of a statistic that the script made; nil where it made none of the name.
    func statistic(_ name: String) -> Int64? {
        state.withLock { $0.statistics[Self.full(name)] }
    }

    /// Adds to a statistic that the script made; false where it made none of the name.
    func add(_ amount: Int64, to name: String) -> Bool {
        let name = Self.full(name)
        return state.withLock { state in
            guard let value = state.statistics[name] else { return false }
            state.statistics[name] = value.addingReportingOverflow(amount).partialValue
            return true
        }
    }

    /// Makes a statistic; false where there are too many.
    func make(_ name: String, value: Int64) -> Bool {
        let name = Self.full(name)
        return state.withLock { state in
            guard state.names.count < Self.namesMax else { return false }
            if state.statistics.updateValue(value, forKey: name) == nil { state.names.append(name) }
            return true
        }
    }

    /// Sets a statistic to 0; false where the script made none of the name.
    func reset(_ name: String) -> Bool {
        let name = Self.full(name)
        return state.withLock { state in
            guard state.statistics[name] != nil else { return false }
            state.statistics[name] = 0
            return true
        }
    }

    /// Uses the local caches; the body must not block.
    func withCache<Result>(_ body: (inout LocalCache) -> Result) -> Result where Result: Sendable {
        state.withLock { body(&$0.cache) }
    }

    /// All of them, in the order in which they were made.
    var statistics: [Statistic] {
        state.withLock { state in
            state.names.map { name in
                let parts = name.split(separator: ":", maxSplits: 1)
                return Statistic(
                    group: String(parts[0]), name: String(parts.last ?? ""),
                    value: state.statistics[name] ?? 0, kind: .gauge)
            }
        }
    }

    private static func full(_ name: String) -> String {
        let hasGroup = name.firstIndex(of: ":").map { $0 > name.startIndex } ?? false
        return hasGroup ? name : defaultGroup + ":" + name
    }
}
