import EventCore
import Synchronization
import TestSupport
import Testing

@Suite("Receipts")
struct ReceiptTests {
    private func show(_ bench: Bench, _ id: OccurrenceID) throws -> OccurrenceView {
        let reply = try bench.runner.run(.showOccurrence(ShowOccurrenceCommand(id: id)))
        guard case .occurrence(let view) = reply else { throw Bench.Unexpected(reply) }
        return view
    }

    private func list(
        _ bench: Bench, _ command: ListOccurrencesCommand, by caller: Identity = .anonymous
    ) throws -> OccurrencePage {
        let reply = try bench.runner.run(
            .listOccurrences(command), by: Caller(caller, from: "test"))
        guard case .occurrences(let page) = reply else { throw Bench.Unexpected(reply) }
        return page
    }

    @Test("an occurrence tells what was raised, when, by whom, and how each delivery stands")
    func whole() throws {
        let bench = Bench(
            transport: ManualTransport { _, target in
                switch target.packed {
                case 1: .delivered
                case 2: .failed(.refused)
                default: .pending
                }
            })
        let ids = try ["manual:1", "manual:2", "manual:secret@x", "other:4"].map {
            try bench.subscribe($0).id
        }
        let receipt = try bench.raise(
            "E_PIKE_BLOCKED", Params(named: [("ip", .string("192.0.2.7"))]))
        let view = try show(bench, receipt.id)
        #expect(view.occurrence.event == "E_PIKE_BLOCKED")
        #expect(view.occurrence.params.items.map(\.name) == ["ip"])
        #expect(view.occurrence.time == bench.clock.now.wall)
        #expect(view.raisedBy == nil)
        #expect(
            (view.matched, view.delivered, view.failed, view.dropped, view.pending) == (
                4, 2, 1, 0, 1
            ))
        #expect(view.state == .pending)
        #expect(view.isWhole)
        let deliveries = view.deliveries.sorted { $0.subscription ?? 0 < $1.subscription ?? 0 }
        #expect(deliveries.map(\.subscription) == ids)
        #expect(deliveries.map(\.socket) == ["manual:1", "manual:2", "manual:***@x", "other:4"])
        #expect(deliveries.map(\.transport) == ["manual", "manual", "manual", "other"])
        #expect(deliveries.map(\.outcome) == [.delivered, .failed(.refused), .pending, .delivered])
    }

    @Test("what ends later is told when it has ended, with its words and attempts")
    func later() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        try bench.subscribe("manual:1")
        let receipt = try bench.raise()
        let subscription = try #require(bench.transport.deliveries.first?.subscription)
        let attempts = [1, 2].map { number in
            AttemptReport(
                subscription: subscription, occurrence: receipt.id,
                facts: AttemptFacts(
                    time: 5, microseconds: 70, bytes: 8, answer: .http(500 + number)),
                hasArrived: false)
        }
        bench.interface.note(attempts)
        bench.transport.settle([
            DeliveryResult(
                subscription: subscription, outcome: .failed(.status), occurrence: receipt.id,
                words: "503 from 192.0.2.1")
        ])
        let view = try show(bench, receipt.id)
        #expect(view.state == .failed)
        #expect(view.deliveries.map(\.words) == ["503 from 192.0.2.1"])
        #expect(
            view.deliveries.map(\.attempts) == [
                attempts.enumerated().map { AttemptView(number: $0 + 1, facts: $1.facts) }
            ])
    }

    @Test("an attempt that a result tells of comes after those that were told before, numbered on")
    func numbered() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        for number in 1...2 { try bench.subscribe("manual:\(number)") }
        let receipt = try bench.raise()
        let references = bench.transport.deliveries.map(\.subscription)
        let facts = (1...3).map { AttemptFacts(time: Int64($0), microseconds: 7, bytes: 8) }
        bench.interface.note([
            AttemptReport(
                subscription: references[0], occurrence: receipt.id, facts: facts[0],
                member: "manual:m", hasArrived: false)
        ])
        bench.transport.settle(
            zip(references, facts.dropFirst()).map { reference, facts in
                DeliveryResult(
                    subscription: reference, outcome: .delivered, occurrence: receipt.id,
                    attempt: facts)
            })
        #expect(
            try show(bench, receipt.id).deliveries.map(\.attempts) == [
                [
                    AttemptView(number: 1, facts: facts[0], member: "manual:m"),
                    AttemptView(number: 2, facts: facts[1]),
                ], [AttemptView(number: 1, facts: facts[2])],
            ])
    }

    @Test("of a delivery that is tried without end the first attempts are kept, and the newest")
    func endless() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        try bench.subscribe("manual:1")
        let receipt = try bench.raise()
        let reference = try #require(bench.transport.deliveries.first?.subscription)
        for time in 1...100 {
            bench.interface.note([
                AttemptReport(
                    subscription: reference, occurrence: receipt.id,
                    facts: AttemptFacts(time: Int64(time), microseconds: 0, bytes: 0),
                    hasArrived: false)
            ])
        }
        let attempts = try #require(try show(bench, receipt.id).deliveries.first?.attempts)
        #expect(attempts.map(\.number) == Array(1...15) + [100])
        #expect(attempts.map(\.facts.time) == Array(1...15) + [100])
    }

    @Test("of more than 64 deliveries those attempts are kept that went wrong")
    func attemptsOfMany() throws {
        let bench = Bench(
            transport: ManualTransport(runsScheduledWork: true) { _, _ in .pending })
        for number in 101...165 { try bench.subscribe("manual:\(number)") }
        let receipt = try bench.raise()
        let facts = AttemptFacts(time: 1, microseconds: 2, bytes: 3)
        for (place, delivery) in bench.transport.deliveries.enumerated() {
            let outcome: Outcome = place == 7 ? .failed(.timeout) : .delivered
            bench.interface.note([
                AttemptReport(
                    subscription: delivery.subscription, occurrence: receipt.id, facts: facts,
                    hasArrived: place != 7)
            ])
            bench.transport.settle([
                DeliveryResult(
                    subscription: delivery.subscription, outcome: outcome, occurrence: receipt.id,
                    attempt: facts)
            ])
        }
        let view = try show(bench, receipt.id)
        #expect((view.delivered, view.failed) == (64, 1))
        #expect(view.deliveries.map { $0.attempts.map(\.number) } == [[1, 2]])
    }

    @Test("what receipts keep of attempts counts in the limit on bytes")
    func attemptBytes() throws {
        func kept(_ attempt: AttemptFacts?) throws -> Int {
            let bench = Bench(transport: ManualTransport { _, _ in .pending }) {
                $0.occurrenceBytesMax = 40_000
            }
            for number in 101...164 { try bench.subscribe("manual:\(number)") }
            for _ in 0..<64 {
                let receipt = try bench.raise()
                bench.transport.settle(
                    bench.transport.takeDeliveries().map {
                        DeliveryResult(
                            subscription: $0.subscription, outcome: .delivered,
                            occurrence: receipt.id, attempt: attempt)
                    })
            }
            return try list(bench, ListOccurrencesCommand(limit: 100)).occurrences.count
        }
        #expect(try kept(nil) == 64)
        #expect(try kept(AttemptFacts(time: 1, microseconds: 2, bytes: 3)) < 20)
    }

    @Test("a subscription that has ended is still named by the receipts of its time")
    func ended() throws {
        let bench = Bench()
        let id = try bench.subscribe("manual:1").id
        let receipt = try bench.raise()
        _ = try bench.runner.run(.unsubscribe(UnsubscribeCommand(id: id)))
        try bench.subscribe("manual:2")
        #expect(try show(bench, receipt.id).deliveries.map(\.subscription) == [id])
        #expect(try show(bench, receipt.id).deliveries.map(\.socket) == ["manual:1"])
    }

    @Test("of more than 64 deliveries there are the counts, and those that went wrong")
    func many() throws {
        let bench = Bench(
            transport: ManualTransport(runsScheduledWork: true) { _, target in
                target.packed % 50 == 7 ? .failed(.full) : .delivered
            })
        for number in 100..<300 { try bench.subscribe("manual:\(number)") }
        let view = try show(bench, try bench.raise().id)
        #expect((view.matched, view.delivered, view.failed, view.pending) == (200, 196, 4, 0))
        #expect(!view.isWhole)
        #expect(
            Set(view.deliveries.compactMap(\.socket)) == [
                "manual:107", "manual:157", "manual:207", "manual:257",
            ])
    }

    @Test("what is dropped before it is sent is told too")
    func dropped() throws {
        let bench = Bench { $0.laneOccurrencesMax = 0 }
        try bench.subscribe("manual:1")
        let view = try show(bench, try bench.raise().id)
        #expect(view.deliveries.map(\.outcome) == [.dropped(.queueFull)])
    }

    @Test("they are listed newest first, by event, time and state, page by page")
    func listed() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .failed(.refused) })
        try bench.subscribe("manual:1", to: "E_B_X")
        var times: [Int64] = []
        for event in ["E_A", "E_B_X", "E_A", "E_B_Y", "E_B_X"] {
            bench.clock.advance(seconds: 1)
            times.append(bench.clock.now.wall)
            try bench.raise(event)
        }
        func events(_ command: ListOccurrencesCommand) throws -> [String] {
            try list(bench, command).occurrences.map(\.occurrence.event)
        }
        #expect(
            try events(ListOccurrencesCommand(limit: 9)) == [
                "E_B_X", "E_B_Y", "E_A", "E_B_X", "E_A",
            ])
        #expect(
            try events(ListOccurrencesCommand(event: EventGlob("E_B_*"), limit: 9))
                == ["E_B_X", "E_B_Y", "E_B_X"])
        #expect(
            try events(ListOccurrencesCommand(since: times[3], limit: 9)) == ["E_B_X", "E_B_Y"])
        #expect(try events(ListOccurrencesCommand(state: .failed, limit: 9)) == ["E_B_X", "E_B_X"])
        #expect(
            try events(ListOccurrencesCommand(state: .delivered, limit: 9)) == [
                "E_B_Y", "E_A", "E_A",
            ])
        let first = try list(bench, ListOccurrencesCommand(limit: 2))
        let cursor = try #require(first.nextCursor)
        #expect(first.occurrences.count == 2)
        let second = try list(bench, ListOccurrencesCommand(limit: 9, cursor: cursor))
        #expect(second.occurrences.map(\.occurrence.id.sequence) == [3, 2, 1])
        #expect(second.nextCursor == nil)
    }

    @Test("a caller sees those only of events that it may read")
    func allowed() throws {
        let bench = Bench()
        let id = try bench.raise("E_SECRET").id
        try bench.raise("E_OPEN")
        let caller = Identity(
            name: "board", grants: [Grant(.read, events: [try #require(EventGlob("E_OPEN"))])])
        #expect(
            try list(bench, ListOccurrencesCommand(limit: 9), by: caller).occurrences
                .map(\.occurrence.event) == ["E_OPEN"])
        #expect(throws: CommandError.self) {
            try bench.runner.run(
                .showOccurrence(ShowOccurrenceCommand(id: id)), by: Caller(caller, from: "test"))
        }
    }

    @Test("who raised it is remembered by name")
    func raiser() throws {
        let bench = Bench()
        let caller = Identity(name: "ops", grants: [Grant(.admin)])
        let reply = try bench.runner.run(
            .raise(RaiseCommand(event: "E_A", params: .none, createsEvent: true)),
            by: Caller(caller, from: "test"))
        guard case .raised(let receipt) = reply else { return missed("a receipt") }
        #expect(try show(bench, receipt.id).raisedBy == "ops")
    }

    @Test("what is not remembered is not found: too old, not yet raised, of another start")
    func unknown() throws {
        let bench = Bench { $0.occurrencesKeptMax = 2 }
        let old = try bench.raise("E_A").id
        for _ in 0..<2 { try bench.raise("E_A") }
        let next = OccurrenceID(epoch: old.epoch, sequence: 4)
        let other = OccurrenceID(epoch: old.epoch - 1, sequence: 3)
        for id in [old, next, other] {
            #expect(
                bench.error(of: .showOccurrence(ShowOccurrenceCommand(id: id)))?.code
                    == .occurrenceNotFound)
        }
    }

    @Test("an id has one spelling")
    func spelling() {
        let id = OccurrenceID(epoch: 0x19c2_e55a_a10, sequence: 42)
        #expect(OccurrenceID(parsing: "19c2e55aa10-42") == id)
        for text in [
            "19C2E55AA10-42", "19c2e55aa10-042", "19c2e55aa10-+42", "19c2e55aa10", "-42", "a-b-c",
            "",
        ] {
            #expect(OccurrenceID(parsing: text) == nil, "\(text)")
        }
    }
}

