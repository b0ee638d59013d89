internal import Dispatch
public import EventCore
internal import Synchronization

/// What survives a restart: dynamic events, subscriptions and idempotency keys, in a SQLite database of one directory.
///
/// One writer: a serial queue with the only connection. `append` leaves a change in the inbox; the queue
/// takes all that wait, writes them in one transaction with `synchronous=FULL`, tells the core, and takes
/// what came in meanwhile. So one client waits for one sync of the disk, and many share one, without any
/// timer.
///
/// Order of calls: `open`, then `load` and `attach`, any number of `append`, `close`.
public final class SubscriptionStore: Journal, @unchecked Sendable {
    // @unchecked because `session` is only touched on `queue`; all else is immutable or inside a lock.
    private let queue = DispatchQueue(label: "carillon.store")
    private let shared: Lock<Shared>
    private let file: DatabaseFile
    private var session: Session?

    /// What `append` and readers of statistics share with the queue.
    private struct Shared {
        var inbox: Inbox
        var statistics = StoreStatistics()
        weak var client: (any JournalClient)?
    }

    /// Opens the store in `directory`, which is made with its parents (mode 0700) if it is missing; the
    /// database is made with mode 0600.
    ///
    /// Holds the directory until `close` or the end of the process. `sqlite3` can read and back up the
    /// database meanwhile. Blocks: about 70 ms per million subscriptions, up to `busyMilliseconds` for locks.
    /// Throws, every file untouched, what `StoreError.Reason` lists.
    public static func open(
        directory: String, configuration: StoreConfiguration = StoreConfiguration()
    ) throws(StoreError) -> SubscriptionStore {
        try open(directory: directory, configuration: configuration, schema: .current)
    }

    static func open(
        directory path: String, configuration: StoreConfiguration, schema: Schema
    ) throws(StoreError) -> SubscriptionStore {
        let directory = try StateDirectory.hold(path)
        let file = DatabaseFile(in: directory, schema: schema, configuration: configuration)
        let connection = try file.open(in: directory)
        do {
            let session = Session(directory, connection, try GroupWriter(connection))
            return SubscriptionStore(file, configuration, session)
        } catch {
            throw error.storeError(file.path)
        }
    }

    private init(_ file: DatabaseFile, _ configuration: StoreConfiguration, _ session: Session) {
        self.file = file
        self.session = session
        shared = Lock(
            Shared(
                inbox: Inbox(
                    expiredMax: configuration.expiredWaitingMax,
                    expiredPerGroup: configuration.expiredPerCommit)))
    }

    /// How many subscriptions are stored, expired ones included. Blocks: about 20 ms per million.
    public func storedSubscriptions() throws(StoreError) -> Int {
        let result: Result<Int, StoreError> = queue.sync {
            Result { () throws(StoreError) in
                guard let session else {
                    throw StoreError(.system, "\(file.path): the store is closed")
                }
                do throws(SQLiteFailure) {
                    return Int(
                        try session.connection.integer("SELECT count(*) FROM subscriptions") ?? 0)
                } catch {
                    throw error.storeError(file.path)
                }
            }
        }
        return try result.get()
    }

    /// Hands over what is stored: the dynamic events, the idempotency keys by age, then the subscriptions in the order
    /// of their ids.
    ///
    /// Subscriptions whose deadline is not after `now` (milliseconds since 1970) are counted instead, and
    /// deleted all at once; if there is no room for that, they are at the next start. Call it once, before
    /// the first `append`. Blocks; the closures run on the calling thread and must not call the store. Throws
    /// `.corrupt`, the file untouched, for damage that `open` could not see.
    public func load(
        now wallMilliseconds: Int64, event: (String) -> Void, key: (StoredKey) -> Void = { _ in },
        subscription: (StoredSubscription) -> Void
    ) throws(StoreError) -> LoadSummary {
        let result: Result<LoadSummary, StoreError> = queue.sync {
            Result { () throws(StoreError) in
                try restore(
                    now: wallMilliseconds, event: event, key: key, subscription: subscription)
            }
        }
        return try result.get()
    }

    /// Remembers whom to tell, weakly: the core owns its journal, not the other way round.
    public func attach(_ client: any JournalClient) {
        shared.withLock { $0.client = client }
    }

    /// Leaves a change to be written. Never blocks; see `Journal`. The changes that wait are bounded by those
    /// who make them: one per request whose reply waits, one per dynamic event. After `close` every change
    /// fails.
    public func append(_ change: Change, number: UInt64) {
        let isAsleep = shared.withLock { $0.inbox.add(change, number: number) }
        if isAsleep { queue.async { self.drain() } }
    }

