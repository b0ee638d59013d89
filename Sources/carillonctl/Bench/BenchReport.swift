import WireFormats

/// What a benchmark found.
struct BenchReport {
    var raised = 0
    var subscribers: Int
    var received = 0
    /// From the first raise to the last.
    var nanoseconds: Int64 = 0
    /// From before a raise was sent to the arrival of each of its notifications, in nanoseconds, sorted.
    var latencies: [Int64] = []

    /// Notifications that should have come.
    var expected: Int { raised * subscribers }
    /// Those that did not.
    var lost: Int { max(0, expected - received) }

    private var seconds: Double { max(Double(nanoseconds) / 1e9, 1e-9) }

    /// The latency that this share of the notifications did not exceed, in microseconds.
    func percentile(_ share: Double) -> Double {
        guard !latencies.isEmpty else { return 0 }
        let index = Int((share * Double(latencies.count)).rounded(.up)) - 1
        return Double(latencies[min(max(0, index), latencies.count - 1)]) / 1_000
    }

    /// For people.
    var facts: [(name: String, value: String)] {
        let share = expected == 0 ? 0 : Double(lost) * 100 / Double(expected)
        return [
            (
                "raised",
                "\(raised) in \(Decimal.text(seconds, digits: 2)) s (\(Int(Double(raised) / seconds))/s)"
            ),
            ("notifications", "\(received) of \(expected) (\(Int(Double(received) / seconds))/s)"),
            ("lost", "\(lost) (\(Decimal.text(share, digits: 3)) %)"),
            ("p50", "\(Decimal.text(percentile(0.5), digits: 0)) µs"),
            ("p99", "\(Decimal.text(percentile(0.99), digits: 0)) µs"),
            ("longest", "\(Decimal.text(percentile(1), digits: 0)) µs"),
        ].map { (name: $0.0, value: $0.1) }
    }

    /// For programs.
    var json: JSON {
        [
            "raised": .integer(Int64(raised)), "seconds": .number(seconds),
            "subscribers": .integer(Int64(subscribers)),
            "expected": .integer(Int64(expected)), "received": .integer(Int64(received)),
            "lost": .integer(Int64(lost)),
            "raises_per_second": .number(Double(raised) / seconds),
            "notifications_per_second": .number(Double(received) / seconds),
            "p50_microseconds": .number(percentile(0.5)),
            "p99_microseconds": .number(percentile(0.99)),
            "longest_microseconds": .number(percentile(1)),
        ]
    }
}
