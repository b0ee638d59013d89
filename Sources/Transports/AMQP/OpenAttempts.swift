internal import EventCore

/// Attempts under way at one broker, and what is known of each of their deliveries. A value.
struct OpenAttempts {
    /// One delivery of one attempt.
    struct Place: Equatable {
        /// The attempt's number.
        var attempt: UInt64
        /// Which of its deliveries.
        var index: Int
    }

    /// How a delivery ended, and what the broker said.
    typealias End = (verdict: Verdict, answer: AttemptFacts.Answer)

    private struct Open {
        let attempt: Attempt<AMQPTarget>
        var ends: [End?]
        var left: Int
    }

    private var attempts = Fifo<Open?>()
    /// The number of `attempts[0]`.
    private var first: UInt64 = 0
    /// Attempts whose last verdict has come, not yet handed out.
    private var ended: [UInt64] = []

    /// Whether none is under way and none to be handed out.
    var isEmpty: Bool { attempts.isEmpty }

    /// An attempt begins; the result is its number.
    mutating func add(_ attempt: Attempt<AMQPTarget>) -> UInt64 {
        let count = attempt.deliveries.count
        attempts.append(
            Open(attempt: attempt, ends: Array(repeating: nil, count: count), left: count))
        return first + UInt64(attempts.count - 1)
    }

    /// The delivery at `place`; nil once its attempt has been handed out.
    func delivery(at place: Place) -> QueuedDelivery<AMQPTarget>? {
        open(place.attempt)?.attempt.deliveries[place.index]
    }

    /// Whether the delivery at `place` has its verdict.
    func isSettled(_ place: Place) -> Bool { open(place.attempt)?.ends[place.index] != nil }

    /// How the delivery at `place` ended; the first verdict counts.
    mutating func settle(
        _ place: Place, _ verdict: Verdict, answer: AttemptFacts.Answer = .none
    ) {
        guard var entry = open(place.attempt), entry.ends[place.index] == nil else { return }
        entry.ends[place.index] = (verdict, answer)
        entry.left -= 1
        attempts[Int(place.attempt - first)] = .some(entry)
        if entry.left == 0 { ended.append(place.attempt) }
    }

    /// Every delivery without a verdict gets this one.
    mutating func settleAll(_ verdict: Verdict, answer: AttemptFacts.Answer = .none) {
        for offset in 0..<attempts.count {
            guard let entry = attempts[offset] ?? nil else { continue }
            for index in entry.ends.indices {
                settle(
                    Place(attempt: first + UInt64(offset), index: index), verdict, answer: answer)
            }
        }
    }

    /// Those that have ended since the last time, in the order in which they began.
    mutating func takeEnded() -> [AttemptEnd<AMQPTarget>] {
        guard !ended.isEmpty else { return [] }
        var taken: [AttemptEnd<AMQPTarget>] = []
        for number in ended.sorted() {
            guard let entry = open(number) else { continue }
            attempts[Int(number - first)] = .some(nil)
            taken.append(AttemptEnd(entry.attempt, each: entry.ends.compactMap { $0 }))
        }
        ended.removeAll(keepingCapacity: true)
        while !attempts.isEmpty, (attempts[0] ?? nil) == nil {
            _ = attempts.popFirst()
            first += 1
        }
        return taken
    }

    private func open(_ number: UInt64) -> Open? {
        guard number >= first, number - first < UInt64(attempts.count) else { return nil }
        return attempts[Int(number - first)] ?? nil
    }
}