    /// Tries soon whether changes can be written again, where the latest could not: without it nobody would know
    /// until a client asks for the next change. Never blocks; does nothing while all is well.
    public func probe() {
        guard shared.withLock({ $0.statistics.isFailing }) else { return }
        queue.async {
            guard self.session != nil else { return }
            do throws(SQLiteFailure) {
                try self.session?.writer.probe()
                self.shared.withLock { $0.statistics.isFailing = false }
            } catch {
                self.shared.withLock { $0.statistics.note(error) }
            }
        }
    }

    /// Waits until everything appended before is on disk or has failed. Not inside a client's call.
    public func flush() { queue.sync {} }

    /// Commits what waits, moves the log into the database and closes it. Blocks for that long. What is
    /// appended afterwards fails. Not under the core's lock, nor inside a client's call. May be called again.
    public func close() {
        queue.sync {
            shared.withLock { $0.inbox.retryExpired() }
            drain()
            guard let session else { return }
            self.session = nil
            guard session.isLoaded, !session.connection.hasMoved else {
                return session.connection.close()
            }
            do throws(SQLiteFailure) {
                try session.connection.truncateLog()
            } catch {
                // Nothing is lost: the next start reads the log.
                shared.withLock { $0.statistics.note(error) }
            }
            session.connection.close()
        }
    }

    /// What was done so far. Any thread.
    public var statistics: StoreStatistics {
        shared.withLock { shared in
            var statistics = shared.statistics
            statistics.expiredForgotten = shared.inbox.expiredForgotten
            statistics.waiting = shared.inbox.waiting
            statistics.expiredWaiting = shared.inbox.expiredWaiting
            return statistics
        }
    }

    /// The database's path.
    public var path: String { file.path }

    // MARK: On the queue

    private func restore(
        now: Int64, event: (String) -> Void, key: (StoredKey) -> Void,
        subscription: (StoredSubscription) -> Void
    ) throws(StoreError) -> LoadSummary {
        guard let session else { throw StoreError(.system, "\(file.path): the store is closed") }
        let rows = Restore(session.connection, path: file.path)
        let events = try rows.events(event)
        let keys = try rows.keys(key)
        let subscriptions = try rows.subscriptions(now: now, subscription)
        do throws(SQLiteFailure) {
            try session.connection.adopt()
            if subscriptions.expired > 0 { try session.writer.removeExpired(before: now) }
        } catch {
            // Starting needs no room: they were not handed over, and go at the next start.
            shared.withLock { $0.statistics.note(error) }
        }
        session.isLoaded = true
        return LoadSummary(
            events: events, subscriptions: subscriptions.live, expired: subscriptions.expired,
            keys: keys, nextID: session.writer.highest + 1,
            excludesReaders: session.connection.isExclusive)
    }

    private func drain() {
        while let group = shared.withLock({ $0.inbox.takeGroup() }) {
            do throws(SQLiteFailure) {
                try write(group)
            } catch {
                report(error, of: group)
                continue
            }
            let client = shared.withLock { shared in
                shared.inbox.succeeded(group)
                shared.statistics.commits += 1
                shared.statistics.isFailing = false
                shared.statistics.changes += UInt64(group.changes.count + group.expired.count)
                return shared.client
            }
            if let through = group.through { client?.committed(through: through) }
        }
    }

    private func write(_ group: Inbox.Group) throws(SQLiteFailure) {
        guard let session else {
            throw SQLiteFailure(code: 21, systemError: 0, message: "the store is closed")
        }
        try session.writer.write(group)
    }

    private func report(_ failure: SQLiteFailure, of group: Inbox.Group) {
        let client = shared.withLock { shared in
            shared.inbox.failed(group)
            shared.statistics.note(failure)
            shared.statistics.isFailing = true
            return shared.client
        }
        // Deletions of expired subscriptions are tried again, and nobody waits for them.
        if group.changes.isEmpty { return }
        client?.failed(failure.journalError) {
            self.shared.withLock { $0.inbox.abandon() }
        }
    }
}

/// What is open between `open` and `close`.
private final class Session {
    let connection: Connection
    var writer: GroupWriter
    /// Whether `load` found the rows sound: then closing tidies up.
    var isLoaded = false
    private let directory: StateDirectory

    init(_ directory: consuming StateDirectory, _ connection: Connection, _ writer: GroupWriter) {
        self.connection = connection
        self.writer = writer
        self.directory = directory
    }
}
