/// `carillon.db` in a state directory: made when missing, judged before it is used.
///
/// A file that is refused does not change by a byte, nor does its log. A new one is made under another name
/// and then renamed; so a database that is empty, or a log without one, is never our own half-made work but
/// damage, and is refused rather than silently begun anew.
struct DatabaseFile {
    /// The database's path.
    let path: String
    private let schema: Schema
    private let configuration: StoreConfiguration

    init(in directory: borrowing StateDirectory, schema: Schema, configuration: StoreConfiguration)
    {
        self.path = directory.path + "/carillon.db"
        self.schema = schema
        self.configuration = configuration
    }

    /// A connection to a database that is ours, whole and up to date. Blocks for about 70 ms per million
    /// subscriptions. Writes only to create or to upgrade; otherwise needs no room on the disk.
    func open(in directory: borrowing StateDirectory) throws(StoreError) -> Connection {
        try createIfMissing(in: directory)
        guard let header = DatabaseHeader(try directory.head(path, count: DatabaseHeader.bytes))
        else {
            if try directory.size(path) == 0 { throw .corrupt(path, "it is empty") }
            throw .notDatabase(path)
        }
        guard header.applicationID == Schema.applicationID else {
            throw StoreError(
                .foreign,
                "\(path) belongs to another program (application_id \(header.applicationID)); "
                    + "move it away, or name another state directory")
        }
        try judge(version: header.userVersion)

        // An empty log holds nothing to keep, and should not be left behind.
        let keepsLog = try directory.size(path + "-wal") ?? 0 > 0
        let connection = try explained { () throws(SQLiteFailure) in try connect(keepsLog: keepsLog)
        }
        let version = try explained { () throws(SQLiteFailure) in
            try connection.integer("PRAGMA user_version")
        }
        // Once more: the header may be older than the log.
        try judge(version: version ?? 0)
        let verdict = try explained { () throws(SQLiteFailure) in
            try connection.text("PRAGMA quick_check(1)")
        }
        guard verdict == "ok" else { throw .corrupt(path, verdict ?? "unreadable") }
        let mode = try explained { () throws(SQLiteFailure) in
            try schema.upgrade(connection, from: version ?? 0)
            return try configure(connection)
        }
        guard mode == "wal" else {
            throw StoreError(
                .system,
                "\(path) cannot have a write-ahead log on this file system; name another state directory"
            )
        }
        return connection
    }

    private func judge(version: Int64) throws(StoreError) {
        if version > schema.version {
            throw StoreError(
                .newer,
                "\(path) was written by a newer Carillon (schema \(version), this one knows "
                    + "\(schema.version)); run that one, or name another state directory")
        }
        if version < 1 { throw .corrupt(path, "its user_version is \(version)") }
    }

    // MARK: Making

    private func createIfMissing(in directory: borrowing StateDirectory) throws(StoreError) {
        guard try directory.size(path) == nil else { return }
        guard try directory.size(path + "-wal") ?? 0 == 0 else {
            throw .corrupt(path, "it is missing, but its log \(path)-wal is there")
        }
        // A crash may have left an unfinished one.
        let unfinished = path + ".new"
        let parts = ["", "-journal", "-wal", "-shm"].map { unfinished + $0 }
        for part in parts { try directory.remove(part) }
        do throws(StoreError) {
            try directory.createPrivateFile(unfinished)
            try explained { () throws(SQLiteFailure) in try create(unfinished) }
            try directory.publish(unfinished, as: path)
        } catch {
            for part in parts { try directory.remove(part) }
            throw error
        }
    }

    private func create(_ file: String) throws(SQLiteFailure) {
        let connection = try Connection(
            file, keepsLog: false, isExclusive: true, busyMilliseconds: 0)
        defer { connection.close() }
        // Nobody has seen this file yet: it is synced once, before it gets its name, instead of twelve times.
        try connection.execute("PRAGMA synchronous = OFF")
        try connection.execute("PRAGMA application_id = \(Schema.applicationID)")
        try schema.upgrade(connection, from: 0)
        try connection.execute("PRAGMA journal_mode = WAL")
    }

    // MARK: Connecting

    private func connect(keepsLog: Bool) throws(SQLiteFailure) -> Connection {
        do {
            return try connect(keepsLog: keepsLog, isExclusive: false)
        } catch {
            guard error.mayBeSharedIndex else { throw error }
            // The index of the log, by which connections share it, is a file of 32 KB. A full disk may have
            // no room for it. A connection that excludes others keeps its index in memory.
            return try connect(keepsLog: keepsLog, isExclusive: true)
        }
    }

    private func connect(keepsLog: Bool, isExclusive: Bool) throws(SQLiteFailure) -> Connection {
        let connection = try Connection(
            path, keepsLog: keepsLog, isExclusive: isExclusive,
            busyMilliseconds: configuration.busyMilliseconds)
        try connection.execute(
            """
            PRAGMA temp_store = MEMORY;
            PRAGMA trusted_schema = OFF;
            PRAGMA cell_size_check = ON;
            """)
        // The first touch: fails if another program holds the database, or the file is read-only.
        try connection.execute("BEGIN IMMEDIATE; ROLLBACK")
        return connection
    }

    /// Returns the journal mode, as far as the file system allows the one we want.
    private func configure(_ connection: Connection) throws(SQLiteFailure) -> String? {
        let mode = try connection.text("PRAGMA journal_mode = WAL")
        try connection.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = \(configuration.checkpointPages);
            PRAGMA journal_size_limit = \(configuration.logBytesKept);
            """)
        if let bytes = configuration.databaseBytesMax {
            try connection.execute("PRAGMA max_page_count = \(max(1, bytes / 4_096))")
        }
        return mode
    }

    private func explained<Result>(
        _ body: () throws(SQLiteFailure) -> Result
    ) throws(StoreError) -> Result {
        do { return try body() } catch { throw error.storeError(path) }
    }
}
