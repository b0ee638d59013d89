internal import EventCore

/// The changes that wait for the disk, and which of them go into the next transaction. A value, kept inside
/// the store's lock.
///
/// Subscribers' changes go all at once, in order. Their number is that of the requests whose reply is
/// parked, which the server bounds by its connections. Deletions of expired subscriptions have no reply and
/// no order among them (an id is never put again once it expired), so they are kept apart, bounded, and go
/// in portions.
struct Inbox {
    private var changes: [Change] = []
    private var expired: [UInt64] = []
    private var expiry = Expiry.together
    private let expiredMax: Int
    private let expiredPerGroup: Int
    /// Number of the newest change that came in.
    private(set) var newest: UInt64 = 0
    /// Whether the writer runs, or was woken: then it need not be woken.
    private var isWriterAwake = false
    /// Deletions that were given up because too many waited.
    private(set) var expiredForgotten: UInt64 = 0

    /// When deletions of expired subscriptions are written. Where the disk has room for little, they must
    /// not take subscribers' changes down with them.
    private enum Expiry {
        /// With the changes: one transaction for both.
        case together
        /// A transaction failed: not before one has succeeded, or more expire.
        case later
        /// In the next transaction, alone.
        case alone
    }

    /// One transaction's work.
    struct Group {
        /// In the order of the core's state.
        var changes: [Change]
        /// To be deleted after them.
        var expired: [UInt64]
        /// Every change up to this number is on disk once the group is; nil if changes still wait.
        var through: UInt64?
    }

    init(expiredMax: Int, expiredPerGroup: Int) {
        self.expiredMax = expiredMax
        self.expiredPerGroup = max(1, expiredPerGroup)
    }

    /// Changes that wait.
    var waiting: Int { changes.count }
    /// Deletions that wait.
    var expiredWaiting: Int { expired.count }

    /// Takes a change in. True: the writer sleeps and must be woken.
    mutating func add(_ change: Change, number: UInt64) -> Bool {
        newest = number
        if case .expired(let ids) = change {
            keep(ids)
            retryExpired()
        } else {
            changes.append(change)
        }
        defer { isWriterAwake = true }
        return !isWriterAwake
    }

    /// What the writer does next; nil sends it to sleep.
    mutating func takeGroup() -> Group? {
        let takesChanges = expiry != .alone || expired.isEmpty
        let takesExpired = expiry != .later
        guard takesChanges && !changes.isEmpty || takesExpired && !expired.isEmpty else {
            isWriterAwake = false
            return nil
        }
        var group = Group(changes: [], expired: [], through: nil)
        if takesChanges { swap(&group.changes, &changes) }
        if changes.isEmpty { group.through = newest }
        if takesExpired {
            group.expired = Array(expired.suffix(expiredPerGroup))
            expired.removeLast(group.expired.count)
        }
        return group
    }

    /// The group is on disk.
    mutating func succeeded(_ group: Group) {
        switch expiry {
        case .together: break
        case .later: expiry = expired.isEmpty ? .together : .alone
        case .alone: if !group.expired.isEmpty { expiry = .together }
        }
    }

    /// The group could not be written: its deletions are tried again, its changes the core takes back.
    mutating func failed(_ group: Group) {
        keep(group.expired)
        expiry = .later
    }

    /// Deletions that failed are due again.
    mutating func retryExpired() { if expiry == .later { expiry = .alone } }

    /// Forgets the changes that wait: the core takes them back.
    mutating func abandon() { changes.removeAll(keepingCapacity: true) }

    private mutating func keep(_ ids: [UInt64]) {
        let room = max(0, expiredMax - expired.count)
        expired.append(contentsOf: ids.prefix(room))
        expiredForgotten += UInt64(max(0, ids.count - room))
    }
}
