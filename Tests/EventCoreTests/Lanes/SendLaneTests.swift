import EventCore
import TestSupport
import Testing

@Suite struct SendLaneTests {
    private func outcomes(_ view: SubscriptionView) -> [String] {
        [
            "\(view.deliveries.matched)", "\(view.deliveries.delivered)",
            "\(view.deliveries.pending)",
        ]
            + view.deliveries.droppedBy.map { "\($0.reason.rawValue)=\($0.count)" }
    }

    @Test("a small fan-out is sent before the raise is answered")
    func inline() throws {
        let bench = Bench()
        for number in 1...3 { try bench.subscribe("manual:\(number)") }
        try bench.raise()
        #expect(bench.transport.deliveries.map(\.packed) == [3, 2, 1])
        #expect(bench.transport.scheduledCount == 0)
    }

    @Test(
        "inlineDeliveriesMax: one more subscriber goes to the transport's queue, and the answer waits for it"
    )
    func large() throws {
        let bench = Bench {
            $0.inlineDeliveriesMax = 4
            $0.sliceDeliveriesMax = 2
        }
        for number in 1...4 { try bench.subscribe("manual:\(number)") }
        try bench.raise()
        #expect(bench.transport.takeDeliveries().count == 4)
        try bench.subscribe("manual:5")
        let ticket = try bench.runner.start(
            .raise(RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: false)))
        #expect(bench.runner.answer(to: ticket) == nil && bench.transport.deliveries.isEmpty)
        bench.transport.runScheduled()
        #expect(bench.transport.deliveries.map(\.packed) == [5, 4, 3, 2, 1])
        guard case .success(.raised(let receipt)) = bench.runner.answer(to: ticket) else {
            return missed("an answer")
        }
        #expect(receipt.matched == 5)
    }

    @Test("raises behind a large one wait in its lane, in order; other transports are not delayed")
    func order() throws {
        let bench = Bench { $0.inlineDeliveriesMax = 2 }
        for number in 1...3 { try bench.subscribe("manual:\(number)", to: "E_LARGE") }
        try bench.subscribe("manual:1", to: "E_SMALL")
        try bench.subscribe("other:1", to: "E_SMALL")
        _ = try bench.runner.start(
            .raise(RaiseCommand(event: "E_LARGE", params: .none, createsEvent: false)))
        _ = try bench.runner.start(
            .raise(RaiseCommand(event: "E_SMALL", params: .none, createsEvent: false)))
        #expect(bench.transport.deliveries.isEmpty && bench.other.deliveries.count == 1)
        bench.transport.runScheduled()
        #expect(bench.transport.deliveries.map(\.sequence) == [1, 1, 1, 2])
    }

    @Test("sliceDeliveriesMax: no call of deliver gets more")
    func slices() throws {
        let sizes = SliceSizes()
        let bench = Bench(transport: ManualTransport { _, _ in .delivered }) {
            $0.sliceDeliveriesMax = 2
        }
        let transport = SlicedTransport(sizes)
        let interface = EventInterface(
            transports: [transport],
            limits: {
                var limits = CoreLimits()
                limits.sliceDeliveriesMax = 2
                return limits
            }(), clock: { bench.clock.now })
        let runner = CommandRunner(interface, bench.clock)
        for number in 1...5 {
            _ = try runner.run(
                .subscribe(
                    SubscribeCommand(event: "E_X", socket: "sliced:\(number)", createsEvent: true)))
        }
        _ = try runner.run(.raise(RaiseCommand(event: "E_X", params: .none, createsEvent: false)))
        #expect(sizes.all == [2, 2, 1])
    }

    @Test(
        "laneOccurrencesMax: what comes later is dropped(queue_full), counted exactly, and answered at once"
    )
    func overflow() throws {
        let bench = Bench {
            $0.inlineDeliveriesMax = 1
            $0.laneOccurrencesMax = 3
        }
        let first = try bench.subscribe("manual:1")
        let second = try bench.subscribe("manual:2")
        for _ in 0..<3 {
            let raise = RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: false)
            _ = try bench.runner.start(.raise(raise))
        }
        for _ in 0..<4 { #expect(try bench.raise().matched == 2) }
        #expect(try outcomes(bench.show(first.id)) == ["7", "0", "3", "queue_full=4"])
        bench.transport.runScheduled()
        for id in [first.id, second.id] {
            #expect(try outcomes(bench.show(id)) == ["7", "3", "0", "queue_full=4"])
        }
        #expect(try bench.statistic("dropped_queue_full") == 8)
        #expect(try bench.statistic("pending") == 0)
    }

    @Test("who unsubscribes or expires while waiting gets nothing; totals say why")
    func endsWhileWaiting() throws {
        let bench = Bench { $0.inlineDeliveriesMax = 1 }
        let stays = try bench.subscribe("manual:1", expire: .never)
        let leaves = try bench.subscribe("manual:2", expire: .never)
        try bench.subscribe("manual:3", expire: .seconds(5))
        let raise = RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: false)
        _ = try bench.runner.start(.raise(raise))
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: leaves.id)))
        bench.clock.advance(nanoseconds: 5_000_000_001)
        bench.transport.runScheduled()
        #expect(bench.transport.deliveries.map(\.packed) == [1])
        #expect(try bench.statistic("dropped_unsubscribed") == 1)
        #expect(try bench.statistic("dropped_expired") == 1)
        #expect(try outcomes(bench.show(stays.id)) == ["1", "1", "0"])
    }

    @Test("subscribing again while an occurrence waits does not get it: it is another subscription")
    func resubscribed() throws {
        let bench = Bench { $0.inlineDeliveriesMax = 1 }
        try bench.subscribe("manual:1")
        let again = try bench.subscribe("manual:2")
        let raise = RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: false)
        _ = try bench.runner.start(.raise(raise))
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: again.id)))
        let new = try bench.subscribe("manual:2")
        bench.transport.runScheduled()
        #expect(bench.transport.deliveries.map(\.packed) == [1])
        #expect(try outcomes(bench.show(new.id)) == ["0", "0", "0"])
    }

    @Test(
        "a transport that keeps deliveries settles them later, also for those that ended meanwhile")
    func settledLater() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        let stays = try bench.subscribe("manual:1")
        let leaves = try bench.subscribe("manual:2")
        try bench.raise()
        #expect(try outcomes(bench.show(stays.id)) == ["1", "0", "1"])
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: leaves.id)))
        let references = bench.transport.deliveries.map(\.subscription)
        #expect(references.map { bench.transport.mayStart($0) } == [.unsubscribed, nil])
        bench.transport.settle([
            DeliveryResult(subscription: references[0], outcome: .dropped(.unsubscribed)),
            DeliveryResult(subscription: references[1], outcome: .delivered),
        ])
        #expect(try outcomes(bench.show(stays.id)) == ["1", "1", "0"])
        #expect(try bench.statistic("pending") == 0)
    }

    @Test(
        "stop ends what waits in a lane as dropped(stopped), answers who waits, and takes nothing in any more"
    )
    func stop() throws {
        let bench = Bench { $0.inlineDeliveriesMax = 1 }
        let id = try bench.subscribe("manual:1").id
        try bench.subscribe("manual:2")
        let raise = RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: false)
        let ticket = try bench.runner.start(.raise(raise))
        bench.interface.stop(drainMilliseconds: 70)
        #expect(bench.transport.drains == [70])
        #expect(bench.runner.answer(to: ticket) != nil)
        #expect(try bench.raise().matched == 2)
        bench.transport.runScheduled()
        #expect(bench.transport.deliveries.isEmpty)
        #expect(try outcomes(bench.show(id)) == ["2", "0", "0", "stopped=2"])
        #expect(try bench.statistic("pending") == 0)
    }
}
