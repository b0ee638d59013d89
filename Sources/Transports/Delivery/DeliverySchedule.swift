/// Which delivery starts next: every destination's queue, fair turns between them, pauses after failures,
/// and the limits on all of it. A value without clock or I/O: time is an argument, in nanoseconds.
///
/// The owner loops: `next` until nil, run those attempts, `end` or `postpone` each, sleep until `wakeTime`.
/// Order within a destination is kept (with one attempt under way at a time, the default); between
/// destinations turns go round. What the limits push out is handed back, never lost silently.
struct DeliverySchedule<Key: Hashable, Message> {
    /// An attempt under way; handed back to `end` or `postpone` exactly once.
    struct Attempt {
        /// What is to be delivered; what is changed here is there again at the next attempt.
        var message: Message {
            get { entry.message }
            set { entry.message = newValue }
        }
        /// Which attempt it is, from 1.
        var number: Int { entry.attempts }

        fileprivate var entry: DestinationQueue<Message>.Entry
        fileprivate var place: Place
        fileprivate var start: UInt64
    }

    /// A delivery that a limit pushed out.
    struct Evicted {
        /// What is not going to be delivered.
        var message: Message
        /// Attempts made before; 0 almost always.
        var attempts: Int
    }

    /// How many deliveries wait; attempts under way not included.
    private(set) var waiting = 0
    /// Bytes of all that waits.
    private(set) var bytes = 0
    /// Attempts under way.
    var underWay: Int { pace.brisk + pace.slow }
    /// Destinations that have a record: those with something waiting or under way.
    var destinations: Int { places.count }
    /// Whether nothing waits and nothing is under way.
    var isEmpty: Bool { places.isEmpty }

    private let limits: QueueLimits
    private var lanes: [Lane] = []
    private var freeLanes: [Int] = []
    private var places: [Key: Int] = [:]
    private var ready = FIFO<Place>()
    private var pauses = DeadlineHeap<Place>()
    private var pace: AttemptPace
    private var sequence: UInt64 = 0
    /// Where the search for a destination beyond its share goes on.
    private var hand = 0

    /// So many empty lanes are kept for the next deliveries.
    private static var lanesKept: Int { 64 }

    fileprivate struct Lane {
        var key: Key?
        var generation: UInt32 = 0
        var queue = DestinationQueue<Message>()
        /// It stands in `ready`; at most once.
        var isReady = false
    }

    /// A lane as it was at some time; once it is freed, its places find nobody.
    fileprivate struct Place {
        var index: Int
        var generation: UInt32
    }

    /// An empty schedule.
    init(limits: QueueLimits) {
        self.limits = limits
        pace = AttemptPace(limits: limits)
    }

    /// Puts a delivery last in its destination's queue. `evicted` gets what the limits pushed out,
    /// which may be this one.
    mutating func add(
        _ message: Message, payloadBytes: Int, to key: Key, now: Int64, evicted: inout [Evicted]
    ) {
        let place = lane(for: key)
        sequence += 1
        let entry = DestinationQueue<Message>.Entry(
            message: message, bytes: payloadBytes + QueueLimits.messageOverheadBytes,
            sequence: sequence)
        var out: [DestinationQueue<Message>.Entry] = []
        bytes -= lanes[place.index].queue.bytes
        lanes[place.index].queue.append(entry, limits: limits, evicted: &out)
        bytes += lanes[place.index].queue.bytes
        waiting += 1 - out.count
        while bytes > limits.bytesTotal, let entry = evictFromLargestShare() { out.append(entry) }
        for entry in out {
            evicted.append(Evicted(message: entry.message, attempts: entry.attempts))
        }
        settle(place, now: now)
    }

    /// The attempt to start now; nil when none may, because of the limits or because all is done.
    mutating func next(now: Int64) -> Attempt? {
        while let place = pauses.removeDue(at: now) { settle(place, now: now) }
        guard pace.admits(now: now) else { return nil }
        while let place = ready.removeFirst() {
            guard isCurrent(place) else { continue }
            lanes[place.index].isReady = false
            guard let entry = lanes[place.index].queue.start(now: now, limits: limits) else {
                continue
            }
            bytes -= entry.bytes
            waiting -= 1
            settle(place, now: now)
            return Attempt(entry: entry, place: place, start: pace.begin(now: now))
        }
        return nil
    }

