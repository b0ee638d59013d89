import Testing

@testable import EventCore

@Suite struct LatencyCountsTests {
    @Test("each time is in the first class whose bound it does not exceed, and in all after it")
    func classes() {
        var counts = LatencyCounts()
        counts.add(50_000)
        counts.add(50_001, times: 2)
        counts.add(700_000_000_000)
        let view = counts.view
        #expect(view.count == 4)
        #expect(view.buckets.first?.count == 1)
        #expect(view.buckets.dropFirst().allSatisfy { $0.count == 3 })
        #expect(abs(view.seconds - (0.000_05 + 0.000_100_002 + 700)) < 1e-9)
    }

    @Test("bounds ascend, and a clock that stood still or went back counts as no time at all")
    func bounds() {
        var counts = LatencyCounts()
        counts.add(0)
        counts.add(-5)
        let view = counts.view
        #expect(view.buckets.map(\.upTo) == view.buckets.map(\.upTo).sorted())
        #expect(Set(view.buckets.map(\.upTo)).count == view.buckets.count)
        #expect(view.buckets.first?.count == 2)
        #expect(view.seconds == 0)
    }
}
