internal import EventCore

/// Writes groups of changes, each in one transaction. Used on the store's queue only.
///
/// It also keeps the highest id ever given. Mostly the rows themselves tell it; only when rows above the last
/// noted value go, the value is noted anew, in the same transaction. So a burst of subscriptions costs no
/// extra page, and no id is ever given twice.
struct GroupWriter {
    private let connection: Connection
    private let begin: Statement
    private let commit: Statement
    private let putEvent: Statement
    private let put: Statement
    private let remove: Statement
    private let noteHighest: Statement
    private let putKey: Statement
    private let removeKey: Statement
    private let expireKeys: Statement
    /// Highest id ever committed.
    private(set) var highest: UInt64
    /// What the database has noted of it.
    private var noted: UInt64

    init(_ connection: Connection) throws(SQLiteFailure) {
        self.connection = connection
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        putEvent = try connection.prepare("INSERT OR IGNORE INTO events (name) VALUES (?1)")
        put = try connection.prepare(
            """
            INSERT OR REPLACE INTO subscriptions
                (id, event, socket, deadline, expire, created, created_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        remove = try connection.prepare("DELETE FROM subscriptions WHERE id = ?1")
        noteHighest = try connection.prepare(
            "INSERT OR REPLACE INTO counters (name, value) VALUES ('highest_id', ?1)")
        putKey = try connection.prepare(
            """
            INSERT OR REPLACE INTO keys
                (caller, key, fingerprint, created, epoch, sequence, event, time, matched)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        removeKey = try connection.prepare("DELETE FROM keys WHERE caller = ?1 AND key = ?2")
        expireKeys = try connection.prepare("DELETE FROM keys WHERE created < ?1")
        let noted =
            try connection.integer("SELECT value FROM counters WHERE name = 'highest_id'") ?? 0
        let present = try connection.integer("SELECT max(id) FROM subscriptions") ?? 0
        self.noted = UInt64(clamping: noted)
        self.highest = UInt64(clamping: max(noted, present))
    }

    /// Puts a group on disk: when it returns, it survives a loss of power. All of it or nothing.
    ///
    /// Blocks for one sync of the disk, and up to `busyMilliseconds` for another program's lock.
    mutating func write(_ group: Inbox.Group) throws(SQLiteFailure) {
        // Without its name the file would take changes that no restart finds.
        if connection.hasMoved {
            throw SQLiteFailure(
                code: 8 | (4 << 8), systemError: 0,  // SQLITE_READONLY_DBMOVED
                message:
                    "the database was moved or deleted while in use; restart to use what is there")
        }
        try transaction { writer throws(SQLiteFailure) in
            for change in group.changes { try writer.apply(change) }
            for id in group.expired { try writer.delete(id) }
        }
    }

    /// Writes one row as it is, to find out whether anything can be written.
    mutating func probe() throws(SQLiteFailure) {
        try transaction { writer throws(SQLiteFailure) in
            writer.noteHighest.bind(1, writer.highest)
            try writer.noteHighest.run()
            writer.noted = writer.highest
        }
    }

    /// Deletes every subscription whose deadline is not after `now`, milliseconds since 1970.
    mutating func removeExpired(before now: Int64) throws(SQLiteFailure) {
        let sweep = try connection.prepare(
            "DELETE FROM subscriptions WHERE deadline <= ?1", persistent: false)
        defer { sweep.finalize() }
        sweep.bind(1, now)
        try transaction { writer throws(SQLiteFailure) in
            try writer.note(writer.highest)
            try sweep.run()
        }
    }

    private mutating func transaction(
        _ body: (inout GroupWriter) throws(SQLiteFailure) -> Void
    ) throws(SQLiteFailure) {
        do {
            try attempt(body)
        } catch {
            // On a full disk the log cannot grow. Once it is moved into the database, it is overwritten.
            guard error.isFull, connection.checkpoint() else { throw error }
            try attempt(body)
        }
    }

    private mutating func attempt(
        _ body: (inout GroupWriter) throws(SQLiteFailure) -> Void
    ) throws(SQLiteFailure) {
        let before = (highest, noted)
        try begin.run()
        do throws(SQLiteFailure) {
            try body(&self)
            try commit.run()
        } catch {
            (highest, noted) = before
            // Some failures have rolled back already. If this one's rollback fails too, the next BEGIN
            // fails and reports it.
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            throw error
        }
    }

    private mutating func apply(_ change: Change) throws(SQLiteFailure) {
        switch change {
        case .putEvent(let name):
            putEvent.bind(1, name)
            try putEvent.run()
        case .put(let subscription):
            put.bind(1, subscription.id)
            put.bind(2, subscription.event)
            put.bind(3, subscription.socket)
            put.bind(4, subscription.deadline)
            put.bind(5, subscription.expire)
            put.bind(6, subscription.created)
            put.bind(7, subscription.createdBy)
            try put.run()
            highest = max(highest, subscription.id)
        case .putKey(let key): try write(key)
        case .removeKey(let caller, let key):
            removeKey.bind(1, caller ?? "")
            removeKey.bind(2, key)
            try removeKey.run()
        case .expiredKeys(let time):
            expireKeys.bind(1, time)
            try expireKeys.run()
        case .remove(let id):
            try delete(id)
        case .expired(let ids):
            for id in ids { try delete(id) }
        }
    }

    private func write(_ key: StoredKey) throws(SQLiteFailure) {
        putKey.bind(1, key.caller ?? "")
        putKey.bind(2, key.key)
        putKey.bind(3, key.fingerprint)
        putKey.bind(4, key.created)
        putKey.bind(5, key.receipt?.id.epoch)
        putKey.bind(6, key.receipt.map { Int64(bitPattern: $0.id.sequence) })
        putKey.bind(7, key.receipt?.event)
        putKey.bind(8, key.receipt?.time)
        putKey.bind(9, key.receipt.map { Int64($0.matched) })
        try putKey.run()
    }

    private mutating func delete(_ id: UInt64) throws(SQLiteFailure) {
        if id > noted { try note(highest) }
        remove.bind(1, id)
        try remove.run()
    }

    private mutating func note(_ id: UInt64) throws(SQLiteFailure) {
        guard id > noted else { return }
        noteHighest.bind(1, id)
        try noteHighest.run()
        noted = id
    }
}
