/// What is remembered of the last occurrences: a ring, bounded in number and in bytes. The oldest give way.
///
/// An entry's place is its sequence number, so finding one is O(1). Nothing here is kept on disk. What had no subscriber
/// is written down, see `PackedOccurrences`; what had one is an entry that its deliveries change.
struct OccurrenceLog {
    /// One occurrence and what became of it.
    struct Entry {
        let occurrence: Occurrence
        /// The number of the name of who raised it, see `NameTable`.
        let raiser: UInt32
        var receipt: Receipt
        /// What it counts for in `bytesMax`.
        var bytes: Int

        /// Counts what the receipt has grown by; how much that is.
        mutating func grow() -> Int {
            let growth = receipt.takeGrowth()
            bytes += growth
            return growth
        }
    }

    /// Where an occurrence lies.
    private enum Place {
        case none
        case entry(Int32)
        case packed(PackedOccurrences.Location)
    }

    /// A power of two; where an occurrence lies stands at its sequence number, modulo their count.
    private var places: [Place] = []
    private var entries: [Entry?] = []
    /// Places in `entries` where nothing is.
    private var vacant: [Int32] = []
    private var packed: PackedOccurrences
    /// Bytes of `entries`.
    private var entryBytes = 0
    /// The oldest that is kept; `next` if none is.
    private(set) var first: UInt64 = 1
    /// The one that comes next.
    private(set) var next: UInt64 = 1
    /// Something has been raised since whoever listens was told last.
    var hasNews = false
    /// Bytes of all that is kept.
    var bytes: Int { entryBytes + packed.bytes + places.count * MemoryLayout<Place>.stride }

    private let entriesMax: Int
    private let bytesMax: Int
    /// What an entry costs beside its params and targets, rounded up.
    static let overheadBytes = 256
    private static let placesMin = 64

    /// An empty log. `entriesMax` 0: it remembers nothing, only how far the numbers are.
    init(entriesMax: Int, bytesMax: Int) {
        self.entriesMax = entriesMax
        self.bytesMax = bytesMax
        // What is forgotten gives its memory back a piece at a time: so that this is no large part of all.
        packed = PackedOccurrences(pieceBytes: min(65_536, max(4_096, bytesMax / 16)))
    }

    /// Whether it remembers anything at all.
    var isKept: Bool { entriesMax > 0 }

    /// Whether nothing is remembered at present.
    var isEmpty: Bool { first == next }

    /// The occurrence of this number; nil if it is not kept any more, or not yet there. `epoch` is that of its id: what
    /// was written down is put together again.
    func entry(_ sequence: UInt64, epoch: Int64) -> Entry? {
        guard first..<next ~= sequence else { return nil }
        switch places[index(of: sequence)] {
        case .none: return nil
        case .entry(let place): return entries[Int(place)]
        case .packed(let location):
            let content = packed.content(at: location)
            let occurrence = Occurrence(
                id: OccurrenceID(epoch: epoch, sequence: sequence), event: content.event,
                params: content.params, time: content.time, depth: content.depth)
            return Entry(
                occurrence: occurrence, raiser: content.raiser, receipt: Receipt(nil), bytes: 0)
        }
    }

    /// Event and time of the occurrence of this number, without putting it together; and whether it had a subscriber.
    func head(_ sequence: UInt64) -> (event: String, time: Int64, isMatched: Bool)? {
        guard first..<next ~= sequence else { return nil }
        switch places[index(of: sequence)] {
        case .none: return nil
        case .entry(let place):
            guard let entry = entries[Int(place)] else { return nil }
            return (entry.occurrence.event, entry.occurrence.time, entry.receipt.matched > 0)
        case .packed(let location):
            let head = packed.head(at: location)
            return (head.event, head.time, false)
        }
    }

    /// Whether some delivery of the occurrence of this number has not ended; false where it is not kept.
    func isPending(_ sequence: UInt64) -> Bool {
        entryPlace(of: sequence).flatMap { entries[$0] }.map { !$0.receipt.isSettled } ?? false
    }

