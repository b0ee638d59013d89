/// What may be set about a store. Every default is what a daemon should run with.
public struct StoreConfiguration: Sendable, Equatable {
    /// Pages of 4,096 bytes in the write-ahead log after which it is moved into the database.
    /// 4,000 = 16 MB; a larger log means fewer pauses, more bytes to read after a crash.
    public var checkpointPages = 4_000

    /// Bytes the log file keeps when it starts over. Above `checkpointPages`, so that in normal operation the
    /// log is overwritten in place: fdatasync is 1.5 times faster when the file does not grow.
    public var logBytesKept = 33_554_432

    /// How long a write waits for a lock that another program holds on the database (an operator's
    /// `sqlite3` shell), milliseconds.
    public var busyMilliseconds = 1_000

    /// Most bytes the database may have, nil = as many as the disk has room for. Beyond it changes fail as
    /// on a full disk. Rounded down to pages of 4,096 bytes; an existing larger database is kept.
    public var databaseBytesMax: Int?

    /// Most ids of expired subscriptions that wait to be deleted while nothing can be written. Beyond it they
    /// are forgotten here, and their rows are deleted at the next start. 8 bytes each.
    public var expiredWaitingMax = 1_048_576

    /// Most expired subscriptions deleted in one commit, so that a mass expiry delays no subscriber's reply
    /// by more than some ten milliseconds.
    public var expiredPerCommit = 4_096

    /// The defaults.
    public init() {}
}
