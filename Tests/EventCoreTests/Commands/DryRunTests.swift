import TestSupport
import Testing

@testable import EventCore

@Suite("A dry run of a raise")
struct DryRunTests {
    private func foretell(
        _ bench: Bench, _ event: String = "E_DOOR", _ params: Params = .none, creates: Bool = true,
        by caller: Identity = .anonymous
    ) throws -> RaiseForecast {
        let reply = try bench.runner.run(
            .dryRun(DryRunCommand(event: event, params: params, createsEvent: creates)),
            by: Caller(caller, from: "test"))
        guard case .foretold(let forecast) = reply else { throw Bench.Unexpected(reply) }
        return forecast
    }

    @Test("it tells who would match, the newest first, and what each would get")
    func matches() throws {
        let bench = Bench()
        let first = try bench.subscribe("manual:1", to: "E_DOOR")
        let second = try bench.subscribe("other:2", to: "E_DOOR")
        let forecast = try foretell(bench)
        #expect(forecast.isKnown)
        #expect(forecast.matched == 2)
        #expect(forecast.isComplete)
        #expect(forecast.deliveries.map(\.subscription) == [second.id, first.id])
        #expect(forecast.deliveries.map(\.socket) == ["other:2", "manual:1"])
        #expect(forecast.deliveries.map(\.transport) == ["other", "manual"])
        #expect(forecast.deliveries.map(\.forecast.course) == [.send, .send])
        #expect(
            forecast.deliveries.map(\.forecast.payload) == [
                Array("E_DOOR".utf8), Array("E_DOOR".utf8),
            ])
    }

    @Test("nothing is raised, created, counted or remembered")
    func nothing() throws {
        let bench = Bench()
        let subscription = try bench.subscribe("manual:1", to: "E_DOOR")
        let events = try bench.events()
        _ = try foretell(bench)
        let unknown = try foretell(bench, "E_NEW")
        #expect(!unknown.isKnown)
        #expect(unknown.matched == 0)
        #expect(bench.transport.deliveries.isEmpty)
        #expect(try bench.events().version == events.version)
        #expect(try bench.statistic("evi:raised") == 0)
        #expect(try bench.show(subscription.id).deliveries.matched == 0)
        #expect(bench.interface.nextOccurrence == 1)
        // What is raised next is what it would have been.
        #expect(try bench.raise("E_DOOR").id.sequence == 1)
    }

    @Test("it refuses what the raise would refuse")
    func refused() throws {
        let bench = Bench(limits: { $0.eventsMax = OpenSIPSEvents.catalogue.count })
        func code(
            _ event: String, _ params: Params = .none, creates: Bool = true
        ) -> CommandError.Code? {
            do {
                _ = try foretell(bench, event, params, creates: creates)
                return nil
            } catch { return (error as? CommandError)?.code }
        }
        #expect(code("E_DOOR", creates: false) == .eventNotFound)
        #expect(code("E_DOOR") == .tooManyEvents)
        #expect(code("1") == .invalidEvent)
        #expect(code("E_CORE_NEW") == .eventReserved)
        #expect(code("E_CORE_THRESHOLD") == .eventReserved)
        #expect(code("E_PIKE_BLOCKED", Params(named: [("", .integer(1))])) == .invalidParams)
    }

    @Test("a destination that is left alone makes it wait, and the reason is told")
    func waits() throws {
        var health = DestinationHealth()
        health.breaker = .open
        health.consecutiveFailures = 5
        health.lastError = "nobody listens"
        let clock = ManualClock()
        health.nextAttemptTime = clock.now.wall + 2_000
        let transport = SickTransport(health)
        let interface = EventInterface(transports: [transport], clock: { clock.now })
        let runner = CommandRunner(interface, clock)
        _ = try runner.run(
            .subscribe(SubscribeCommand(event: "E_DOOR", socket: "sick:1", createsEvent: true)))
        func delivery() throws -> ForecastView {
            let reply = try runner.run(
                .dryRun(DryRunCommand(event: "E_DOOR", params: .none, createsEvent: true)))
            guard case .foretold(let forecast) = reply else { throw Bench.Unexpected(reply) }
            return try #require(forecast.deliveries.first)
        }
        let view = try delivery()
        #expect(view.forecast.course == .wait)
        #expect(view.until == clock.now.wall + 2_000)
        #expect(
            view.forecast.words
                == "No attempt is made for a while, after 5 failures in a row: nobody listens.")
        interface.stop(drainMilliseconds: 0)
        #expect(try delivery().forecast.course == .drop(.stopped))
    }

    @Test("what a transport foretells to fail, fails here")
    func fails() throws {
        let bench = Bench(
            transport: ManualTransport { _, _ in .failed(.tooLarge) })
        try bench.subscribe("manual:1", to: "E_DOOR")
        let delivery = try #require(try foretell(bench).deliveries.first)
        #expect(delivery.forecast.course == .fail(.tooLarge))
        #expect(delivery.forecast.words == "Decided so.")
    }

    @Test("it tells of so many deliveries and bytes at most, and says so")
    func limits() throws {
        let bench = Bench(limits: { limits in
            limits.forecastDeliveriesMax = 3
            limits.forecastBytesMax = 12
        })
        for number in 1...3 { try bench.subscribe("manual:\(number)", to: "E_DOOR") }
        let three = try foretell(bench)
        #expect(three.deliveries.map(\.bytes) == [6, 6, 6])
        #expect(three.deliveries.map { $0.forecast.payload != nil } == [true, true, false])
        #expect(!three.isComplete)
        try bench.subscribe("manual:4", to: "E_DOOR")
        let four = try foretell(bench)
        #expect(four.matched == 4)
        #expect(four.deliveries.count == 3)
        #expect(!four.isComplete)
    }

    @Test("subscribers of events with nearly the same name are told of, with the reason")
    func unmatched() throws {
        let bench = Bench(limits: { $0.forecastUnmatchedMax = 3 })
        try bench.subscribe("manual:1", to: "E_door")
        try bench.subscribe("manual:2", to: "E_DOR")
        try bench.subscribe("manual:3", to: "E_WINDOW")
        let forecast = try foretell(bench)
        #expect(forecast.unmatched.map(\.event) == ["E_door", "E_DOR"])
        #expect(
            forecast.unmatched.map(\.message) == [
                "It is subscribed to 'E_door': names count in the case of their letters.",
                "It is subscribed to 'E_DOR', which differs in a character.",
            ])
        let globs = try #require(EventGlob("E_DO?R"))
        let limited = Identity(
            name: "gate", grants: [Grant(.raise), Grant(.read, events: [globs])])
        #expect(try foretell(bench, by: limited).unmatched.isEmpty)
        for number in 4...9 { try bench.subscribe("manual:\(number)", to: "E_dOOR") }
        #expect(try foretell(bench).unmatched.count == 3)
    }

    @Test(
        "a slip is another case, or one character",
        arguments: [
            ("E_DOOR", "e_door", Slip.letterCase), ("E_DOOR", "E_DOR", .oneCharacter),
            ("E_DOR", "E_DOOR", .oneCharacter), ("E_DOOR", "E_DORO", .oneCharacter),
            ("E_DOOR", "E_DOORS", .oneCharacter), ("E_DOOR", "X_DOOR", .oneCharacter),
            ("E_DOOR", "_DOOR", .oneCharacter), ("E_DOOR", "E-door", .oneCharacter),
            ("E_DOOR", "E_DOOR", nil), ("E_DOOR", "E_DXXR", nil), ("E_DOOR", "E_DOORXX", nil),
            ("E_DOOR", "E_RDOO", nil), ("a", "b", .oneCharacter), ("ab", "ba", .oneCharacter),
            ("ab", "cd", nil),
        ] as [(String, String, Slip?)])
    func slips(one: String, other: String, slip: Slip?) {
        #expect(Slip.between(one, other) == slip)
        #expect(Slip.between(other, one) == slip)
    }
}

/// A transport with one destination, of which it says what the test wants.
private final class SickTransport: Transport {
    let name = "sick"
    let schemes = ["sick"]
    private let state: DestinationHealth

    init(_ health: DestinationHealth) { state = health }

    func parse(_ text: SocketText) throws(SocketError) -> Socket { Socket(packed: 1) }
    func text(of socket: Socket, secrets: Bool) -> String { "sick:1" }
    func attach(to ledger: any DeliveryLedger) {}
    func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {}
    func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        [DeliveryForecast([])]
    }
    func schedule(_ work: @escaping @Sendable () -> Void) { work() }
    func health(of socket: Socket) -> DestinationHealth? { state }
    func stop(drainMilliseconds: Int) {}
}
