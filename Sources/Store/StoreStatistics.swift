/// What a store has done since it was opened, and what waits.
public struct StoreStatistics: Sendable, Equatable {
    /// Transactions committed: each is one sync of the disk.
    public internal(set) var commits: UInt64 = 0
    /// Changes in them; one deleted expired subscription counts as one.
    public internal(set) var changes: UInt64 = 0
    /// Transactions that failed, and checkpoints at closing.
    public internal(set) var failures: UInt64 = 0
    /// What the latest of them failed with, in SQLite's words; nil before the first.
    public internal(set) var lastError: String?
    /// Whether the latest transaction failed: changes are refused until one succeeds, see `SubscriptionStore.probe`.
    public internal(set) var isFailing = false
    /// Expired subscriptions whose row stays until the next start, because too many waited.
    public internal(set) var expiredForgotten: UInt64 = 0
    /// Changes that wait for the next transaction.
    public internal(set) var waiting = 0
    /// Expired subscriptions that wait to be deleted.
    public internal(set) var expiredWaiting = 0

    mutating func note(_ failure: SQLiteFailure) {
        failures += 1
        lastError = failure.message
    }
}

/// What `SubscriptionStore.load` found.
public struct LoadSummary: Sendable, Equatable {
    /// Dynamic events handed over.
    public let events: Int
    /// Subscriptions handed over.
    public let subscriptions: Int
    /// Subscriptions whose deadline passed while nothing ran: not handed over, and deleted.
    public let expired: Int
    /// Idempotency keys handed over.
    public let keys: Int
    /// The id the next new subscription gets: above every id ever acknowledged, ended ones included.
    public let nextID: UInt64
    /// Whether `sqlite3` cannot read the database until the next start: the disk was too full for the index
    /// that readers share.
    public let excludesReaders: Bool
}
