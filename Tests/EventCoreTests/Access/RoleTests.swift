import EventCore
import TestSupport
import Testing

@Suite("Who may")
struct RoleTests {
    private let bench = Bench()

    private func caller(_ name: String = "board", _ grants: Grant...) -> Caller {
        Caller(Identity(name: name, grants: grants), from: "here")
    }

    private func glob(_ text: String) throws -> EventGlob {
        try #require(EventGlob(text))
    }

    /// The code with which a command is refused; nil when it is not.
    private func refusal(_ command: Command, by caller: Caller) -> CommandError.Code? {
        do {
            _ = try bench.runner.run(command, by: caller)
            return nil
        } catch {
            return (error as? CommandError)?.code
        }
    }

    private func subscribing(to event: String = "E_PIKE_BLOCKED") -> Command {
        .subscribe(SubscribeCommand(event: event, socket: "manual:9", createsEvent: true))
    }

    private func raising(_ event: String) -> Command {
        .raise(RaiseCommand(event: event, params: .none, createsEvent: true))
    }

    /// Every command, and the one role that may give it besides admin; nil = any.
    private func everything(_ id: UInt64) -> [(Command, Role?)] {
        [
            (subscribing(), .subscribe),
            (.renew(RenewCommand(id: id, expire: .seconds(5))), .subscribe),
            (.showSubscription(ShowSubscriptionCommand(id: id)), .read),
            (.listSubscribers(ListSubscribersCommand(limit: 5)), .read),
            (.listSubscribers(ListSubscribersCommand(event: "E_PIKE_BLOCKED", limit: 5)), .read),
            (.listEvents(ListEventsCommand(limit: 5)), .read),
            (.showEvent(ShowEventCommand(event: "E_PIKE_BLOCKED")), .read),
            (.statistics(StatisticsCommand(names: ["all"])), .read),
            (.publish(PublishCommand(event: "E_NEW")), .raise),
            (raising("E_PIKE_BLOCKED"), .raise),
            (.which(WhichCommand()), nil), (.help(HelpCommand(name: "which")), nil),
            (.version, nil),
            (.uptime, nil),
            (.unsubscribe(UnsubscribeCommand(id: id)), .subscribe),
        ]
    }

