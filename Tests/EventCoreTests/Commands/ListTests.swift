import EventCore
import TestSupport
import Testing

@Suite struct ListTests {
    private func sockets(_ page: SubscriptionPage) -> [String] { page.subscriptions.map(\.socket) }

    @Test("newest first, page by page; behind the last one the list is empty")
    func pages() throws {
        let bench = Bench()
        for number in 1...5 { try bench.subscribe("manual:\(number)") }
        let first = try bench.list(ListSubscribersCommand(limit: 2))
        #expect(sockets(first) == ["manual:5", "manual:4"])
        let second = try bench.list(ListSubscribersCommand(limit: 2, cursor: first.nextCursor))
        #expect(sockets(second) == ["manual:3", "manual:2"])
        let third = try bench.list(ListSubscribersCommand(limit: 2, cursor: second.nextCursor))
        #expect(sockets(third) == ["manual:1"] && third.nextCursor == nil)
        #expect(try bench.list(ListSubscribersCommand(limit: 2, cursor: 1)).subscriptions.isEmpty)
    }

    @Test("a cursor marks a place: it stays good when its item goes and others come")
    func cursorStays() throws {
        let bench = Bench()
        for number in 1...4 { try bench.subscribe("manual:\(number)") }
        let page = try bench.list(ListSubscribersCommand(limit: 2))
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: 3)))
        try bench.subscribe("manual:9")
        let next = try bench.list(ListSubscribersCommand(limit: 2, cursor: page.nextCursor))
        #expect(sockets(next) == ["manual:2", "manual:1"])
    }

    @Test("filters by event, socket and transport, in any combination")
    func filters() throws {
        let bench = Bench()
        for socket in ["manual:1", "manual:2", "other:1"] {
            try bench.subscribe(socket, to: "E_A")
            try bench.subscribe(socket, to: "E_B")
        }
        func count(event: String? = nil, socket: String? = nil, transport: String? = nil) throws
            -> Int
        {
            try bench.list(
                ListSubscribersCommand(
                    event: event, socket: socket, transport: transport, limit: 100)
            ).subscriptions.count
        }
        #expect(try count() == 6)
        #expect(try count(event: "E_A") == 3)
        #expect(try count(socket: "manual:1#tag=7") == 2)
        #expect(try count(transport: "other") == 2)
        #expect(try count(transport: "pigeon") == 0)
        #expect(try count(event: "E_A", transport: "manual") == 2)
        #expect(try count(event: "E_A", socket: "other:1") == 1)
        #expect(try count(event: "E_A", socket: "other:1", transport: "manual") == 0)
        #expect(try count(event: "E_A", socket: "other:1", transport: "other") == 1)
        #expect(try count(event: "E_NONE") == 0)
        let found = try bench.list(
            ListSubscribersCommand(event: "E_A", socket: "manual:1", limit: 1))
        let behind = ListSubscribersCommand(
            event: "E_A", socket: "manual:1", limit: 1, cursor: found.subscriptions.first?.id)
        #expect(try bench.list(behind).subscriptions.isEmpty)
    }

    @Test("a rare match costs no more than pageScanMax looks: the page is short, and goes on")
    func scanLimit() throws {
        let bench = Bench { $0.pageScanMax = 10 }
        try bench.subscribe("other:1")
        for number in 20..<45 { try bench.subscribe("manual:\(number)") }
        var command = ListSubscribersCommand(transport: "other", limit: 5)
        var pages = 0
        var found: [String] = []
        repeat {
            let page = try bench.list(command)
            found += sockets(page)
            command.cursor = page.nextCursor
            pages += 1
        } while command.cursor != nil
        #expect(found == ["other:1"] && pages == 3)
    }

    @Test("who knows the version is told that nothing has changed; counters are a change")
    func versions() throws {
        let bench = Bench()
        try bench.subscribe("manual:1", to: "E_A")
        try bench.subscribe("manual:1", to: "E_B")
        for event in [nil, "E_A"] {
            let version = try bench.list(ListSubscribersCommand(event: event, limit: 9)).version
            let again = Command.listSubscribers(
                ListSubscribersCommand(event: event, limit: 9, knownVersion: version))
            bench.clock.advance(seconds: 1)
            guard case .unchanged(version) = try bench.runner.run(again) else {
                return missed("changed although only the ttl did")
            }
            try bench.raise("E_A")
            guard case .subscriptions = try bench.runner.run(again) else {
                return missed("counters have changed")
            }
        }
        let ofB = try bench.list(ListSubscribersCommand(event: "E_B", limit: 9)).version
        try bench.raise("E_A")
        #expect(try bench.list(ListSubscribersCommand(event: "E_B", limit: 9)).version == ofB)
    }

    @Test("events come in the order of their numbers, with subscribers and occurrences")
    func events() throws {
        let bench = Bench()
        try bench.subscribe("manual:1", to: "E_NEW")
        try bench.raise("E_NEW")
        var names: [String] = []
        var cursor: UInt32?
        repeat {
            let page = try bench.events(limit: 10, cursor: cursor)
            names += page.events.map(\.description.name)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(names == OpenSIPSEvents.catalogue.map(\.name) + ["E_NEW"])
        guard
            case .event(let view, created: false) = try bench.runner.run(
                .showEvent(ShowEventCommand(event: "E_NEW")))
        else { return missed("no event") }
        #expect(view.subscribers == 1 && view.occurrences == 1 && view.kind == .dynamic)
        #expect(view.description.module == "script" && view.number == UInt32(names.count - 1))
        let version = try bench.events().version
        let again = Command.listEvents(ListEventsCommand(limit: 1, knownVersion: version))
        guard case .unchanged = try bench.runner.run(again) else { return missed("changed") }
        try bench.raise("E_NEW")
        guard case .events = try bench.runner.run(again) else { return missed("unchanged") }
    }

    @Test("publish makes an event once")
    func publish() throws {
        let bench = Bench()
        guard
            case .event(let new, created: true) = try bench.runner.run(
                .publish(PublishCommand(event: "E_DOOR"))),
            case .event(let known, created: false) = try bench.runner.run(
                .publish(PublishCommand(event: "E_DOOR")))
        else { return missed("no event") }
        #expect(new.number == known.number && new.kind == .dynamic)
    }
}
