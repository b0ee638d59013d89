internal import EventCore

/// Which lines are kept back because the same has just been said: warnings and errors, the first few of each in a while;
/// then one line with the number of the others. A value without clock: time is an argument.
struct RepeatedLines {
    private struct Known {
        var since: Int64
        var count = 0
        var held = 0
    }

    private var known: [String: Known] = [:]

    /// So many lines with the same words go out in one while.
    static let linesMax = 5
    /// How long a while is, nanoseconds.
    static let windowNanoseconds: Int64 = 10_000_000_000
    /// Most words that are remembered; the oldest while then ends early.
    static let wordsMax = 256

    /// What is to be done with a line.
    enum Verdict: Equatable {
        case write
        /// It was counted. `first`: the first that is, whose sum is to be asked for at the end of the while.
        case hold(first: Bool)
    }

    /// A line with these words comes now.
    mutating func take(_ words: String, at now: Int64) -> Verdict {
        var one = known[words] ?? Known(since: now)
        // What is held back ends with its sum, not by time alone: so nothing is told twice.
        if one.held == 0, now - one.since >= Self.windowNanoseconds { one = Known(since: now) }
        one.count += 1
        defer { known[words] = one }
        guard one.count > Self.linesMax else {
            if known[words] == nil { makeRoom() }
            return .write
        }
        one.held += 1
        return .hold(first: one.held == 1)
    }

    /// How many lines with these words were kept back; from now on they begin anew.
    mutating func sum(_ words: String) -> Int {
        known.removeValue(forKey: words)?.held ?? 0
    }

    private mutating func makeRoom() {
        guard known.count >= Self.wordsMax else { return }
        let oldest = known.filter { $0.value.held == 0 }.min { $0.value.since < $1.value.since }
        if let oldest { known[oldest.key] = nil }
    }
}