    @Test("each role may do its part and no other, an admin everything, nobody nothing")
    func roles() throws {
        for role in Role.allCases {
            let id = try bench.subscribe("manual:1").id
            for (command, needed) in everything(id) {
                let may = role == .admin || needed == nil || needed == role
                #expect(
                    refusal(command, by: caller("board", Grant(role))) == (may ? nil : .forbidden),
                    "\(role) \(command)")
            }
            for (command, _) in everything(id) {
                #expect(refusal(command, by: Caller(.nobody, from: "x")) == .forbidden)
            }
        }
    }

    @Test("a command that is refused has no effect")
    func noEffect() throws {
        #expect(refusal(raising("E_NEW"), by: caller("board", Grant(.read))) == .forbidden)
        #expect(try bench.events().events.contains { $0.description.name == "E_NEW" } == false)
        #expect(refusal(subscribing(), by: caller("board", Grant(.read))) == .forbidden)
        #expect(try bench.list(ListSubscribersCommand(limit: 9)).subscriptions.isEmpty)
    }

    @Test("a role for some events is for these only, by name and by subscription")
    func globs() throws {
        let own = try bench.subscribe("manual:1", to: "E_UL_AOR_INSERT").id
        let other = try bench.subscribe("manual:1", to: "E_PIKE_BLOCKED").id
        let limited = caller(
            "board", Grant(.subscribe, events: [try glob("E_UL_*"), try glob("E_X")]),
            Grant(.read, events: [try glob("E_UL_*")]), Grant(.raise))
        #expect(refusal(subscribing(to: "E_UL_NEW"), by: limited) == nil)
        #expect(refusal(subscribing(to: "E_X"), by: limited) == nil)
        #expect(refusal(subscribing(to: "E_PIKE_BLOCKED"), by: limited) == .forbidden)
        #expect(refusal(raising("E_PIKE_BLOCKED"), by: limited) == nil)
        #expect(refusal(.showEvent(ShowEventCommand(event: "E_X")), by: limited) == .forbidden)
        for (id, expected) in [(own, nil), (other, .forbidden), (99, .subscriptionNotFound)]
            as [(UInt64, CommandError.Code?)]
        {
            #expect(
                refusal(.showSubscription(ShowSubscriptionCommand(id: id)), by: limited) == expected
            )
            #expect(
                refusal(.renew(RenewCommand(id: id, expire: .seconds(9))), by: limited) == expected)
            #expect(refusal(.unsubscribe(UnsubscribeCommand(id: id)), by: limited) == expected)
        }
        #expect(try bench.show(other).expire == 3_600)
    }

    @Test("listings show the events that the caller may read")
    func listings() throws {
        for event in ["E_UL_AOR_INSERT", "E_PIKE_BLOCKED", "E_UL_AOR_DELETE"] {
            try bench.subscribe("manual:1", to: event)
        }
        let limited = caller("board", Grant(.read, events: [try glob("E_UL_*")]))
        let reply = try bench.runner.run(
            .listSubscribers(ListSubscribersCommand(limit: 10)), by: limited)
        guard case .subscriptions(let page) = reply else { return missed("subscriptions") }
        #expect(page.subscriptions.map(\.event) == ["E_UL_AOR_DELETE", "E_UL_AOR_INSERT"])
        let events = try bench.runner.run(.listEvents(ListEventsCommand(limit: .max)), by: limited)
        guard case .events(let list) = events else { return missed("events") }
        #expect(!list.events.isEmpty)
        #expect(list.events.allSatisfy { $0.description.name.hasPrefix("E_UL_") })
    }

    @Test("E_CORE_ and E_EVI_ are passed on by an admin with a name, for the events of the role")
    func reserved() throws {
        let event = "E_CORE_THRESHOLD"
        #expect(refusal(raising(event), by: Caller(.anonymous, from: "x")) == .eventReserved)
        #expect(refusal(raising(event), by: caller("proxy", Grant(.raise))) == .eventReserved)
        #expect(refusal(raising(event), by: caller("proxy", Grant(.admin))) == nil)
        #expect(refusal(raising("E_CORE_NEWER"), by: caller("proxy", Grant(.admin))) == nil)
        let core = caller("proxy", Grant(.admin, events: [try glob("E_CORE_*")]))
        #expect(refusal(raising(event), by: core) == nil)
        #expect(refusal(raising("E_EVI_X"), by: core) == .forbidden)
        #expect(
            refusal(.publish(PublishCommand(event: "E_EVI_X")), by: Caller(.anonymous, from: "x"))
                == .eventReserved)
    }

    @Test("a subscription knows who made it; renewing by another does not change that")
    func createdBy() throws {
        let made = try bench.runner.run(subscribing(), by: caller("first", Grant(.subscribe)))
        guard case .subscribed(let view, _) = made else { return missed("subscribed") }
        #expect(view.createdBy == "first")
        _ = try bench.runner.run(subscribing(), by: caller("second", Grant(.subscribe)))
        #expect(try bench.show(view.id).createdBy == "first")
        #expect(try bench.subscribe("manual:1").createdBy == nil)
    }

    @Test(
        "who made it is told to the journal, comes back with a restart, and when its end is taken back"
    )
    func durable() throws {
        let journal = ManualJournal()
        let bench = Bench(journal: journal)
        let ticket = try bench.runner.start(subscribing(), by: caller("first", Grant(.subscribe)))
        journal.commit()
        guard case .success(.subscribed(let view, _))? = bench.runner.answer(to: ticket) else {
            return missed("subscribed")
        }
        let stored = journal.committed.compactMap { change -> StoredSubscription? in
            if case .put(let stored) = change { stored } else { nil }
        }
        #expect(stored.map(\.createdBy) == ["first"])
        _ = try bench.runner.start(.unsubscribe(UnsubscribeCommand(id: view.id)))
        journal.fail(.full)
        #expect(try bench.show(view.id).createdBy == "first")

        let restarted = Bench()
        let back = try #require(stored.first)
        #expect(try restarted.interface.restore(back, at: restarted.clock.now))
        #expect(try restarted.show(view.id).createdBy == "first")
        #expect(try restarted.show(view.id).createdAt == view.createdAt)
    }

    @Test(
        "names of callers are plain",
        arguments: [
            ("board", true), ("a.b-c_d@e", true), ("uid:0", true), ("7", true), ("", false),
            ("-", false), (".a", false), ("a b", false), ("a\n", false), ("ä", false),
            (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
        ])
    func names(name: String, isGood: Bool) {
        #expect(Identity.isValidName(name) == isGood)
    }
}
