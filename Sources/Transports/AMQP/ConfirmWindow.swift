internal import EventCore

/// What was published on one channel and not yet confirmed: the broker counts messages on its side,
/// we on ours, both from 1 (RabbitMQ, publisher confirms). A value; no clock, no I/O.
struct ConfirmWindow<Item> {
    /// A message without an answer.
    struct Entry {
        /// Whose it is.
        var item: Item
        /// When its answer is overdue, boot clock, nanoseconds.
        var deadline: Int64
        /// Why the broker returned it, if it did; its acknowledgement comes after that.
        var returned: AMQPRefusal?
    }

    /// Messages without an answer.
    private(set) var count = 0
    /// The number of `entries[0]`.
    private var first: UInt64 = 1
    private var entries = Fifo<Entry?>()

    /// Whether everything is answered.
    var isEmpty: Bool { count == 0 }

    /// One more was published.
    mutating func add(_ item: Item, deadline: Int64) {
        entries.append(Entry(item: item, deadline: deadline))
        count += 1
    }

    /// Takes out what an answer to number `tag` is about: that message alone, or all up to it, all
    /// of them for 0 (AMQP 0-9-1, basic.ack). Numbers that are not awaited are ignored. In the
    /// order of publishing.
    mutating func answer(_ tag: UInt64, isMultiple: Bool, _ body: (Entry) -> Void) {
        let last = tag == 0 && isMultiple ? first + UInt64(entries.count) : tag
        guard last >= first else { return }
        // What a broker says is not trusted: the number may be any.
        let end = Int(min(last - first + 1, UInt64(entries.count)))
        if isMultiple {
            for place in 0..<end { take(place, body) }
        } else if last - first < UInt64(entries.count) {
            take(end - 1, body)
        }
        forgetAnswered()
    }

    /// Notes that the first message for which `isIt` is true, and which was not returned before,
    /// was.
    mutating func markReturned(_ why: AMQPRefusal, where isIt: (Item) -> Bool) {
        for place in 0..<entries.count {
            guard var entry = entries[place] ?? nil, entry.returned == nil, isIt(entry.item)
            else { continue }
            entry.returned = why
            entries[place] = entry
            return
        }
    }

    /// Takes out all whose time is over at `now`; their answers will be ignored. The result is when
    /// the next one's is.
    mutating func expire(now: Int64, _ body: (Entry) -> Void) -> Int64? {
        var next: Int64?
        for place in 0..<entries.count {
            guard let entry = entries[place] ?? nil else { continue }
            if entry.deadline <= now {
                take(place, body)
            } else {
                next = earlier(next, entry.deadline)
            }
        }
        forgetAnswered()
        return next
    }

    /// Gives all of them more time.
    mutating func extend(by nanoseconds: Int64) {
        for place in 0..<entries.count {
            guard var entry = entries[place] ?? nil else { continue }
            entry.deadline += nanoseconds
            entries[place] = entry
        }
    }

    /// Takes out everything, in the order of publishing.
    mutating func removeAll(_ body: (Entry) -> Void) {
        for place in 0..<entries.count { take(place, body) }
        forgetAnswered()
    }

    private mutating func take(_ place: Int, _ body: (Entry) -> Void) {
        guard let entry = entries[place] ?? nil else { return }
        entries[place] = .some(nil)
        count -= 1
        body(entry)
    }

    private mutating func forgetAnswered() {
        while !entries.isEmpty, (entries[0] ?? nil) == nil {
            _ = entries.popFirst()
            first += 1
        }
    }
}
