import EventCore
import TestSupport
import Testing

/// What is answered when, and what a failed commit leaves behind.
@Suite struct JournalTests {
    private let bench = Bench(journal: ManualJournal())
    private var journal: ManualJournal { bench.journal ?? ManualJournal() }

    private func subscribe(
        _ socket: String, to event: String = "E_PIKE_BLOCKED", expire: ExpireRequest = .default
    ) -> Command {
        .subscribe(
            SubscribeCommand(event: event, socket: socket, expire: expire, createsEvent: true))
    }

    private func sockets() throws -> [String] {
        try bench.list(ListSubscribersCommand(limit: 100)).subscriptions.map(\.socket)
    }

    private func isAnswered(_ ticket: CommandRunner.Ticket) -> Bool {
        bench.runner.answer(to: ticket) != nil
    }

    @Test("an answer goes out when its change is durable, not before, and in order")
    func waits() throws {
        let first = try bench.runner.start(subscribe("manual:1"))
        let second = try bench.runner.start(subscribe("manual:2"))
        #expect(!isAnswered(first))
        journal.commit(1)
        #expect(isAnswered(first) && !isAnswered(second))
        journal.commit(1)
        #expect(isAnswered(second))
    }

    @Test("what is over need not be waited for, and is told to the journal")
    func expired() throws {
        _ = try bench.runner.start(subscribe("manual:1", expire: .seconds(1)))
        journal.commit()
        bench.clock.advance(seconds: 2)
        bench.interface.expire(at: bench.clock.now)
        guard case .expired(let ids) = journal.waiting.last else { return missed(".expired") }
        #expect(ids == [1])
    }

    @Test(
        "created and removed before the failed commit: nothing is left (it came back in another slot once)"
    )
    func createdAndRemoved() throws {
        let created = try bench.runner.start(subscribe("manual:1"))
        let removed = try bench.runner.start(.unsubscribe(UnsubscribeCommand(id: 1)))
        journal.fail()
        #expect(isAnswered(created) && isAnswered(removed))
        #expect(try sockets() == [])
        #expect(try bench.raise().matched == 0)
    }

    @Test(
        "a removal that failed: the subscription goes on as before, counters and place in the list included"
    )
    func removed() throws {
        for number in 1...3 {
            _ = try bench.runner.start(subscribe("manual:\(number)#tag=\(number)"))
        }
        journal.commit()
        try bench.raise()
        let before = try bench.show(2)
        _ = try bench.runner.start(.unsubscribe(UnsubscribeCommand(id: 2)))
        try bench.raise()
        journal.fail()
        #expect(try sockets() == ["manual:3#tag=3", "manual:2#tag=2", "manual:1#tag=1"])
        let after = try bench.show(2)
        #expect(after.deliveries == before.deliveries && after.expiresAt == before.expiresAt)
        bench.transport.settle([])
        try bench.raise()
        #expect(bench.transport.deliveries.map(\.packed) == [3, 2, 1, 3, 1, 3, 2, 1])
    }

    @Test("a renewal that failed: deadline, options and secrets are the old ones")
    func renewed() throws {
        _ = try bench.runner.start(subscribe("manual:old@anna#tag=1", expire: .seconds(100)))
        journal.commit()
        _ = try bench.runner.start(subscribe("manual:new@anna#tag=2", expire: .seconds(5)))
        _ = try bench.runner.start(.renew(RenewCommand(id: 1, expire: .never)))
        journal.fail()
        let view = try bench.show(1)
        #expect(view.expire == 100 && view.socket == "manual:***@anna#tag=1")
        bench.clock.advance(seconds: 50)
        try bench.raise()
        #expect(bench.transport.deliveries.map(\.tag) == [1])
        _ = try bench.runner.start(.renew(RenewCommand(id: 1, expire: .seconds(7))))
        guard case .put(let stored) = journal.waiting.last else { return missed(".put") }
        #expect(stored.socket == "manual:old@anna#tag=1")
    }

