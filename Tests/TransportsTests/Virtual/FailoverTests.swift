import EventCore
import Net
import TestSupport
import Testing

@testable import Transports

@Suite("Virtual: FAILOVER and ROUND-ROBIN")
final class FailoverTests {
    private let ledger = RecordingLedger()
    private let decisions = Decisions()
    private let member: ManualTransport
    private let courier: VirtualCourier
    private var ended: [AttemptEnd<VirtualTarget>] = []
    private var sequence: UInt64 = 0
    private let second: Int64 = 1_000_000_000

    init() throws {
        let decisions = decisions
        let member = ManualTransport { _, target in decisions[target.packed] }
        self.member = member
        var settings = VirtualSettings()
        settings.memberMilliseconds = 50
        settings.graceMilliseconds = 0
        courier = try VirtualCourier(
            members: MemberTransports { [member] }, groups: GroupTable(settings),
            settings: settings)
        courier.open(ledger: ledger)
    }

    /// Begins an attempt `now` seconds after the start of time; who was tried.
    @discardableResult
    private func begin(_ text: String, now: Int64 = 0) throws -> [UInt64] {
        sequence += 1
        let delivery = QueuedDelivery(
            subscription: Groups.subscription, target: try Groups.target(text, of: member),
            occurrence: Groups.occurrence(sequence), payload: [])
        _ = member.takeDeliveries()
        courier.begin(
            Attempt(
                deliveries: [delivery],
                ticket: AttemptTicket(lane: 0, generation: 0, start: sequence)),
            now: now * second, ended: &ended)
        return member.deliveries.map(\.packed)
    }

    /// The verdicts since the last call.
    private func verdicts() -> [Verdict] {
        defer { ended = [] }
        return ended.map { end in
            switch end.verdicts {
            case .all(let verdict): verdict
            case .each(let list): list[0]
            }
        }
    }

    private func wait() { courier.wait(until: nil, ended: &ended) }

    @Test("FAILOVER: the first one, until it fails; then the next with the same occurrence")
    func failover() throws {
        let group = "FAILOVER manual:1 manual:2 manual:3"
        #expect(try begin(group) == [1])
        decisions[1] = .failed(.refused)
        #expect(try begin(group) == [1, 2])
        #expect(Set(member.deliveries.map(\.sequence)) == [2])
        #expect(try begin(group) == [2], "who has failed is not asked again so soon")
        #expect(verdicts() == [.delivered, .delivered, .delivered])
    }

    @Test("it fails back after the failover time, and over again where that fails")
    func failsBack() throws {
        let group = "FAILOVER manual:1 manual:2"
        decisions[1] = .failed(.refused)
        try begin(group)
        #expect(try begin(group, now: 29) == [2])
        #expect(try begin(group, now: 30) == [1, 2])
        decisions[1] = .delivered
        #expect(try begin(group, now: 59) == [2])
        #expect(try begin(group, now: 60) == [1])
        #expect(try begin(group, now: 61) == [1])
    }

    @Test(
        "when every member has failed the whole may be tried again, or not: as the last failure says"
    )
    func allFailed() throws {
        decisions[1] = .failed(.refused)
        decisions[2] = .failed(.timeout)
        #expect(try begin("FAILOVER manual:1 manual:2") == [1, 2])
        #expect(
            try begin("FAILOVER manual:1 manual:2") == [1, 2], "who failed first is first again")
        decisions[2] = .failed(.status)
        try begin("FAILOVER manual:1 manual:2")
        #expect(
            verdicts() == [
                .tryAgain(.timeout, words: "every member failed"),
                .tryAgain(.timeout, words: "every member failed"),
                .ended(.failed(.status), words: "every member failed"),
            ])
    }

    @Test("what no transport can write makes no member look ill")
    func unencodable() throws {
        decisions[1] = .failed(.tooLarge)
        #expect(try begin("FAILOVER manual:1 manual:2") == [1, 2])
        #expect(try begin("FAILOVER manual:1 manual:2") == [1, 2])
    }

    @Test("ROUND-ROBIN: in turn, and past those that have failed")
    func roundRobin() throws {
        let group = "ROUND-ROBIN manual:1 manual:2 manual:3"
        #expect(try (0..<4).flatMap { _ in try begin(group) } == [1, 2, 3, 1])
        decisions[2] = .failed(.refused)
        #expect(try begin(group) == [2, 3])
        #expect(try (0..<4).flatMap { _ in try begin(group) } == [3, 1, 3, 1])
        #expect(try begin(group, now: 31) == [2, 3], "its turn comes again")
    }

    @Test("groups of the same socket share what is known of the members; others do not")
    func shared() throws {
        decisions[1] = .failed(.refused)
        try begin("FAILOVER manual:1 manual:2")
        #expect(try begin("FAILOVER manual:1#tag=4 manual:2") == [2])
        #expect(try begin("FAILOVER manual:1 manual:3") == [1, 3])
    }

    @Test("a member that reports later: the next one is tried then, and its words are kept")
    func later() throws {
        decisions[1] = .pending
        decisions[2] = .pending
        try begin("FAILOVER manual:1 manual:2")
        #expect(verdicts() == [])
        let first = try #require(member.deliveries.first?.subscription)
        member.settle([
            DeliveryResult(subscription: first, outcome: .failed(.timeout), words: "no answer")
        ])
        wait()
        #expect(member.deliveries.map(\.packed) == [1, 2])
        let last = try #require(member.deliveries.last?.subscription)
        member.settle([
            DeliveryResult(subscription: last, outcome: .failed(.refused), words: "closed")
        ])
        wait()
        #expect(verdicts() == [.tryAgain(.refused, words: "manual:2: closed")])
    }

    @Test(
        "one that does not come to an end in time is given up, and what it does later is not heard")
    func givenUp() throws {
        decisions[1] = .pending
        try begin("FAILOVER manual:1 manual:2", now: Clock.boot() / second)
        let first = try #require(member.deliveries.first?.subscription)
        #expect(member.mayStart(first) == nil)
        while ended.isEmpty { wait() }
        #expect(member.deliveries.map(\.packed) == [1, 2])
        #expect(verdicts() == [.delivered])
        #expect(member.mayStart(first) == .stopped)
        member.settle([DeliveryResult(subscription: first, outcome: .delivered)])
        courier.close(ended: &ended)
        #expect(verdicts() == [])
    }

    @Test(
        "a subscription that ends meanwhile is tried nowhere else",
        arguments: [
            DropReason.unsubscribed, .expired, .gone,
        ])
    func ends(reason: DropReason) throws {
        decisions[1] = .pending
        try begin("FAILOVER manual:1 manual:2")
        let first = try #require(member.deliveries.first?.subscription)
        ledger.end(Groups.subscription, as: reason)
        let drop = try #require(member.mayStart(first))
        member.settle([DeliveryResult(subscription: first, outcome: .dropped(drop))])
        wait()
        #expect(verdicts() == [.ended(.dropped(reason))])
        #expect(member.deliveries.map(\.packed) == [1])
    }

    @Test("stopped: what has not ended goes back unsent, what has is told as it is")
    func stopped() throws {
        decisions[1] = .pending
        try begin("FAILOVER manual:1")
        let first = try #require(member.deliveries.first?.subscription)
        member.settle([DeliveryResult(subscription: first, outcome: .delivered)])
        try begin("FAILOVER manual:1 manual:2")
        courier.close(ended: &ended)
        #expect(verdicts() == [.delivered, .unsent])
        #expect(member.drains.count == 1)
        #expect(member.deliveries.map(\.packed) == [1])
    }
}
