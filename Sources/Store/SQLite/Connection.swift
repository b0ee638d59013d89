internal import Csqlite

/// One connection to one SQLite database, with every statement prepared on it. Not made to be shared: one
/// thread at a time, which its owner sees to.
final class Connection {
    private var handle: OpaquePointer?
    /// Whether no other connection can read the database as long as this one is open.
    let isExclusive: Bool

    /// Opens an existing file for reading and writing; nothing is read yet. `keepsLog`: leave database and
    /// log as they are when closing, until `adopt()`.
    init(
        _ path: String, keepsLog: Bool, isExclusive: Bool, busyMilliseconds: Int
    ) throws(SQLiteFailure) {
        self.isExclusive = isExclusive
        // NOMUTEX because the owner's serial queue already is the lock.
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, handle != nil else { throw failure(code) }
        try check(carillon_sqlite_keep_log_at_close(handle, keepsLog ? 1 : 0))
        try check(sqlite3_busy_timeout(handle, Int32(clamping: busyMilliseconds)))
        if isExclusive { try execute("PRAGMA locking_mode = EXCLUSIVE") }
    }

    deinit { close() }

    /// Finalizes the statements and closes. The last connection of a database moves its log into it, unless
    /// that is to be kept. May be called again.
    func close() {
        guard handle != nil else { return }
        // A statement that is left makes sqlite3_close_v2 keep a zombie that never checkpoints, and
        // sqlite3_close refuse; hence all are found and finalized here, and nowhere else.
        while let statement = sqlite3_next_stmt(handle, nil) { sqlite3_finalize(statement) }
        sqlite3_close(handle)
        handle = nil
    }

    /// Says that the database is ours: from now on closing tidies up.
    func adopt() throws(SQLiteFailure) {
        try check(carillon_sqlite_keep_log_at_close(handle, 0))
    }

    /// Runs statements without results.
    func execute(_ sql: String) throws(SQLiteFailure) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// A statement that lives as long as the connection is open. `persistent` for one that is kept.
    func prepare(_ sql: String, persistent: Bool = true) throws(SQLiteFailure) -> Statement {
        var statement: OpaquePointer?
        let flags = persistent ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
        try check(sqlite3_prepare_v3(handle, sql, -1, flags, &statement, nil))
        guard let statement else {
            throw SQLiteFailure(code: SQLITE_MISUSE, systemError: 0, message: "empty statement")
        }
        return Statement(statement)
    }

    /// The first column of the first row, as SQLite converts it; nil for no row or NULL.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64? {
        let statement = try prepare(sql, persistent: false)
        defer { statement.finalize() }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The first column of the first row; nil for no row or anything but text.
    func text(_ sql: String) throws(SQLiteFailure) -> String? {
        let statement = try prepare(sql, persistent: false)
        defer { statement.finalize() }
        return try statement.step() ? statement.text(0) : nil
    }

    /// Whether the file could only be opened for reading.
    var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Whether a transaction is open. Some failures end it, others leave it open.
    var isInTransaction: Bool { handle != nil && sqlite3_get_autocommit(handle) == 0 }

    /// Whether the file at the path is no longer the one that is open: moved, deleted or replaced.
    var hasMoved: Bool {
        var moved: Int32 = 0
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return code == SQLITE_OK && moved != 0
    }

    /// Moves what it can of the log into the database, without waiting for readers. True when all of it was
    /// moved: then the next transaction overwrites the log from its beginning.
    func checkpoint() -> Bool {
        var logPages: Int32 = 0
        var movedPages: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(
            handle, nil, SQLITE_CHECKPOINT_PASSIVE, &logPages, &movedPages)
        return code == SQLITE_OK && logPages == movedPages
    }

    /// Moves the whole log into the database and makes its file empty. Fails, harmlessly, while another
    /// program reads, and when the disk is full: then the log stays, and is read at the next start.
    func truncateLog() throws(SQLiteFailure) {
        try check(sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil))
    }

    private func check(_ code: Int32) throws(SQLiteFailure) {
        if code != SQLITE_OK { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SQLiteFailure {
        SQLiteFailure(
            code: code, systemError: handle == nil ? 0 : sqlite3_system_errno(handle),
            message: String(cString: handle == nil ? sqlite3_errstr(code) : sqlite3_errmsg(handle)))
    }
}
