import EventCore
import Synchronization
import TestSupport
import Testing

@Suite("Carillon's own events")
struct OwnEventTests {
    /// A core with the events published and one subscriber of each at `other:`; what it was handed is `told`.
    private struct Told {
        let bench: Bench

        init(
            journal: ManualJournal? = nil, hears events: [String] = all,
            outcome: @escaping @Sendable (Occurrence, Target) -> Outcome = { _, _ in .delivered },
            limits: (inout CoreLimits) -> Void = { _ in }
        ) throws {
            bench = Bench(journal: journal, transport: ManualTransport(outcome: outcome)) {
                $0.expiringNoticeSeconds = 10
                limits(&$0)
            }
            try bench.interface.publishOwnEvents()
            for event in events {
                try bench.subscribe("other:1", to: event, expire: .never)
            }
        }

        static let all = [
            "E_EVI_DELIVERY_FAILED", "E_EVI_BREAKER_OPEN", "E_EVI_BREAKER_CLOSED",
            "E_EVI_EXPIRING", "E_EVI_EXPIRED",
        ]

        /// What the subscriber was told since the last call: `E_EVI_EXPIRED event=E_A …`.
        func take() -> [String] {
            while bench.other.runScheduled() {}
            return bench.other.takeDeliveries().map { delivery in
                let pairs = delivery.params.items.map { param in
                    switch param.value {
                    case .string(let text): "\(param.name ?? "")=\(text)"
                    case .integer(let number): "\(param.name ?? "")=\(number)"
                    case .double, .boolean: "?"
                    }
                }
                return ([delivery.event] + pairs).joined(separator: " ")
            }
        }

        func reference(_ number: UInt64) throws -> SubscriptionRef {
            let delivery = bench.transport.deliveries.first { $0.packed == number }
            return try #require(delivery?.subscription)
        }

        func pass(seconds: Int64) {
            bench.clock.advance(seconds: seconds)
            bench.interface.expire(at: bench.clock.now)
        }
    }

    @Test("they are static events of the module evi, which only Carillon raises")
    func published() throws {
        let told = try Told()
        let own = try told.bench.events().events.filter { $0.description.module == "evi" }
        #expect(own.map(\.description.name) == Told.all)
        #expect(own.allSatisfy { $0.kind == .static })
        let error = told.bench.error(
            of: .raise(RaiseCommand(event: Told.all[0], params: .none, createsEvent: true)))
        #expect(error?.code == .eventReserved)
    }