/// The occurrences whose raises wait.
private final class WaitingIDs: Sendable {
    private let ids = Lock<[OccurrenceID]>([])

    var all: [OccurrenceID] { ids.withLock { $0 } }

    func add(_ id: OccurrenceID) { ids.withLock { $0.append(id) } }
}

@Suite("Raises that wait for their deliveries")
struct DeliveryWaitTests {
    private func raise(_ bench: Bench, waiting ids: WaitingIDs) throws
        -> CommandRunner.Ticket
    {
        var command = RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: true)
        command.onWaiting = { id in ids.add(id) }
        return try bench.runner.start(.raise(command))
    }

    private func view(_ bench: Bench, _ ticket: CommandRunner.Ticket) throws -> OccurrenceView? {
        guard case .occurrence(let view) = try bench.runner.answer(to: ticket)?.get() else {
            return nil
        }
        return view
    }

    @Test("they are answered when the last delivery has ended, with the receipt")
    func last() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        try bench.subscribe("manual:1")
        try bench.subscribe("manual:2")
        let ids = WaitingIDs()
        let ticket = try raise(bench, waiting: ids)
        #expect(bench.runner.answer(to: ticket) == nil)
        let id = try #require(ids.all.first)
        let references = bench.transport.deliveries.map(\.subscription)
        bench.transport.settle([
            DeliveryResult(subscription: references[0], outcome: .delivered, occurrence: id)
        ])
        #expect(bench.runner.answer(to: ticket) == nil)
        bench.transport.settle([
            DeliveryResult(
                subscription: references[1], outcome: .failed(.timeout), occurrence: id)
        ])
        #expect(try view(bench, ticket)?.state == .failed)
    }

    @Test("they are answered at once where nothing waits")
    func atOnce() throws {
        let bench = Bench()
        let ids = WaitingIDs()
        #expect(try view(bench, raise(bench, waiting: ids))?.matched == 0)
        #expect(ids.all.isEmpty)
        try bench.subscribe("manual:1")
        #expect(try view(bench, raise(bench, waiting: ids))?.state == .delivered)
    }

    @Test("when their time is up they are told how it stands")
    func timeUp() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending })
        try bench.subscribe("manual:1")
        let ids = WaitingIDs()
        let ticket = try raise(bench, waiting: ids)
        let id = try #require(ids.all.first)
        bench.interface.stopWaiting(for: id)
        #expect(try view(bench, ticket)?.state == .pending)
        bench.interface.stopWaiting(for: id)
    }

    @Test("too many waiting, or forgotten meanwhile: they are told what is known")
    func limits() throws {
        let bench = Bench(transport: ManualTransport { _, _ in .pending }) {
            $0.occurrenceWaitsMax = 1
            $0.occurrencesKeptMax = 3
        }
        try bench.subscribe("manual:1")
        let ids = WaitingIDs()
        let first = try raise(bench, waiting: ids)
        let second = try raise(bench, waiting: ids)
        #expect(try view(bench, second)?.state == .pending)
        for _ in 0..<3 { try bench.raise() }
        guard case .raised(let receipt) = try bench.runner.answer(to: first)?.get() else {
            return missed("the receipt of the raise")
        }
        #expect(receipt.matched == 1)
    }

    @Test("whoever listens is told after a raise, and reads what was raised in order")
    func listener() throws {
        let bench = Bench()
        let calls = Lock(0)
        try bench.raise("E_A")
        bench.interface.listen { calls.withLock { $0 += 1 } }
        try bench.raise("E_A")
        #expect(calls.withLock { $0 } == 0)
        bench.interface.isListenedTo(true)
        try bench.raise("E_B")
        try bench.raise("E_C")
        #expect(calls.withLock { $0 } == 2)
        let run = bench.interface.occurrences(from: 3, count: 10)
        #expect(run.items.map(\.occurrence.event) == ["E_B", "E_C"])
        #expect(run.next == 5)
        #expect(run.forgotten == 0)
        #expect(bench.interface.nextOccurrence == 5)
    }
}
