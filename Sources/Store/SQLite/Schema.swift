/// The tables, as the steps that lead to them: step n turns version n-1 into version n. Databases are
/// brought up to date at start, in one transaction; a step, once released, is never changed.
struct Schema {
    /// What `PRAGMA application_id` holds in our databases: "CARI".
    static let applicationID: Int64 = 0x4341_5249

    /// The steps in order.
    var steps: [String]

    /// The version they lead to: what `PRAGMA user_version` holds.
    var version: Int64 { Int64(steps.count) }

    static let current = Schema(steps: [
        // 1. Dynamic events; subscriptions; the highest id ever given, as far as the rows no longer tell it.
        //    Times are milliseconds since 1970, `expire` is seconds; NULL = never.
        //    `socket` has options and secrets. No index: everything is found by id, and read whole at start.
        """
        CREATE TABLE events (
            name TEXT NOT NULL PRIMARY KEY
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE subscriptions (
            id       INTEGER PRIMARY KEY,
            event    TEXT    NOT NULL,
            socket   TEXT    NOT NULL,
            deadline INTEGER,
            expire   INTEGER,
            created  INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE counters (
            name  TEXT    NOT NULL PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO counters (name, value) VALUES ('highest_id', 0);
        """,
        // 2. The name of the caller who made a subscription; NULL = nobody had to say who they are.
        "ALTER TABLE subscriptions ADD COLUMN created_by TEXT",
        // 3. Idempotency keys by caller ('' = nobody had to say who they are), and the receipt of what was raised under
        //    each; NULL = it was about to be raised. Whole numbers are unsigned, their bits kept.
        """
        CREATE TABLE keys (
            caller      TEXT    NOT NULL,
            key         TEXT    NOT NULL,
            fingerprint INTEGER NOT NULL,
            created     INTEGER NOT NULL,
            epoch       INTEGER,
            sequence    INTEGER,
            event       TEXT,
            time        INTEGER,
            matched     INTEGER,
            PRIMARY KEY (caller, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX keys_by_age ON keys (created);
        """,
    ])

    /// Runs the steps after `version` in one transaction; none, and no write, when there are none.
    func upgrade(_ connection: Connection, from version: Int64) throws(SQLiteFailure) {
        guard version < self.version else { return }
        try connection.execute("BEGIN IMMEDIATE")
        do throws(SQLiteFailure) {
            for step in steps[Int(version)...] { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(self.version)")
            try connection.execute("COMMIT")
        } catch {
            // What failed is the error to report; a failed rollback is implied by closing.
            if connection.isInTransaction { try? connection.execute("ROLLBACK") }
            throw error
        }
    }
}