    @Test("a delivery that fails at once: whose, of what, and why; the socket's secret is masked")
    func failedAtOnce() throws {
        let told = try Told(outcome: { _, _ in .failed(.refused) })
        let view = try told.bench.subscribe("manual:key@anna#tag=3")
        let receipt = try told.bench.raise()
        #expect(
            told.take() == [
                "E_EVI_DELIVERY_FAILED event=E_PIKE_BLOCKED socket=manual:***@anna#tag=3 "
                    + "subscription=\(view.id) occurrence=\(receipt.id) reason=refused"
            ])
    }

    @Test("a delivery that fails later, with the transport's words; what arrives raises nothing")
    func failedLater() throws {
        let told = try Told(outcome: { _, _ in .pending })
        let view = try told.bench.subscribe("manual:1")
        let receipt = try told.bench.raise()
        let reference = try told.reference(1)
        told.bench.transport.settle([
            DeliveryResult(subscription: reference, outcome: .delivered, occurrence: receipt.id),
            DeliveryResult(subscription: reference, outcome: .dropped(.queueFull)),
            DeliveryResult(
                subscription: reference, outcome: .failed(.timeout), occurrence: receipt.id,
                words: "no answer from 127.0.0.1:9"),
        ])
        #expect(
            told.take() == [
                "E_EVI_DELIVERY_FAILED event=E_PIKE_BLOCKED socket=manual:1 subscription=\(view.id) "
                    + "occurrence=\(receipt.id) reason=timeout error=no answer from 127.0.0.1:9"
            ])
    }

    @Test(
        "the failed delivery of one of them raises none, nor does the end of a subscription to one")
    func neverThemselves() throws {
        let told = try Told(outcome: { _, _ in .failed(.refused) })
        try told.bench.subscribe("manual:7", to: "E_EVI_DELIVERY_FAILED", expire: .seconds(60))
        try told.bench.subscribe("manual:8")
        try told.bench.raise()
        #expect(told.bench.transport.runScheduled(), "manual:7 is told, on the transport's queue")
        #expect(told.bench.transport.deliveries.map(\.packed) == [8, 7])
        #expect(told.take().count == 1, "manual:7's own failure is not told of")
        let reference = try told.reference(7)
        told.bench.transport.tell(
            BreakerChange(subscription: reference, destination: "seven", state: .closed))
        told.pass(seconds: 55)
        told.pass(seconds: 6)
        #expect(told.take() == [])
        #expect(try told.bench.statistic("failed") == 2)
    }

    @Test("a breaker opens and closes: what stands behind it, why, and when it is tried again")
    func breaker() throws {
        let told = try Told()
        try told.bench.subscribe("manual:1")
        try told.bench.raise()
        let reference = try told.reference(1)
        told.bench.transport.tell(
            BreakerChange(
                subscription: reference, destination: "house 1",
                state: .open(.refused, words: "nobody opens", nextAttemptMilliseconds: 1_500)))
        told.bench.transport.tell(
            BreakerChange(subscription: reference, destination: "house 1", state: .closed))
        #expect(
            told.take() == [
                "E_EVI_BREAKER_OPEN destination=house 1 socket=manual:1 reason=refused "
                    + "error=nobody opens next_attempt_ms=1500",
                "E_EVI_BREAKER_CLOSED destination=house 1 socket=manual:1",
            ])
    }

    @Test(
        "a subscription is told of exactly expiring-notice seconds before its deadline, and at its end"
    )
    func deadlines() throws {
        let told = try Told()
        let view = try told.bench.subscribe("manual:1", expire: .seconds(60))
        told.pass(seconds: 49)
        #expect(told.take() == [])
        let bound = try #require(told.bench.interface.nextDeadlineBound())
        #expect(bound <= told.bench.clock.now.boot + 1_000_000_000)
        told.bench.clock.advance(nanoseconds: 999_999_999)
        told.bench.interface.expire(at: told.bench.clock.now)
        #expect(told.take() == [])
        told.bench.clock.advance(nanoseconds: 1)
        told.bench.interface.expire(at: told.bench.clock.now)
        let what = "event=E_PIKE_BLOCKED socket=manual:1 subscription=\(view.id)"
        #expect(told.take() == ["E_EVI_EXPIRING \(what) ttl=10"])
        told.pass(seconds: 10)
        #expect(told.take() == [], "it is live at its deadline")
        told.bench.clock.advance(nanoseconds: 1)
        // Any command ends it first, and tells of it.
        try told.bench.raise("E_OTHER")
        #expect(told.take() == ["E_EVI_EXPIRED \(what) reason=expired"])
    }

    @Test("renewing asks for a new notice; what lives no longer than that is given none")
    func renewed() throws {
        let told = try Told()
        try told.bench.subscribe("manual:1", expire: .seconds(60))
        try told.bench.subscribe("manual:2", expire: .seconds(10))
        told.pass(seconds: 50)
        #expect(told.take().filter { $0.hasPrefix("E_EVI_EXPIRING") }.count == 1)
        try told.bench.subscribe("manual:1", expire: .seconds(60))
        told.pass(seconds: 20)
        #expect(told.take() == [])
        told.pass(seconds: 30)
        #expect(told.take().map { $0.prefix(14) } == ["E_EVI_EXPIRING"])
    }

    @Test(
        "a clock that jumped over both tells of the end only; an unsubscription is no end to tell of"
    )
    func jumped() throws {
        let told = try Told()
        let view = try told.bench.subscribe("manual:2", expire: .seconds(60))
        try told.bench.subscribe("manual:1", expire: .seconds(60))
        _ = try told.bench.runner.run(.unsubscribe(UnsubscribeCommand(id: view.id)))
        told.pass(seconds: 1_000)
        #expect(told.take().map { $0.prefix(13) } == ["E_EVI_EXPIRED"])
    }

    @Test("nothing is written down for events that nobody is subscribed to")
    func nobodyListens() throws {
        let told = try Told(hears: [], outcome: { _, _ in .failed(.refused) })
        try told.bench.subscribe("manual:1", expire: .seconds(60))
        try told.bench.raise()
        told.pass(seconds: 1_000)
        #expect(!told.bench.interface.deadlinesAreHeard)
        #expect(try told.bench.statistic("raised") == 1)
        #expect(!told.bench.other.runScheduled() && !told.bench.transport.runScheduled())
    }

    @Test("more than fit are lost, and counted")
    func bounded() throws {
        let told = try Told(limits: { $0.noticesMax = 3 })
        for number in 1...10 { try told.bench.subscribe("manual:\(number)", expire: .seconds(5)) }
        told.pass(seconds: 6)
        #expect(told.take().count == 3)
        #expect(try told.bench.statistic("notices_lost") == 7)
    }
}

