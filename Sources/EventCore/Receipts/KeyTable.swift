/// The idempotency keys of the last day, and what was raised under each. A value, inside the core's lock; what it
/// holds is on disk too. Bounded by `CoreLimits.idempotencyKeysMax`.
///
///     claimed ──raised──▶ raised                what was raised is answered again
///        └──────released─▶ (forgotten)          nothing was raised
///
/// A claim of an earlier process is one that ended in between: whether it raised, nobody knows.
struct KeyTable {
    /// Whose key: callers do not share them.
    struct Name: Hashable {
        let caller: String?
        let key: String
    }

    /// How far a raise under a key has come.
    enum Stage {
        /// It is under way; or it was, when an earlier process ended.
        case claimed(isOurs: Bool)
        /// It has happened.
        case raised(RaiseReceipt)
    }

    /// What is known of a key.
    struct Entry {
        let fingerprint: UInt64
        let created: Int64
        var stage: Stage
    }

    private var entries: [Name: Entry] = [:]
    /// By age, and some that were released.
    private var order = Fifo<(name: Name, created: Int64)>()

    /// Keys that are looked at for their age at one time, so that a day's keys do not leave all at once.
    private static let expiredPerStep = 1_000

    /// How many there are.
    var count: Int { entries.count }

    subscript(name: Name) -> Entry? { entries[name] }

    /// Takes a new key in, for a raise that begins.
    mutating func claim(_ name: Name, _ fingerprint: UInt64, at time: Int64) {
        insert(name, Entry(fingerprint: fingerprint, created: time, stage: .claimed(isOurs: true)))
    }

    /// Takes in a key of an earlier process.
    mutating func insert(_ name: Name, _ entry: Entry) {
        entries[name] = entry
        order.append((name, entry.created))
    }

    /// The raise under this key has happened; the key as the store keeps it.
    mutating func raised(_ name: Name, _ receipt: RaiseReceipt) -> StoredKey? {
        entries[name]?.stage = .raised(receipt)
        return stored(name)
    }

    /// A key as the store keeps it; nil for one that is not there.
    func stored(_ name: Name) -> StoredKey? {
        guard let entry = entries[name] else { return nil }
        var receipt: RaiseReceipt?
        if case .raised(let known) = entry.stage { receipt = known }
        return StoredKey(
            caller: name.caller, key: name.key, fingerprint: entry.fingerprint,
            created: entry.created, receipt: receipt)
    }

    /// The raise under this key did not happen.
    mutating func release(_ name: Name) { entries[name] = nil }

    /// Forgets the oldest keys that are older than `time`, some at a time; those made before the result are forgotten,
    /// or as good as that. nil where there was none.
    mutating func expire(before time: Int64) -> Int64? {
        var end: Int64?
        for _ in 0..<Self.expiredPerStep {
            guard let oldest = order.first, oldest.created < time else { break }
            _ = order.popFirst()
            // One that was released may have been claimed again since: then it is younger.
            guard entries[oldest.name]?.created == oldest.created else { continue }
            entries[oldest.name] = nil
            end = oldest.created + 1
        }
        return end
    }
}
