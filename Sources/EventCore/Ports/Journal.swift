/// What must survive a restart, told in order. The store implements it; without one nothing survives.
public protocol Journal: AnyObject, Sendable {
    /// Takes one change. Called under the core's lock, so the order is that of the state: only enqueues, never
    /// blocks. `number` rises by one from call to call, from 1.
    ///
    /// Later the journal calls `JournalClient.committed(through:)`, or, when it could not write,
    /// `JournalClient.failed(_:)`.
    func append(_ change: Change, number: UInt64)

    /// Called once, before the first `append`.
    func attach(_ client: any JournalClient)
}

/// The core, as the journal sees it. Called on the journal's own queue; never inside `append`.
public protocol JournalClient: AnyObject, Sendable {
    /// Every change up to `number` is on disk: their replies may go out.
    func committed(through number: UInt64)

    /// Nothing after the last `committed` could be written. The core takes back every change it has appended
    /// since, newest first, and answers their commands with `error`.
    ///
    /// `abandon` runs under the core's lock before that: the journal drops there what is still queued, and
    /// returns nothing it might commit later.
    func failed(_ error: JournalError, abandon: () -> Void)
}

/// Why nothing can be written at the moment.
public enum JournalError: Error, Sendable, Equatable {
    /// The disk is full (SQLITE_FULL, ENOSPC): 507 until there is room again.
    case full
    /// Anything else, in SQLite's words.
    case unavailable(String)
}

/// One change of what must survive.
public enum Change: Sendable {
    /// A dynamic event was created.
    case putEvent(name: String)
    /// A subscription was added or renewed: the whole record.
    case put(StoredSubscription)
    /// An idempotency key was claimed for a raise, or has its receipt: the whole record.
    case putKey(StoredKey)
    /// An idempotency key is free again: nothing was raised.
    case removeKey(caller: String?, key: String)
    /// Idempotency keys made before this time, milliseconds since 1970, are forgotten.
    case expiredKeys(before: Int64)
    /// A subscription was ended by its subscriber.
    case remove(id: UInt64)
    /// Subscriptions passed their deadline. Nobody waits for it and it is never taken back: when it cannot be
    /// written the journal keeps it and tries again, in any order; a row that stays is dropped at the next start.
    case expired(ids: [UInt64])
}

/// A subscription as the store keeps it.
public struct StoredSubscription: Sendable, Equatable {
    /// Its id; never given twice, restarts included.
    public var id: UInt64
    /// The event's name.
    public var event: String
    /// The socket with options and secrets.
    public var socket: String
    /// Milliseconds since 1970 at which it ends; nil = never.
    public var deadline: Int64?
    /// The lifetime it asked for, seconds; nil = never ends.
    public var expire: Int64?
    /// Milliseconds since 1970 of the first subscribe.
    public var created: Int64
    /// The name of the caller who first subscribed it; nil where nobody had to say who they are.
    public var createdBy: String?

    /// A record.
    public init(
        id: UInt64, event: String, socket: String, deadline: Int64?, expire: Int64?, created: Int64,
        createdBy: String? = nil
    ) {
        self.id = id
        self.event = event
        self.socket = socket
        self.deadline = deadline
        self.expire = expire
        self.created = created
        self.createdBy = createdBy
    }
}
