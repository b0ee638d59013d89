import EventCore
import TestSupport
import Testing

@Suite struct SubscribeTests {
    @Test("the default lifetime is an hour; never and seconds are as asked")
    func lifetimes() throws {
        let bench = Bench()
        let now = bench.clock.now
        let hour = try bench.subscribe("manual:1")
        #expect(hour.expire == 3_600 && hour.ttlSeconds == 3_600)
        #expect(hour.expiresAt == now.wall + 3_600_000 && hour.createdAt == now.wall)
        let never = try bench.subscribe("manual:2", expire: .never)
        #expect(never.expire == nil && never.ttlSeconds == nil && never.expiresAt == nil)
        let year = try bench.subscribe("manual:3", expire: .seconds(31_536_000))
        #expect(year.ttlSeconds == 31_536_000)
    }

    @Test(
        "the same identity renews: id, creation and counters stay, deadline and options are replaced"
    )
    func renews() throws {
        let bench = Bench()
        let first = try bench.subscribe("manual:1#tag=1", expire: .seconds(10))
        try bench.raise()
        bench.clock.advance(seconds: 5)
        let reply = try bench.runner.run(
            .subscribe(
                SubscribeCommand(
                    event: "E_PIKE_BLOCKED", socket: "manual:1#tag=2", expire: .seconds(60),
                    createsEvent: false)))
        guard case .subscribed(let again, created: false) = reply else {
            return missed("not renewed")
        }
        #expect(again.id == first.id && again.createdAt == first.createdAt)
        #expect(again.socket == "manual:1#tag=2" && again.ttlSeconds == 60)
        #expect(again.deliveries.delivered == 1)
        try bench.raise()
        #expect(bench.transport.deliveries.map(\.tag) == [1, 2])
    }