@Suite("A receiver that is gone")
struct GoneTests {
    private func pendingBench(
        _ journal: ManualJournal?, audit: Audit? = nil
    ) throws -> (Bench, SubscriptionView, SubscriptionRef) {
        let bench = Bench(
            journal: journal, transport: ManualTransport { _, _ in .pending }, auditedBy: audit)
        let ticket = try bench.runner.start(
            .subscribe(
                SubscribeCommand(event: "E_PIKE_BLOCKED", socket: "manual:1", createsEvent: false)))
        journal?.commit(.max)
        guard case .success(.subscribed(let view, _)) = bench.runner.answer(to: ticket) else {
            throw Bench.Unexpected(.commands([]))
        }
        try bench.raise()
        try bench.raise()
        return (bench, view, try #require(bench.transport.deliveries.first?.subscription))
    }

    @Test("ends its subscription, durably; what waits may not start and is dropped as gone")
    func ends() throws {
        let journal = ManualJournal()
        let (bench, view, reference) = try pendingBench(journal)
        bench.transport.end(reference)
        #expect(bench.error(of: .showSubscription(ShowSubscriptionCommand(id: view.id))) != nil)
        #expect(bench.transport.mayStart(reference) == .gone)
        bench.transport.settle([
            DeliveryResult(subscription: reference, outcome: .failed(.status)),
            DeliveryResult(subscription: reference, outcome: .dropped(.gone)),
        ])
        let totals = bench.interface.totals()
        #expect(totals.matched == 2 && totals.failed == 1 && totals.pending == 0)
        #expect(totals.droppedBy.map(\.reason) == [.gone])
        journal.commit(.max)
        guard case .remove(let id) = journal.committed.last else { return missed("a removal") }
        #expect(id == view.id)
    }

    @Test(
        "a second 410 does nothing; nor does one where the journal is full, which the next one does"
    )
    func again() throws {
        let journal = ManualJournal()
        let (bench, view, reference) = try pendingBench(journal)
        bench.transport.end(reference)
        bench.transport.end(reference)
        #expect(journal.waiting.count == 1)
        journal.fail()
        #expect(try bench.show(view.id).deliveries.matched == 0, "it goes on as before")
        try bench.raise()
        let newest = try #require(bench.transport.deliveries.last?.subscription)
        bench.transport.end(newest)
        journal.commit(.max)
        #expect(bench.error(of: .showSubscription(ShowSubscriptionCommand(id: view.id))) != nil)
    }

    @Test(
        "the audit hears of it when it is durable: what ended, and why", arguments: [true, false])
    func audited(isJournaled: Bool) throws {
        let records = Lock<[AuditRecord]>([])
        let journal = isJournaled ? ManualJournal() : nil
        let (bench, view, reference) = try pendingBench(journal) { record in
            if record.end != nil { records.withLock { $0.append(record) } }
        }
        bench.transport.end(reference)
        #expect(records.withLock { $0.count } == (isJournaled ? 0 : 1))
        journal?.commit(.max)
        let record = try #require(records.withLock { $0.first })
        #expect(record.caller.identity.name == "carillon")
        #expect(String(describing: record.caller.origin) == "manual")
        #expect(record.end?.event == "E_PIKE_BLOCKED" && record.end?.socket == "manual:1")
        #expect(record.end?.reason == .gone)
        guard case .unsubscribe(let command) = record.command else { return missed("its id") }
        #expect(command.id == view.id)
    }
}