    /// The attempt was the last for this delivery, however it went.
    mutating func end(_ attempt: Attempt, now: Int64) {
        pace.end(attempt.start)
        lanes[attempt.place.index].queue.end()
        settle(attempt.place, now: now)
    }

    /// The attempt failed and is to be made again, not before `time`; its destination waits with it.
    /// `evicted` gets what no longer fits.
    mutating func postpone(
        _ attempt: Attempt, until time: Int64, now: Int64, evicted: inout [Evicted]
    ) {
        pace.end(attempt.start)
        lanes[attempt.place.index].queue.putBack(attempt.entry, notBefore: time)
        bytes += attempt.entry.bytes
        waiting += 1
        while bytes > limits.bytesTotal, let entry = evictFromLargestShare() {
            evicted.append(Evicted(message: entry.message, attempts: entry.attempts))
        }
        settle(attempt.place, now: now)
        if isCurrent(attempt.place) { pauses.insert(attempt.place, at: time) }
    }

    /// When `next` may give something without anything else happening; nil = only after an `add` or `end`.
    func wakeTime() -> Int64? {
        earlier(pauses.earliest, ready.isEmpty ? nil : pace.nextSlow)
    }

    /// Gives up all that waits; attempts under way stay.
    mutating func removeAll() -> [Message] {
        var messages: [Message] = []
        ready = FIFO()
        pauses.removeAll()
        var index = 0
        while index < lanes.count {
            lanes[index].isReady = false
            while let entry = evict(index) { messages.append(entry.message) }
            index += 1
        }
        return messages
    }

    // MARK: Lanes

    private mutating func lane(for key: Key) -> Place {
        if let index = places[key] {
            return Place(index: index, generation: lanes[index].generation)
        }
        let index: Int
        if let free = freeLanes.popLast() {
            index = free
        } else {
            index = lanes.count
            lanes.append(Lane())
        }
        lanes[index].key = key
        places[key] = index
        return Place(index: index, generation: lanes[index].generation)
    }

    private func isCurrent(_ place: Place) -> Bool {
        place.index < lanes.count && lanes[place.index].generation == place.generation
    }

    /// After a change: the lane lines up if it can start something, and is freed if it is idle.
    private mutating func settle(_ place: Place, now: Int64) {
        guard isCurrent(place) else { return }
        if lanes[place.index].queue.isIdle {
            free(place.index)
        } else if !lanes[place.index].isReady,
            lanes[place.index].queue.mayStart(now: now, limits: limits)
        {
            lanes[place.index].isReady = true
            ready.append(place)
        }
    }

    private mutating func free(_ index: Int) {
        guard let key = lanes[index].key else { return }
        places[key] = nil
        lanes[index] = Lane(key: nil, generation: lanes[index].generation &+ 1)
        freeLanes.append(index)
        // Nothing is left: the memory of a burst is given back. Only while no old place is kept anywhere,
        // because with the lanes their generations are forgotten.
        guard places.isEmpty, lanes.count > Self.lanesKept, ready.isEmpty, pauses.earliest == nil
        else { return }
        lanes = []
        freeLanes = []
        hand = 0
    }

    // MARK: The limit on all bytes

    /// The oldest delivery of a destination that holds more than an equal share of `bytesTotal`.
    ///
    /// While the total is beyond the limit there is such a destination. The hand stays where it found one,
    /// so a search over all of them is rare.
    private mutating func evictFromLargestShare() -> DestinationQueue<Message>.Entry? {
        for _ in 0...lanes.count {
            if hand >= lanes.count { hand = 0 }
            if lanes[hand].queue.bytes > limits.bytesTotal / max(1, places.count) {
                return evict(hand)
            }
            hand += 1
        }
        return nil
    }

    private mutating func evict(_ index: Int) -> DestinationQueue<Message>.Entry? {
        guard index < lanes.count, let entry = lanes[index].queue.evictOldest() else { return nil }
        bytes -= entry.bytes
        waiting -= 1
        if lanes[index].queue.isIdle { free(index) }
        return entry
    }
}
