/// What waits for one destination, in order, and how many attempts are under way there.
///
/// A value without clock or I/O; `DeliverySchedule` holds one for each destination that has work.
struct DestinationQueue<Message> {
    /// One delivery that waits.
    struct Entry {
        var message: Message
        /// What it counts for, overhead included.
        var bytes: Int
        /// Its place in the order of arrival.
        var sequence: UInt64
        /// Attempts made so far.
        var attempts = 0
    }

    /// Bytes of all that waits; attempts under way not included.
    private(set) var bytes = 0
    /// Attempts under way.
    private(set) var underWay = 0
    /// Nothing starts before this time, nanoseconds: the pause after a failed attempt.
    private(set) var notBefore = Int64.min

    /// Tried before, waiting for the next attempt, oldest first: never more than may be under way.
    private var between: [Entry] = []
    private var fresh = FIFO<Entry>()

    /// Whether nothing waits.
    var isEmpty: Bool { between.isEmpty && fresh.isEmpty }

    /// Whether nothing waits and nothing is under way: the record can go.
    var isIdle: Bool { isEmpty && underWay == 0 }

    /// Puts `entry` last, and the oldest untried ones out until the limits hold.
    /// An entry that fits into no queue at all is itself what is put out.
    mutating func append(_ entry: Entry, limits: QueueLimits, evicted: inout [Entry]) {
        guard entry.bytes <= limits.bytesPerDestination else { return evicted.append(entry) }
        fresh.append(entry)
        bytes += entry.bytes
        while fresh.count > limits.messagesPerDestination || bytes > limits.bytesPerDestination,
            let oldest = fresh.removeFirst()
        {
            bytes -= oldest.bytes
            evicted.append(oldest)
        }
    }

    /// Takes the oldest entry out for good, an untried one if there is one.
    mutating func evictOldest() -> Entry? {
        guard let oldest = fresh.removeFirst() ?? (between.isEmpty ? nil : between.removeFirst())
        else { return nil }
        bytes -= oldest.bytes
        return oldest
    }

    /// Whether an attempt may start now.
    func mayStart(now: Int64, limits: QueueLimits) -> Bool {
        !isEmpty && underWay < limits.attemptsPerDestination && notBefore <= now
    }

    /// The entry whose attempt starts; nil if none may.
    mutating func start(now: Int64, limits: QueueLimits) -> Entry? {
        guard mayStart(now: now, limits: limits),
            var entry = between.isEmpty ? fresh.removeFirst() : between.removeFirst()
        else { return nil }
        bytes -= entry.bytes
        underWay += 1
        entry.attempts += 1
        return entry
    }

    /// An attempt ended for good.
    mutating func end() {
        underWay -= 1
    }

    /// An attempt failed: its entry goes back to its place, and nothing starts before `time`.
    mutating func putBack(_ entry: Entry, notBefore time: Int64) {
        underWay -= 1
        bytes += entry.bytes
        let place = between.firstIndex { $0.sequence > entry.sequence } ?? between.endIndex
        between.insert(entry, at: place)
        notBefore = max(notBefore, time)
    }
}
