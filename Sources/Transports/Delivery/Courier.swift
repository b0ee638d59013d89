internal import EventCore

/// How one technology makes attempts. It knows connections and bytes, and nothing of queues, retries, pauses,
/// breakers or counting: those are the `DeliveryEngine`'s.
///
/// Made on any thread, then touched only on the engine's thread, between `open` and `close`. A courier
/// that has threads of its own hands attempts to them, and they hand the ends back behind a lock and
/// `wakeup`. Nothing but `wait` may block the thread, for every other destination waits meanwhile.
///
/// The engine's turn, again and again:
///
///     for each attempt that may start: courier.begin(attempt, now, &ended)
///     courier.wait(until: time, &ended)
///     for each of `ended`: settle, retry, pause
protocol Courier<Target>: AnyObject, SendableMetatype {
    /// Where it delivers to.
    associatedtype Target: DeliveryTarget

    /// Ends a `wait`; any thread may send. `wait` watches its descriptor and clears it.
    var wakeup: Wakeup { get }

    /// Attempts that may be under way at one destination. With more than one, those that fail together have
    /// to end in the order in which they began, or the later one may arrive first.
    var attemptsPerDestination: Int { get }

    /// Whether the engine tells receipts of its attempts; not where others tell of what they consist of.
    var tellsOfAttempts: Bool { get }

    /// Whether `delivery`, the next one in the queue, may go out in one attempt with `attempt`, which are not
    /// empty and hold `bytes` of payload. The default is what the option `batch` says: both sides allow
    /// arrays, and the array has room.
    func mayJoin(
        _ delivery: QueuedDelivery<Target>, _ attempt: borrowing [QueuedDelivery<Target>],
        bytes: Int
    ) -> Bool

    /// Called once on the engine's thread, before the first attempt. `ledger` is there to ask
    /// `refused(among:)` once more right before bytes go out, where that is long after `begin`.
    func open(ledger: any DeliveryLedger)

    /// Begins an attempt; all its deliveries have just been asked whether they may start. Never blocks. What
    /// ends at once is appended to `ended`. `now`: boot clock, nanoseconds.
    func begin(_ attempt: Attempt<Target>, now: Int64, ended: inout [AttemptEnd<Target>])

    /// Blocks until an attempt has ended, somebody used `wakeup`, or `time` has come (boot clock, nanoseconds;
    /// nil = never, in the past = look and do not block). Appends what ended, of one destination in the
    /// order of its attempts. It may return early for reasons of its own.
    func wait(until time: Int64?, ended: inout [AttemptEnd<Target>])

    /// The last call: gives up what is under way and closes everything. Each attempt that has not been handed
    /// back is appended to `ended`, `.unsent` where nothing went out for a delivery, else as it stands.
    func close(ended: inout [AttemptEnd<Target>])
}

extension Courier {
    var attemptsPerDestination: Int { 1 }

    var tellsOfAttempts: Bool { true }

    func mayJoin(
        _ delivery: QueuedDelivery<Target>, _ attempt: borrowing [QueuedDelivery<Target>],
        bytes: Int
    ) -> Bool {
        hasRoom(for: delivery, in: attempt, bytes: bytes)
    }

    /// What the option `batch` says: both sides allow arrays, and the array has room.
    func hasRoom(
        for delivery: QueuedDelivery<Target>, in attempt: borrowing [QueuedDelivery<Target>],
        bytes: Int
    ) -> Bool {
        let room = Int(min(delivery.batch, attempt[0].batch))
        return attempt.count < room
            && bytes + delivery.payloadBytes <= DeliverySettings.batchBytesMax
    }

    func open(ledger: any DeliveryLedger) {}
}
