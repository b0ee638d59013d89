import EventCore
import Synchronization
import TestSupport
import Testing

@Suite struct EventModuleTests {
    private let bench = Bench()

    private func makeModule(on bench: Bench) throws -> EventModule {
        try EventModule(
            "core", on: bench.interface,
            events: [
                .init("E_CORE_STARTED", params: ["version", "pid"], summary: "It started."),
                .init("E_PIKE_BLOCKED", params: ["ip"], summary: "An address was blocked here."),
            ])
    }

    @Test("a module's rows are static events with its name; one of the catalogue keeps its number")
    func publishes() throws {
        let before = try bench.events().events
        _ = try makeModule(on: bench)
        let after = try bench.events().events
        #expect(after.count == before.count + 1)
        let new = after.last
        #expect(new?.description.name == "E_CORE_STARTED" && new?.kind == .static)
        #expect(new?.description.module == "core" && new?.description.params == ["version", "pid"])
        let pike = after.first { $0.description.name == "E_PIKE_BLOCKED" }
        #expect(pike?.number == 6 && pike?.description.module == "core")
    }

    @Test("a module raises its reserved events; values are named in the order of the row")
    func raises() throws {
        let seen = Lock<Params?>(nil)
        let bench = Bench(
            transport: ManualTransport { occurrence, _ in
                seen.withLock { $0 = occurrence.params }
                return .delivered
            })
        let module = try makeModule(on: bench)
        try bench.subscribe("manual:1", to: "E_CORE_STARTED")
        let receipt = try module.raise(
            "E_CORE_STARTED", [.string("1.0"), .integer(7)], at: bench.clock.now)
        #expect(receipt.matched == 1 && receipt.event == "E_CORE_STARTED")
        #expect(
            seen.withLock { $0 }
                == Params(named: [("version", .string("1.0")), ("pid", .integer(7))]))
        try module.raise("E_CORE_STARTED", [nil, .integer(8)], at: bench.clock.now)
        #expect(seen.withLock { $0 } == Params(named: [("pid", .integer(8))]))
        try module.raise("E_CORE_STARTED", [], at: bench.clock.now)
        #expect(seen.withLock { $0 } == Params.none)
    }

    @Test("only its own rows, and no more values than params")
    func refusals() throws {
        let module = try makeModule(on: bench)
        let unknown = #expect(throws: CommandError.self) {
            try module.raise("E_DLG_STATE_CHANGED", [], at: bench.clock.now)
        }
        #expect(unknown?.code == .eventNotFound)
        let tooMany = #expect(throws: CommandError.self) {
            try module.raise("E_PIKE_BLOCKED", [.integer(1), .integer(2)], at: bench.clock.now)
        }
        #expect(tooMany?.code == .invalidParams)
    }

    @Test("a module never waits for a transport that lags")
    func neverWaits() throws {
        let bench = Bench { $0.inlineDeliveriesMax = 1 }
        let module = try makeModule(on: bench)
        for number in 1...3 { try bench.subscribe("manual:\(number)") }
        #expect(try module.raise("E_PIKE_BLOCKED", [], at: bench.clock.now).matched == 3)
        bench.transport.runScheduled()
        #expect(bench.transport.deliveries.count == 3)
    }

    @Test("a dynamic event of the store becomes the module's; without room nothing is published")
    func edges() throws {
        bench.interface.restore(event: "E_CORE_STARTED")
        _ = try makeModule(on: bench)
        guard
            case .event(let view, _) = try bench.runner.run(
                .showEvent(ShowEventCommand(event: "E_CORE_STARTED")))
        else { return missed("an event") }
        #expect(view.kind == .static && view.description.module == "core")
        let full = Bench { $0.eventsMax = OpenSIPSEvents.catalogue.count }
        let error = #expect(throws: CommandError.self) { _ = try makeModule(on: full) }
        #expect(error?.code == .tooManyEvents)
        #expect(try full.events().events.count == OpenSIPSEvents.catalogue.count)
        let bad = #expect(throws: CommandError.self) {
            _ = try EventModule(
                "x", on: full.interface, events: [.init("no name", params: [], summary: "")])
        }
        #expect(bad?.code == .invalidEvent)
    }
}