    @Test(
        "events that could not be stored go again, whoever created them, and a full disk never uses up the limit"
    )
    func events() throws {
        let bench = Bench(journal: ManualJournal()) {
            $0.eventsMax = OpenSIPSEvents.catalogue.count + 2
        }
        let before = try bench.events().events.count
        for turn in 0..<50 {
            try bench.raise("E_RAISED\(turn)")
            _ = try bench.runner.start(.publish(PublishCommand(event: "E_PUBLISHED\(turn)")))
            bench.journal?.fail()
            #expect(try bench.events().events.count == before)
        }
        _ = try bench.runner.start(.publish(PublishCommand(event: "E_DOOR")))
        bench.journal?.commit()
        #expect(try bench.events().events.last?.number == UInt32(before))
    }

    @Test("an event with a subscriber, both uncommitted, goes with it")
    func eventWithSubscriber() throws {
        _ = try bench.runner.start(subscribe("manual:1", to: "E_DOOR"))
        journal.commit(1)
        journal.fail()
        #expect(try sockets() == [])
        #expect(bench.error(of: .showEvent(ShowEventCommand(event: "E_DOOR"))) == nil)
        _ = try bench.runner.start(subscribe("manual:1", to: "E_GATE"))
        journal.fail()
        #expect(
            bench.error(of: .showEvent(ShowEventCommand(event: "E_GATE")))?.code == .eventNotFound)
    }

    @Test("'was not there' and 'is there' wait for the change that they tell of")
    func followers() throws {
        _ = try bench.runner.start(subscribe("manual:1"))
        journal.commit()
        _ = try bench.runner.start(.unsubscribe(UnsubscribeCommand(id: 1)))
        let absent = try bench.runner.start(subscribe("manual:1", expire: .seconds(0)))
        _ = try bench.runner.start(.publish(PublishCommand(event: "E_DOOR")))
        let there = try bench.runner.start(.publish(PublishCommand(event: "E_DOOR")))
        #expect(!isAnswered(absent) && !isAnswered(there))
        journal.commit(1)
        #expect(isAnswered(absent) && !isAnswered(there))
        journal.fail()
        guard case .failure(let error) = bench.runner.answer(to: there) else {
            return missed("a failure")
        }
        #expect(error.code == .insufficientStorage)
        _ = try bench.runner.run(subscribe("manual:1", expire: .seconds(0)))
    }

    @Test("uncommittedChangesMax: one more change is store_unavailable, and reading goes on")
    func limit() throws {
        let bench = Bench(journal: ManualJournal()) { $0.uncommittedChangesMax = 2 }
        for number in 1...2 { _ = try bench.runner.start(subscribe("manual:\(number)")) }
        for command in [
            subscribe("manual:3"), subscribe("manual:1", expire: .seconds(0)),
            subscribe("manual:9", expire: .seconds(0)), .unsubscribe(UnsubscribeCommand(id: 1)),
            .renew(RenewCommand(id: 1, expire: .never)), .publish(PublishCommand(event: "E_DOOR")),
            .publish(PublishCommand(event: "E_PIKE_BLOCKED")),
        ] {
            #expect(bench.error(of: command)?.code == .storeUnavailable)
        }
        #expect(try bench.raise().matched == 2)
        bench.journal?.commit()
        _ = try bench.runner.start(subscribe("manual:3"))
    }

    @Test("two removals that are put back, and one that is not: only as many as failed")
    func group() throws {
        for number in 1...50 { _ = try bench.runner.start(subscribe("manual:\(100 + number)")) }
        journal.commit()
        let all = try sockets()
        for id: UInt64 in [10, 20, 30] {
            _ = try bench.runner.start(.unsubscribe(UnsubscribeCommand(id: id)))
        }
        journal.commit(1)
        journal.fail()
        #expect(try sockets() == all.filter { $0 != "manual:110" })
    }
}
