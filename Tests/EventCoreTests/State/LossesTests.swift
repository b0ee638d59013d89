import Testing

@testable import EventCore

@Suite struct LossesTests {
    @Test("every reason has its own counter, in the order of its enumeration")
    func places() {
        #expect(FailureReason.allCases.map(\.place) == Array(0..<FailureReason.allCases.count))
        #expect(DropReason.allCases.map(\.place) == Array(0..<DropReason.allCases.count))
        var losses = Losses()
        for (count, reason) in FailureReason.allCases.enumerated() {
            losses[reason] = UInt64(count + 1)
        }
        for (count, reason) in DropReason.allCases.enumerated() {
            losses[reason] = UInt64(count + 100)
        }
        for (count, reason) in FailureReason.allCases.enumerated() {
            #expect(losses[reason] == UInt64(count + 1))
        }
        for (count, reason) in DropReason.allCases.enumerated() {
            #expect(losses[reason] == UInt64(count + 100))
        }
        let counts = DeliveryCounts(matched: 1_000, delivered: 1, losses: losses)
        #expect(counts.failed + counts.dropped == losses.total)
        #expect(counts.pending == 1_000 - 1 - losses.total)
        #expect(counts.failedBy.map(\.reason) == FailureReason.allCases)
    }
}
