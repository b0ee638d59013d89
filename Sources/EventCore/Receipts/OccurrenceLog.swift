/// What is remembered of the last occurrences: a ring, bounded in number and in bytes. The oldest give way.
///
/// An entry's place is its sequence number, so finding one is O(1). Nothing here is kept on disk.
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

    /// A power of two; an entry lies at its sequence number, modulo their count.
    private var entries: [Entry?] = []
    /// The oldest that is kept; `next` if none is.
    private(set) var first: UInt64 = 1
    /// The one that comes next.
    private(set) var next: UInt64 = 1
    /// Something has been raised since whoever listens was told last.
    var hasNews = false
    /// Bytes of all that is kept.
    private(set) var bytes = 0

    private let entriesMax: Int
    private let bytesMax: Int
    /// What an entry costs beside its params and targets, rounded up.
    static let overheadBytes = 256
    private static let placesMin = 64

    /// An empty log. `entriesMax` 0: it remembers nothing, only how far the numbers are.
    init(entriesMax: Int, bytesMax: Int) {
        self.entriesMax = entriesMax
        self.bytesMax = bytesMax
    }

    /// Whether it remembers anything at all.
    var isKept: Bool { entriesMax > 0 }

    /// Whether nothing is remembered at present.
    var isEmpty: Bool { first == next }

    /// The occurrence of this number; nil if it is not kept any more, or not yet there.
    subscript(sequence: UInt64) -> Entry? {
        first..<next ~= sequence ? entries[place(of: sequence)] : nil
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
        next += 1
        hasNews = true
        let receipt = Receipt(fanout)
        let entry = Entry(
            occurrence: occurrence, raiser: raiser, receipt: receipt,
            bytes: Self.overheadBytes + occurrence.params.bytes + receipt.bytes)
        if Int(next - first) > entriesMax { forgetFirst() }
        if Int(next - first) > entries.count { grow() }
        entries[place(of: occurrence.sequence)] = entry
        bytes += entry.bytes
        // The newest stays, however large: who raised it is about to ask for it.
        while bytes > bytesMax, first + 1 < next { forgetFirst() }
    }

    /// Notes the end of one delivery of an occurrence, and the attempt that it ended with, where it lies; true if it was
    /// the last delivery.
    mutating func settle(
        _ sequence: UInt64, _ subscription: SubscriptionRef, _ outcome: Outcome, words: String?,
        attempt: AttemptFacts?
    ) -> Bool {
        guard first..<next ~= sequence else { return false }
        let place = place(of: sequence)
        let isSettled: Bool? = entries[place]?.receipt
            .settle(subscription, outcome, words: words, attempt: attempt)
        if attempt != nil { weigh(place) }
        return isSettled ?? false
    }

    /// Notes an attempt of a delivery; nothing happens where its occurrence is not kept.
    mutating func note(_ attempt: AttemptReport) {
        let sequence = attempt.occurrence.sequence
        guard first..<next ~= sequence else { return }
        entries[place(of: sequence)]?.receipt.note(attempt)
        weigh(place(of: sequence))
    }

    /// Counts what an entry has grown by. The next one that comes makes the oldest give way for it.
    private mutating func weigh(_ place: Int) {
        let growth = entries[place]?.grow() ?? 0
        bytes += growth
    }

    private func place(of sequence: UInt64) -> Int {
        Int(truncatingIfNeeded: sequence) & (entries.count - 1)
    }

    private mutating func forgetFirst() {
        bytes -= entries[place(of: first)].take()?.bytes ?? 0
        first += 1
    }

    private mutating func grow() {
        var larger = [Entry?](repeating: nil, count: max(Self.placesMin, entries.count * 2))
        for sequence in first..<(next - 1) {
            larger[Int(truncatingIfNeeded: sequence) & (larger.count - 1)] =
                entries[place(of: sequence)]
        }
        entries = larger
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