    /// There was one that nobody wants to have remembered.
    mutating func skip() {
        next += 1
        first = next
    }

    /// Remembers the occurrence that has just been raised; its number is `next`.
    mutating func append(_ occurrence: Occurrence, raiser: UInt32, _ fanout: Fanout?) {
        precondition(occurrence.sequence == next, "every raise is told, in order")
        guard isKept else { return skip() }
        let entry = Entry(
            occurrence: occurrence, raiser: raiser, receipt: Receipt(fanout),
            bytes: Self.overheadBytes + occurrence.params.bytes)
        entryBytes += entry.bytes
        let place: Int32
        if let free = vacant.popLast() {
            place = free
            entries[Int(place)] = entry
        } else {
            place = Int32(entries.count)
            entries.append(entry)
        }
        add(.entry(place))
    }

    /// Remembers one that has just been raised, and that nobody is told of; its number is `next`.
    mutating func append(
        event: String, _ params: Params, time: Int64, raiser: UInt32, depth: Int
    ) {
        guard isKept else { return skip() }
        add(
            .packed(
                packed.append(event: event, params, time: time, raiser: raiser, depth: depth)))
    }

    private mutating func add(_ place: Place) {
        let sequence = next
        next += 1
        hasNews = true
        if Int(next - first) > entriesMax { forgetFirst() }
        if Int(next - first) > places.count { grow() }
        places[index(of: sequence)] = place
        // The newest stays, however large: who raised it is about to ask for it.
        while bytes > bytesMax, first + 1 < next { forgetFirst() }
    }

    /// Notes the end of one delivery of an occurrence, and the attempt that it ended with, where it lies; true if it was
    /// the last delivery.
    mutating func settle(
        _ sequence: UInt64, _ subscription: SubscriptionRef, _ outcome: Outcome, words: String?,
        attempt: AttemptFacts?
    ) -> Bool {
        guard let place = entryPlace(of: sequence) else { return false }
        let isSettled: Bool? = entries[place]?.receipt
            .settle(subscription, outcome, words: words, attempt: attempt)
        if attempt != nil { weigh(place) }
        guard let isSettled, isSettled else { return false }
        // Nobody is sent it any more. Freed now, while it is in a cache, and not thousands of raises later.
        entries[place]?.occurrence.forgetPayloads()
        return true
    }

    /// Notes an attempt of a delivery; nothing happens where its occurrence is not kept.
    mutating func note(_ attempt: AttemptReport) {
        guard let place = entryPlace(of: attempt.occurrence.sequence) else { return }
        entries[place]?.receipt.note(attempt)
        weigh(place)
    }

    /// Counts what an entry has grown by. The next one that comes makes the oldest give way for it.
    private mutating func weigh(_ place: Int) {
        let growth = entries[place]?.grow() ?? 0
        entryBytes += growth
    }

    private func entryPlace(of sequence: UInt64) -> Int? {
        guard first..<next ~= sequence, case .entry(let place) = places[index(of: sequence)] else {
            return nil
        }
        return Int(place)
    }

    private func index(of sequence: UInt64) -> Int {
        Int(truncatingIfNeeded: sequence) & (places.count - 1)
    }

    private mutating func forgetFirst() {
        switch places[index(of: first)] {
        case .none: break
        case .packed(let location): packed.forget(location)
        case .entry(let place):
            entryBytes -= entries[Int(place)].take()?.bytes ?? 0
            vacant.append(place)
        }
        first += 1
    }

    private mutating func grow() {
        var larger = [Place](repeating: .none, count: max(Self.placesMin, places.count * 2))
        for sequence in first..<(next - 1) {
            larger[Int(truncatingIfNeeded: sequence) & (larger.count - 1)] =
                places[index(of: sequence)]
        }
        places = larger
    }
}

extension Params {
    /// About what the values take in memory.
    fileprivate var bytes: Int {
        var bytes = 0
        for item in items {
            bytes += MemoryLayout<Param>.stride + (item.name?.utf8.count ?? 0)
            if case .string(let text) = item.value { bytes += text.utf8.count }
        }
        return bytes
    }
}
