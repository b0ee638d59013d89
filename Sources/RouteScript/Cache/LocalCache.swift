public import EventCore

/// What `cache_store`, `cache_fetch` and `cache_remove` keep: values by key, in caches by name
/// (`local`, `local:group`), until their deadlines. A value: whoever owns it locks it.
///
/// What is at its deadline is gone at once; its memory is freed by the next store. Every operation
/// takes O(log n).
public struct LocalCache: Sendable {
    struct Place: Hashable {
        let cache: String
        let key: [UInt8]
    }

    private struct Entry {
        let value: ScriptValue
        /// Boot nanoseconds; nil is never.
        let deadline: Int64?
        /// Which store it is of: what waits in the heap for an older one is out of date.
        let number: UInt64
    }

    private let limits: LocalCacheLimits
    private var entries: [Place: Entry] = [:]
    private var deadlines = CacheDeadlines()
    private var stores: UInt64 = 0
    /// Bytes of all keys and values.
    public private(set) var bytes = 0

    /// An empty cache.
    public init(limits: LocalCacheLimits = LocalCacheLimits()) {
        self.limits = limits
    }

    /// How many entries are kept; some may be at their deadlines, and not freed yet.
    public var count: Int { entries.count }

    /// Stores a value in place of what is there; `expire` seconds, nil for ever. False, and what
    /// was there stays, if the cache is full (`LocalCacheLimits`) or the value is NULL.
    public mutating func store(
        _ cache: String, _ key: [UInt8], _ value: ScriptValue, expire: Int64?, now: Moment
    ) -> Bool {
        guard value != .null else { return false }
        free(now)
        let place = Place(cache: cache, key: key)
        let old = entries[place]
        let growth = size(place, value) - (old.map { size(place, $0.value) } ?? 0)
        guard old != nil || entries.count < limits.entriesMax, bytes + growth <= limits.bytesMax
        else { return false }
        stores += 1
        let deadline = expire.map {
            now.boot + min(max(0, $0), limits.expireSecondsMax) * 1_000_000_000
        }
        entries[place] = Entry(value: value, deadline: deadline, number: stores)
        bytes += growth
        if let deadline {
            deadlines.insert(.init(deadline: deadline, number: stores, place: place))
        }
        if deadlines.count > 2 * entries.count + 64 { rebuildDeadlines() }
        return true
    }

    /// The value; nil if there is none, or its deadline has come.
    public func fetch(_ cache: String, _ key: [UInt8], now: Moment) -> ScriptValue? {
        guard let entry = entries[Place(cache: cache, key: key)], isAlive(entry, now) else {
            return nil
        }
        return entry.value
    }

    /// Removes a value. True if it was there, and its deadline had not come.
    public mutating func remove(_ cache: String, _ key: [UInt8], now: Moment) -> Bool {
        let place = Place(cache: cache, key: key)
        guard let entry = entries.removeValue(forKey: place) else { return false }
        bytes -= size(place, entry.value)
        return isAlive(entry, now)
    }

    private func isAlive(_ entry: Entry, _ now: Moment) -> Bool {
        entry.deadline.map { $0 > now.boot } ?? true
    }

    private mutating func free(_ now: Moment) {
        while let next = deadlines.first, next.deadline <= now.boot {
            deadlines.removeFirst()
            guard let entry = entries[next.place], entry.number == next.number else { continue }
            entries[next.place] = nil
            bytes -= size(next.place, entry.value)
        }
    }

    /// Stores upon stores to few keys leave more behind in the heap than there are entries.
    private mutating func rebuildDeadlines() {
        deadlines = CacheDeadlines()
        for (place, entry) in entries {
            guard let deadline = entry.deadline else { continue }
            deadlines.insert(.init(deadline: deadline, number: entry.number, place: place))
        }
    }

    private func size(_ place: Place, _ value: ScriptValue) -> Int {
        let bytes = if case .string(let bytes) = value { bytes.count } else { 8 }
        return place.cache.utf8.count + place.key.count + bytes
    }
}

/// What the cache of scripts may take up.
public struct LocalCacheLimits: Sendable, Hashable {
    /// Entries; beyond: `cache_store` answers -1.
    public var entriesMax = 100_000
    /// Bytes of keys and values together; beyond: `cache_store` answers -1.
    public var bytesMax = 16 * 1_024 * 1_024
    /// Longest time to keep an entry that has a deadline, seconds: ten years; beyond: this.
    public var expireSecondsMax: Int64 = 315_360_000

    /// The defaults.
    public init() {}
}
