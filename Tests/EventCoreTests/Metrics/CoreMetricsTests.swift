import EventCore
import TestSupport
import Testing

@Suite("Metrics of the core")
struct CoreMetricsTests {
    private func metrics(_ bench: Bench, by caller: Identity = .anonymous) throws -> CoreMetrics {
        let reply = try bench.runner.run(
            .metrics(MetricsCommand()), by: Caller(caller, from: "test"))
        guard case .metrics(let metrics) = reply else { throw Bench.Unexpected(reply) }
        return metrics
    }

    @Test(
        "deliveries count for the transport that had them, also when their subscription has ended")
    func byTransport() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        let id = try bench.subscribe("manual:1").id
        try bench.subscribe("other:1")
        try bench.raise()
        let subscription = try #require(bench.transport.deliveries.first?.subscription)
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: id)))
        // Its place goes to a subscription of another transport.
        try bench.subscribe("other:2")
        bench.transport.settle([
            DeliveryResult(subscription: subscription, outcome: .failed(.status))
        ])
        let counted = try metrics(bench).transports
        #expect(counted.map(\.name) == ["manual", "other"])
        #expect(counted[0].deliveries.failedBy.map(\.reason) == [.status])
        #expect(counted[0].deliveries.pending == 0)
        #expect(counted[1].deliveries.delivered == 1)
        #expect(counted[1].deliveries.failed == 0)
        #expect(counted.map(\.subscriptions) == [0, 2])
    }

    @Test(
        "the oldest pending delivery and the time that deliveries take are counted from the raise")
    func times() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        try bench.subscribe("manual:1")
        let raised = bench.clock.now.boot
        try bench.raise()
        bench.clock.advance(nanoseconds: 3_000_000_000)
        #expect(try metrics(bench).transports[0].oldestPendingSeconds == 3)
        let subscription = try #require(bench.transport.deliveries.first?.subscription)
        bench.transport.settle([
            DeliveryResult(subscription: subscription, outcome: .delivered, raised: raised)
        ])
        let ended = try metrics(bench).transports[0]
        #expect(ended.oldestPendingSeconds == nil)
        #expect(ended.latency.count == 1)
        #expect(ended.latency.seconds == 3)
        #expect(try metrics(bench).raises.count == 1)
    }

    @Test("what was tried is in the histogram, what was dropped is not")
    func histogram() throws {
        let bench = Bench(
            transport: ManualTransport { _, target in
                switch target.packed {
                case 1: .delivered
                case 2: .failed(.refused)
                default: .dropped(.queueFull)
                }
            })
        for number in 1...3 { try bench.subscribe("manual:\(number)") }
        for _ in 0..<5 { try bench.raise() }
        let counted = try metrics(bench).transports[0]
        #expect(counted.latency.count == 10)
        #expect(counted.deliveries.delivered + counted.deliveries.failed == 10)
        #expect(counted.deliveries.dropped == 5)
        #expect(counted.deliveries.pending == 0)
    }

    @Test(
        "so many events have a number of their own, the first that were raised; the others have one"
    )
    func events() throws {
        let bench = Bench { $0.eventsInMetricsMax = 2 }
        for event in ["E_B", "E_A", "E_B", "E_C"] { try bench.raise(event) }
        let counted = try metrics(bench)
        #expect(counted.events.map(\.name) == ["E_B", "E_A"])
        #expect(counted.events.map(\.occurrences) == [2, 1])
        #expect(counted.otherOccurrences == 1)
    }

    @Test("whoever may read some events sees the names of those alone, and the sum of all")
    func limited() throws {
        let bench = Bench()
        for event in ["E_A", "E_B"] { try bench.raise(event) }
        let glob = try #require(EventGlob("E_A*"))
        let counted = try metrics(
            bench, by: Identity(name: "board", grants: [Grant(.read, events: [glob])]))
        #expect(counted.events.map(\.name) == ["E_A"])
        #expect(counted.otherOccurrences == 1)
        #expect(throws: CommandError.self) {
            try metrics(bench, by: Identity(name: "horn", grants: [Grant(.raise)]))
        }
    }

    @Test("an event whose creation was taken back has no number of its own")
    func takenBack() throws {
        let journal = ManualJournal()
        let bench = Bench(journal: journal)
        try bench.raise("E_NEW")
        journal.fail()
        #expect(try metrics(bench).events.isEmpty)
        try bench.raise("E_OTHER")
        #expect(try metrics(bench).events.map(\.name) == ["E_OTHER"])
    }
}
