import EventCore
import Net
import TestSupport
import Testing

@testable import Transports

@Suite("Virtual: PARALLEL")
struct ParallelTests {
    private let ledger = RecordingLedger()
    private let decisions = Decisions()
    private let member: ManualTransport
    private let groups: ParallelGroups

    init() {
        let (decisions, ledger) = (decisions, ledger)
        let member = ManualTransport { _, target in decisions[target.packed] }
        self.member = member
        groups = ParallelGroups(ledger, members: MemberTransports { [member] })
    }

    private func deliver(_ text: String, _ sequence: UInt64 = 1) throws -> Outcome {
        groups.deliver(
            Groups.occurrence(sequence), to: try Groups.target("PARALLEL " + text, of: member),
            for: Groups.subscription)
    }

    @Test("every member gets every occurrence, in order; delivered when all were")
    func all() throws {
        for sequence in 1...3 {
            #expect(try deliver("manual:1 manual:2", UInt64(sequence)) == .delivered)
        }
        #expect(
            member.deliveries.map { "\($0.sequence):\($0.packed)" } == [
                "1:1", "1:2", "2:1", "2:2", "3:1", "3:2",
            ])
        #expect(ledger.results.isEmpty)
    }

    @Test(
        "one that fails makes it failed, though the others were delivered; a failure hides a drop")
    func failed() throws {
        decisions[2] = .failed(.status)
        #expect(try deliver("manual:1 manual:2 manual:3") == .failed(.status))
        decisions[1] = .dropped(.queueFull)
        #expect(try deliver("manual:1 manual:3") == .dropped(.queueFull))
        #expect(try deliver("manual:1 manual:2 manual:3") == .failed(.status))
    }

    @Test("what members report later is one result, when the last has: counted exactly once")
    func later() throws {
        decisions[1] = .pending
        decisions[2] = .pending
        #expect(try deliver("manual:1 manual:2 manual:3", 9) == .pending)
        let references = member.deliveries.map(\.subscription)
        member.settle([DeliveryResult(subscription: references[1], outcome: .delivered)])
        #expect(ledger.results.isEmpty)
        let last = DeliveryResult(
            subscription: references[0], outcome: .failed(.timeout), words: "no answer")
        member.settle([last, last])
        let results = ledger.results
        #expect(results.count == 1)
        #expect(results.first?.subscription == Groups.subscription)
        #expect(results.first?.outcome == .failed(.timeout) && results.first?.words == "no answer")
        #expect(results.first?.occurrence == OccurrenceID(epoch: 1, sequence: 9))
    }

    @Test("ended or expired while it waits: no member's delivery starts any more")
    func ended() throws {
        decisions[1] = .pending
        decisions[2] = .pending
        #expect(try deliver("manual:1 manual:2") == .pending)
        let references = member.deliveries.map(\.subscription)
        #expect(member.mayStart(references[0]) == nil)
        ledger.end(Groups.subscription, as: .expired)
        #expect(member.mayStart(references[0]) == .expired)
        #expect(member.mayStart(references[1]) == .expired)
        member.settle(
            references.map { DeliveryResult(subscription: $0, outcome: .dropped(.expired)) })
        #expect(ledger.outcomes == [.dropped(.expired)])
        #expect(member.mayStart(references[0]) == .stopped, "it is over")
    }

    @Test(
        "a member's 410 is a failure and ends nothing; its breaker is told of under the subscription"
    )
    func goneAndBreaker() throws {
        decisions[1] = .pending
        _ = try deliver("manual:1")
        let reference = try #require(member.deliveries.first?.subscription)
        member.end(reference)
        member.settle([DeliveryResult(subscription: reference, outcome: .failed(.status))])
        #expect(ledger.ended.isEmpty && ledger.outcomes == [.failed(.status)])
        member.tell(BreakerChange(subscription: reference, destination: "one", state: .closed))
        #expect(ledger.breakerChanges.map(\.subscription) == [Groups.subscription])
    }

    @Test("where its transports cannot be made it fails, and the next delivery tries again")
    func unmade() throws {
        let tries = Decisions()
        let member = member
        let members = MemberTransports { () throws(SystemError) in
            guard tries[1] == .pending else { throw SystemError("eventfd", 24) }
            return [member]
        }
        let groups = ParallelGroups(ledger, members: members)
        let target = try Groups.target("PARALLEL manual:1", of: member)
        func deliver() -> Outcome {
            groups.deliver(Groups.occurrence(1), to: target, for: Groups.subscription)
        }
        #expect(deliver() == .failed(.system))
        tries[1] = .pending
        #expect(deliver() == .delivered)
        members.stop(drainMilliseconds: 0)
        #expect(deliver() == .dropped(.stopped))
        #expect(member.drains.count == 1)
    }
}
