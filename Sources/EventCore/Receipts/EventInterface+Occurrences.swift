internal import Synchronization

/// Telling of occurrences, and of what became of them.
extension EventInterface {
    /// Has `listener` called, while `isListenedTo` says so, after every raise, outside the lock, on the raising thread: it must not block. Raises that
    /// come while it runs may be told of in one call. Once, at start.
    public func listen(_ listener: @escaping @Sendable () -> Void) {
        core.withLock { core in
            core.listener = listener
        }
    }

    /// Whether anybody is there to be told by the listener: while nobody is, raises cost nothing more for it.
    public func isListenedTo(_ yes: Bool) {
        core.withLock { $0.state.isListenedTo = yes }
    }

    /// The occurrences from number `sequence` on that are still remembered, oldest first, at most `count`; those
    /// before them that are forgotten are counted.
    public func occurrences(from sequence: UInt64, count: Int) -> OccurrenceRun {
        core.withLock { core in
            let log = core.state.log
            let start = max(sequence, log.first)
            var items: [OccurrenceRun.Item] = []
            var next = start
            while items.count < count,
                let entry = log.entry(next, epoch: core.state.epoch)
            {
                items.append(
                    OccurrenceRun.Item(
                        occurrence: entry.occurrence, matched: Int(entry.receipt.matched)))
                next += 1
            }
            return OccurrenceRun(items: items, next: next, forgotten: start - min(sequence, start))
        }
    }

    /// The events whose occurrences `caller` may read; nil: all. Throws `forbidden` where it has no such role at all.
    public func readableEvents(by caller: Caller) throws(CommandError) -> [EventGlob]? {
        try caller.identity.check(.listOccurrences(ListOccurrencesCommand(limit: 1)), on: self)
        return caller.identity.globs(of: .read)
    }

    /// The number that the next occurrence gets.
    public var nextOccurrence: UInt64 { core.withLock { $0.state.log.next } }

    /// Answers the raise that waits for the deliveries of this occurrence, with how they stand; nothing happens where
    /// none waits any more.
    public func stopWaiting(for occurrence: OccurrenceID) {
        locked { $0.state.waits.settled(occurrence.sequence) }
    }

    /// Answers whose last delivery has ended.
    func answerWaiting() {
        let answers = core.withLock { core in
            core.state.waits.takeReady().map { waiter in
                let view = view(ofOccurrence: waiter.receipt.id, in: core.state)
                let reply = view.map { CommandReply.occurrence($0) } ?? .raised(waiter.receipt)
                return (reply, waiter.continuation)
            }
        }
        for (reply, continuation) in answers { continuation(.success(reply)) }
    }

    /// Tells the listener that something was raised.
    func tellOfOccurrences() {
        let listener = core.withLock { core -> (@Sendable () -> Void)? in
            guard core.state.log.hasNews else { return nil }
            core.state.log.hasNews = false
            return core.listener
        }
        listener?()
    }
}

/// Occurrences one after the other, for a live stream.
public struct OccurrenceRun: Sendable {
    /// One of them.
    public struct Item: Sendable {
        /// What was raised.
        public let occurrence: Occurrence
        /// How many subscriptions matched.
        public let matched: Int
    }

    /// Oldest first.
    public let items: [Item]
    /// Where the next run begins.
    public let next: UInt64
    /// How many at the beginning are not remembered any more.
    public let forgotten: UInt64
}
