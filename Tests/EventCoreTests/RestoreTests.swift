import EventCore
import TestSupport
import Testing

@Suite struct RestoreTests {
    private let bench = Bench()
    private var wall: Int64 { bench.clock.now.wall }

    private func stored(
        _ id: UInt64, _ socket: String = "manual:1", event: String = "E_PIKE_BLOCKED",
        deadline: Int64?, expire: Int64?
    ) -> StoredSubscription {
        StoredSubscription(
            id: id, event: event, socket: socket, deadline: deadline, expire: expire, created: 5)
    }

    private func restore(_ stored: StoredSubscription) throws -> Bool {
        try bench.interface.restore(stored, at: bench.clock.now)
    }

    @Test("a subscription comes back as it was, with the time that is left, and is notified")
    func comesBack() throws {
        #expect(try restore(stored(7, "manual:key@anna#tag=3", deadline: wall + 1_500, expire: 60)))
        let view = try bench.show(7)
        #expect(view.socket == "manual:***@anna#tag=3" && view.expire == 60 && view.ttlSeconds == 2)
        #expect(view.expiresAt == wall + 1_500 && view.createdAt == 5)
        #expect(try bench.raise().matched == 1)
        bench.clock.advance(nanoseconds: 1_500_000_001)
        #expect(try bench.raise().matched == 0)
    }

    @Test("permanent ones have no deadline; what is over is left out")
    func lifetimes() throws {
        #expect(try restore(stored(1, deadline: nil, expire: nil)))
        #expect(try bench.show(1).expire == nil)
        #expect(try !restore(stored(2, "manual:2", deadline: wall, expire: 60)))
        #expect(try !restore(stored(3, "manual:3", deadline: .min, expire: 60)))
        #expect(try bench.statistic("subscriptions") == 1)
    }

    @Test("a wall clock that was put back lengthens no life beyond its lifetime")
    func clamped() throws {
        #expect(try restore(stored(1, deadline: wall + 86_400_000, expire: 60)))
        let view = try bench.show(1)
        #expect(view.ttlSeconds == 60 && view.expiresAt == wall + 60_000)
        #expect(try restore(stored(2, "manual:2", deadline: .max, expire: nil)))
        #expect(try bench.show(2).ttlSeconds == 31_536_000)
    }

    @Test("ids are never given again, also those of subscriptions that are over")
    func ids() throws {
        _ = try restore(stored(41, deadline: wall - 1, expire: 60))
        #expect(try bench.subscribe("manual:5").id == 42)
        bench.interface.restore(nextID: 100)
        bench.interface.restore(nextID: 50)
        #expect(try bench.subscribe("manual:6").id == 100)
    }

    @Test(
        "events of the store are dynamic, once; an event that only a subscription names comes back too"
    )
    func events() throws {
        let before = try bench.events().events.count
        bench.interface.restore(event: "E_DOOR")
        bench.interface.restore(event: "E_DOOR")
        bench.interface.restore(event: "E_PIKE_BLOCKED")
        _ = try restore(stored(1, event: "E_GATE", deadline: nil, expire: nil))
        let events = try bench.events().events
        #expect(events.suffix(2).map(\.description.name) == ["E_DOOR", "E_GATE"])
        #expect(events.count == before + 2)
    }

    @Test(
        "two rows of one subscriber are one subscription; ids in any order keep the listing in order"
    )
    func oddRows() throws {
        #expect(try restore(stored(5, "manual:1#tag=1", deadline: nil, expire: nil)))
        #expect(try !restore(stored(6, "manual:1#tag=2", deadline: nil, expire: nil)))
        #expect(try restore(stored(2, "manual:2", deadline: nil, expire: nil)))
        #expect(try restore(stored(9, "manual:3", deadline: nil, expire: nil)))
        #expect(try restore(stored(7, "manual:4", deadline: nil, expire: nil)))
        let page = try bench.list(ListSubscribersCommand(limit: 10))
        #expect(page.subscriptions.map(\.id) == [9, 7, 5, 2])
    }

    @Test("a socket that no transport understands any more is an error, and nothing is entered")
    func unknownScheme() throws {
        #expect(throws: SocketError.self) {
            _ = try restore(stored(1, "smoke:1", deadline: nil, expire: nil))
        }
        #expect(try bench.statistic("subscriptions") == 0)
    }
}