    @Test("another event, scheme or address is another subscriber; a prefix is no match")
    func identities() throws {
        let bench = Bench()
        let sockets = ["manual:1", "manual:10", "other:1", "manual:a", "manual:ab"]
        var ids = try sockets.map { try bench.subscribe($0).id }
        ids += try sockets.map { try bench.subscribe($0, to: "E_OTHER").id }
        #expect(Set(ids).count == 10)
        #expect(
            try bench.subscribe("manual:key@a").id == ids[3], "secrets are no part of the identity")
    }

    @Test("a masked socket, pasted back, renews its subscriber and leaves options and secret")
    func maskedRenews() throws {
        let bench = Bench(journal: ManualJournal())
        func subscribe(_ socket: String, _ seconds: Int64) throws -> SubscriptionView? {
            let ticket = try bench.runner.start(
                .subscribe(
                    SubscribeCommand(
                        event: "E_X", socket: socket, expire: .seconds(seconds), createsEvent: true)
                ))
            bench.journal?.commit()
            guard case .success(.subscribed(let view, _)) = bench.runner.answer(to: ticket) else {
                return nil
            }
            return view
        }
        let first = try #require(try subscribe("manual:key@anna#tag=1", 10))
        let again = try #require(try subscribe("manual:***@anna#tag=2", 60))
        #expect(again.id == first.id && again.socket == first.socket && again.ttlSeconds == 60)
        guard case .put(let stored) = bench.journal?.committed.last else {
            return missed("a change in the journal")
        }
        #expect(stored.socket == "manual:key@anna#tag=1" && stored.expire == 60)
    }

    @Test("a masked socket makes no subscriber, and no event")
    func maskedIsNone() throws {
        let bench = Bench()
        let command = SubscribeCommand(
            event: "E_NEW", socket: "manual:***@anna", createsEvent: true)
        #expect(bench.error(of: .subscribe(command))?.code == .invalidSocket)
        let raise = RaiseCommand(event: "E_NEW", params: .none, createsEvent: false)
        #expect(bench.error(of: .raise(raise))?.code == .eventNotFound)
    }

    @Test("secrets are masked in every answer and told to the journal")
    func secrets() throws {
        let bench = Bench(journal: ManualJournal())
        let ticket = try bench.runner.start(
            .subscribe(
                SubscribeCommand(event: "E_X", socket: "manual:key@anna#tag=1", createsEvent: true))
        )
        bench.journal?.commit()
        guard case .success(.subscribed(let view, _)) = bench.runner.answer(to: ticket) else {
            return missed("not subscribed")
        }
        #expect(view.socket == "manual:***@anna#tag=1")
        #expect(
            bench.journal?.committed.contains { change in
                if case .put(let stored) = change {
                    stored.socket == "manual:key@anna#tag=1"
                } else {
                    false
                }
            } == true)
    }

    @Test("live at its deadline, gone one nanosecond later, without any timer")
    func expires() throws {
        let bench = Bench()
        let id = try bench.subscribe("manual:1", expire: .seconds(2)).id
        bench.clock.advance(seconds: 2)
        #expect(try bench.show(id).ttlSeconds == 0)
        #expect(try bench.raise().matched == 1)
        bench.clock.advance(nanoseconds: 1)
        #expect(try bench.raise().matched == 0)
        #expect(
            bench.error(of: .showSubscription(ShowSubscriptionCommand(id: id)))?.code
                == .subscriptionNotFound)
    }

    @Test("ttl is rounded up: a whole second is left until it is over")
    func ttl() throws {
        let bench = Bench()
        let id = try bench.subscribe("manual:1", expire: .seconds(2)).id
        bench.clock.advance(nanoseconds: 1)
        #expect(try bench.show(id).ttlSeconds == 2)
        bench.clock.advance(nanoseconds: 999_999_999)
        #expect(try bench.show(id).ttlSeconds == 1)
    }

    @Test(
        "expires_at is the same at every look, whatever the phases of the clocks; a set clock moves it"
    )
    func expiresAtIsSteady() throws {
        let bench = Bench()
        bench.clock.advance(nanoseconds: 999_999)
        let first = try bench.subscribe("manual:1", expire: .seconds(100))
        for _ in 0..<50 {
            bench.clock.advance(nanoseconds: 123_456_789)
            #expect(try bench.show(first.id).expiresAt == first.expiresAt)
        }
        let version = try bench.list(ListSubscribersCommand(limit: 1)).version
        bench.clock.setWall(byMilliseconds: 7_200_000)
        #expect(try bench.show(first.id).expiresAt == (first.expiresAt ?? 0) + 7_200_000)
        #expect(try bench.list(ListSubscribersCommand(limit: 1)).version != version)
        let ofEvent = ListSubscribersCommand(event: "E_PIKE_BLOCKED", limit: 1)
        #expect(try bench.list(ofEvent).version != version)
        #expect(try bench.show(first.id).ttlSeconds == 94, "deadlines go by the other clock")
    }

    @Test("expire 0 unsubscribes, and is no error where nobody was subscribed")
    func expireZero() throws {
        let bench = Bench()
        try bench.subscribe("manual:1")
        let end = Command.subscribe(
            SubscribeCommand(
                event: "E_PIKE_BLOCKED", socket: "manual:1#tag=9", expire: .seconds(0),
                createsEvent: false))
        guard case .unsubscribed(existed: true) = try bench.runner.run(end),
            case .unsubscribed(existed: false) = try bench.runner.run(end)
        else { return missed("not unsubscribed") }
        #expect(try bench.raise().matched == 0)
    }

    @Test("PATCH renews by id and keeps the options; permanent both ways")
    func renewByID() throws {
        let bench = Bench()
        let id = try bench.subscribe("manual:1#tag=4", expire: .seconds(5)).id
        _ = try bench.runner.run(.renew(RenewCommand(id: id, expire: .never)))
        bench.clock.advance(seconds: 1_000_000)
        #expect(try bench.show(id).expire == nil)
        _ = try bench.runner.run(.renew(RenewCommand(id: id, expire: .seconds(7))))
        let view = try bench.show(id)
        #expect(view.expire == 7 && view.socket == "manual:1#tag=4")
    }

    @Test("the next deadline is never announced too late")
    func nextDeadline() throws {
        let bench = Bench()
        #expect(bench.interface.nextDeadlineBound() == nil)
        try bench.subscribe("manual:1", expire: .never)
        #expect(bench.interface.nextDeadlineBound() == nil)
        try bench.subscribe("manual:2", expire: .seconds(3))
        while let bound = bench.interface.nextDeadlineBound() {
            let left = bound - bench.clock.now.boot
            #expect(left > 0, "a timer that is armed by it makes progress")
            bench.clock.advance(nanoseconds: left)
            bench.interface.expire(at: bench.clock.now)
        }
        #expect(bench.clock.now.boot == 3_600_000_000_000 + 3_000_000_001)
    }
}
