import EventCore
import TestSupport
import Testing

/// Subscriptions that end with the process: a script's, and those of a transport that keeps none.
@Suite("Volatile subscriptions")
struct VolatileTests {
    private let bench = Bench(journal: ManualJournal())
    private var journal: ManualJournal { bench.journal ?? ManualJournal() }

    private func subscribe(
        _ socket: String, byScript: Bool = true, expire: ExpireRequest = .never
    ) -> Command {
        var command = SubscribeCommand(
            event: "E_PIKE_BLOCKED", socket: socket, expire: expire, createsEvent: true)
        command.isVolatile = byScript
        return .subscribe(command)
    }

    private func view(_ reply: CommandReply) throws -> SubscriptionView {
        guard case .subscribed(let view, _) = reply else { throw Bench.Unexpected(reply) }
        return view
    }

    @Test("they are answered at once, renewed and ended, and the journal hears of none of it")
    func unheard() throws {
        let first = try view(bench.runner.run(subscribe("manual:1")))
        #expect(first.expire == nil)
        let again = try view(bench.runner.run(subscribe("manual:1", expire: .seconds(60))))
        #expect(again.id == first.id && again.expire == 60)
        #expect(try bench.raise().matched == 1)
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: first.id)))
        _ = try bench.runner.run(subscribe("manual:2", expire: .seconds(1)))
        bench.clock.advance(seconds: 2)
        bench.interface.expire(at: bench.clock.now)
        #expect(try bench.raise().matched == 0)
        #expect(journal.waiting.isEmpty)
    }

    @Test("what a client subscribes too is kept from then on, also when the script renews it")
    func kept() throws {
        let id = try view(bench.runner.run(subscribe("manual:1"))).id
        let ticket = try bench.runner.start(
            subscribe("manual:1", byScript: false, expire: .seconds(60)))
        #expect(bench.runner.answer(to: ticket) == nil)
        journal.commit()
        _ = try bench.runner.start(subscribe("manual:1"))
        guard case .put(let stored) = journal.waiting.last else { return missed(".put") }
        #expect(stored.id == id && stored.expire == nil)
        _ = try bench.runner.start(.unsubscribe(UnsubscribeCommand(id: id)))
        guard case .remove(id) = journal.waiting.last else { return missed(".remove") }
    }

    @Test("a client's change that could not be written leaves the script's subscription as it was")
    func takenBack() throws {
        let id = try view(bench.runner.run(subscribe("manual:1"))).id
        _ = try bench.runner.start(subscribe("manual:1", byScript: false, expire: .seconds(60)))
        _ = try bench.runner.start(.renew(RenewCommand(id: id, expire: .seconds(5))))
        journal.fail()
        #expect(try bench.show(id).expire == nil)
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: id)))
        #expect(journal.waiting.isEmpty)
    }

    @Test("an event whose creation could not be written stays while the script is subscribed to it")
    func eventStays() throws {
        var command = SubscribeCommand(
            event: "E_NEW", socket: "manual:1", expire: .never, createsEvent: true)
        command.isVolatile = true
        _ = try bench.runner.run(.subscribe(command))
        journal.fail()
        #expect(try bench.raise("E_NEW", creates: false).matched == 1)
    }

    @Test("a volatile transport's are never kept, whoever makes or renews them")
    func transport() throws {
        let journal = ManualJournal()
        let bench = Bench(journal: journal, transport: ManualTransport(isVolatile: true))
        let view = try bench.subscribe("manual:1", expire: .seconds(60))
        _ = try bench.runner.run(.renew(RenewCommand(id: view.id, expire: .seconds(5))))
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: view.id)))
        #expect(journal.waiting.isEmpty)
    }

    @Test("a full journal does not keep a script's subscription from ending")
    func endsAlways() throws {
        let bench = Bench(journal: ManualJournal()) { $0.uncommittedChangesMax = 1 }
        var command = SubscribeCommand(
            event: "E_PIKE_BLOCKED", socket: "manual:1", expire: .never, createsEvent: true)
        command.isVolatile = true
        _ = try bench.runner.run(.subscribe(command))
        _ = try bench.runner.start(.publish(PublishCommand(event: "E_DOOR")))
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: 1)))
    }

    @Test(
        "events that a script names become static ones of the module script, but for modules' own")
    func publishes() throws {
        _ = try bench.runner.start(.publish(PublishCommand(event: "E_DOOR")))
        journal.commit()
        let names = ["E_PIKE_BLOCKED", "E_DOOR", "E_GATE", "E_GATE"]
        for _ in 0..<2 { try EventModule.publish(ofScript: names, on: bench.interface) }
        let events = try bench.events().events
        func modules(_ name: String) -> [String] {
            events.filter { $0.description.name == name }.map {
                "\($0.kind.rawValue) \($0.description.module)"
            }
        }
        #expect(modules("E_PIKE_BLOCKED") == ["static pike"])
        #expect(modules("E_DOOR") == ["static script"] && modules("E_GATE") == ["static script"])
        #expect(journal.waiting.isEmpty)
        #expect(throws: CommandError.self) {
            try EventModule.publish(ofScript: ["E_TOWER", "no name"], on: bench.interface)
        }
        #expect(bench.error(of: .showEvent(ShowEventCommand(event: "E_TOWER"))) != nil)
    }
}
