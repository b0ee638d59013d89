import EventCore
import Net
import TestSupport

@testable import Transports

/// A courier on a table, without an engine around it: the test gives attempts and sees how each
/// delivery ended.
final class CourierBench {
    let courier: AMQPCourier
    let ledger = RecordingLedger()
    /// Verdicts as they came: the delivery's number, from 1, and how it ended.
    private(set) var verdicts: [(delivery: UInt64, verdict: Verdict)] = []
    /// What the broker said of each delivery, by its number.
    private(set) var answers: [UInt64: AttemptFacts.Answer] = [:]
    private var count: UInt64 = 0
    private var isOpen = true

    init(_ change: (inout AMQPSettings) -> Void = { _ in }, policy: TargetPolicy = TargetPolicy())
        throws
    {
        var settings = AMQPSettings()
        change(&settings)
        courier = try AMQPCourier(
            dialer: AMQPDialer(
                settings: settings, policy: policy, resolver: Resolver(clock: Clock.now)))
        courier.open(ledger: ledger)
    }

    deinit { close() }

    /// A target; never one of a bad text.
    static func target(_ text: String) throws -> AMQPTarget {
        let socket = try AMQPSocketParser.parse(
            SocketText.parse(text), policy: TargetPolicy(mode: .any))
        guard let target = socket.detail?.target as? AMQPTarget else {
            throw SocketError(.malformed, "")
        }
        return target
    }

    /// Gives one attempt of deliveries, one for each target, all of one broker.
    func attempt(
        _ targets: [AMQPTarget], event: String = "E_X", body: String = "{}", trace: Trace? = nil
    ) {
        let deliveries = targets.map { target in
            count += 1
            return QueuedDelivery(
                subscription: SubscriptionRef(slot: 1, generation: 1), target: target,
                occurrence: Occurrence(
                    id: OccurrenceID(epoch: 1, sequence: count), event: event, params: .none,
                    time: 1_700_000_000_123, trace: trace), payload: Array(body.utf8))
        }
        var ended: [AttemptEnd<AMQPTarget>] = []
        courier.begin(
            Attempt(
                deliveries: deliveries, ticket: AttemptTicket(lane: 0, generation: 0, start: 0)),
            now: Clock.boot(), ended: &ended)
        note(ended)
    }

    /// Waits until `wanted` deliveries have ended in all; their verdicts, in the order of their
    /// numbers.
    @discardableResult
    func wait(_ wanted: Int, seconds: Double = 20) -> [Verdict] {
        let limit = Clock.boot() + Int64(seconds * 1e9)
        while verdicts.count < wanted, Clock.boot() < limit {
            var ended: [AttemptEnd<AMQPTarget>] = []
            courier.wait(until: limit, ended: &ended)
            note(ended)
        }
        return verdicts.sorted { $0.delivery < $1.delivery }.map(\.verdict)
    }

    /// Closes the courier; what was under way ends.
    func close() {
        guard isOpen else { return }
        isOpen = false
        var ended: [AttemptEnd<AMQPTarget>] = []
        courier.close(ended: &ended)
        note(ended)
    }

    private func note(_ ended: [AttemptEnd<AMQPTarget>]) {
        for end in ended {
            for (index, delivery) in end.attempt.deliveries.enumerated() {
                let number = delivery.occurrence.id.sequence
                answers[number] = end.facts(index, now: Moment(boot: 0, wall: 0)).answer
                switch end.verdicts {
                case .all(let verdict): verdicts.append((number, verdict))
                case .each(let list): verdicts.append((number, list[index]))
                }
            }
        }
    }
}
