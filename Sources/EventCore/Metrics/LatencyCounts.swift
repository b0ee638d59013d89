/// How long something took, counted in fixed classes: adding is a few comparisons, and nothing is allocated.
struct LatencyCounts: Sendable {
    private var counts = InlineArray<17, UInt64>(repeating: 0)
    private var nanoseconds: UInt64 = 0

    /// The upper bounds of the classes, nanoseconds, each included in its class; what is longer is in the last one.
    private static let bounds: InlineArray<16, Int64> = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
        100_000_000, 250_000_000, 1_000_000_000, 2_500_000_000, 10_000_000_000, 60_000_000_000,
        600_000_000_000,
    ]

    /// Counts `times` things that took so long each; less than nothing counts as nothing.
    mutating func add(_ nanosecondsEach: Int64, times: Int = 1) {
        let each = max(0, nanosecondsEach)
        var place = 0
        while place < Self.bounds.count, each > Self.bounds[place] { place += 1 }
        counts[place] += UInt64(times)
        nanoseconds += UInt64(each) * UInt64(times)
    }

    /// All of it as a histogram of Prometheus has it.
    var view: LatencyHistogram {
        var sum: UInt64 = 0
        var buckets: [LatencyHistogram.Bucket] = []
        for place in 0..<Self.bounds.count {
            sum += counts[place]
            buckets.append(
                LatencyHistogram.Bucket(upTo: Double(Self.bounds[place]) / 1e9, count: sum))
        }
        return LatencyHistogram(
            buckets: buckets, count: sum + counts[Self.bounds.count],
            seconds: Double(nanoseconds) / 1e9)
    }
}

/// How often something took at most so long.
public struct LatencyHistogram: Sendable {
    /// One class and all those before it.
    public struct Bucket: Sendable {
        /// The longest that is counted here, seconds.
        public let upTo: Double
        /// How often it took no longer.
        public let count: UInt64
    }

    /// In the order of their bounds.
    public let buckets: [Bucket]
    /// How often in all.
    public let count: UInt64
    /// How long in all, seconds.
    public let seconds: Double
}
