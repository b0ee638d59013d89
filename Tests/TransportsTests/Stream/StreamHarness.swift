import EventCore
import Net
import TestSupport
import Testing
import WireFormats

@testable import Transports

/// A courier on the test's own thread, in the place of the engine: the test begins attempts and
/// turns the loop.
final class StreamHarness {
    let ledger = RecordingLedger()
    let courier: StreamCourier
    private let policy: TargetPolicy
    private var raised: UInt64 = 0
    private var ended: [AttemptEnd<StreamTarget>] = []

    init(
        policy: TargetPolicy = TargetPolicy(), names: NameServers = NameServers(),
        _ change: (inout StreamSettings) -> Void = { _ in }
    ) throws {
        var settings = StreamSettings()
        change(&settings)
        self.policy = policy
        courier = try StreamCourier(
            settings: settings, policy: policy,
            resolver: Resolver(clock: Clock.now, lookup: names.look))
        courier.open(ledger: ledger)
    }

    deinit {
        courier.close(ended: &ended)
    }

    /// The target of a socket.
    func target(_ socket: String) throws -> StreamTarget {
        let parsed = try StreamSocketParser.parse(SocketText.parse(socket), policy: policy)
        return try #require(parsed.detail?.target as? StreamTarget)
    }

    /// Begins an attempt with these payloads, subscriptions 0, 1, ….
    func begin(_ target: StreamTarget, _ payloads: [String]) {
        raised += 1
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: raised), event: "E", params: .none, time: 0)
        let deliveries = payloads.enumerated().map { place, payload in
            QueuedDelivery(
                subscription: SubscriptionRef(slot: UInt32(place), generation: 1), target: target,
                occurrence: occurrence, payload: Array(payload.utf8))
        }
        courier.begin(
            Attempt(
                deliveries: deliveries,
                ticket: AttemptTicket(lane: 0, generation: 0, start: 0, epoch: 0)),
            now: Clock.boot(), ended: &ended)
    }

    /// Turns the loop until an attempt has ended or `seconds` have passed; its verdicts, one for
    /// each delivery.
    func end(seconds: Double = 20) -> [Verdict]? {
        turn(seconds: seconds) { !$0.isEmpty }
        guard !ended.isEmpty else { return nil }
        let end = ended.removeFirst()
        return switch end.verdicts {
        case .all(let verdict): Array(repeating: verdict, count: end.attempt.deliveries.count)
        case .each(let list): list
        }
    }

    /// Turns the loop until `isEnough`, or `seconds` have passed.
    @discardableResult
    func turn(
        seconds: Double = 20, until isEnough: ([AttemptEnd<StreamTarget>]) -> Bool
    ) -> Bool {
        let limit = Clock.boot() + Int64(seconds * 1e9)
        while !isEnough(ended) {
            guard Clock.boot() < limit else { return false }
            courier.wait(until: min(limit, Clock.boot() + 5_000_000), ended: &ended)
        }
        return true
    }

    /// Turns the loop once, without waiting, as the engine does between two attempts.
    func look() {
        courier.wait(until: 0, ended: &ended)
    }

    /// Begins an attempt and turns the loop until its peer has been connected to and written to.
    func beginOnNewConnection(
        _ target: StreamTarget, _ payloads: [String], at peer: StreamPeer
    ) throws -> StreamPeer.Connection {
        begin(target, payloads)
        var connection: StreamPeer.Connection?
        turn { _ in
            connection = connection ?? peer.accept(seconds: 0)
            return connection?.hasInput == true
        }
        return try #require(connection)
    }

    /// Begins an attempt and waits for its end.
    func outcome(_ target: StreamTarget, _ payloads: [String]) -> [Verdict]? {
        begin(target, payloads)
        return end()
    }

    /// Gives everything up, as at a stop.
    func close() -> [Verdict]? {
        courier.close(ended: &ended)
        return end(seconds: 0)
    }
}

extension Verdict {
    /// What it says, if it is a failure.
    var words: String? {
        switch self {
        case .ended(_, let words): words
        case .gone(let words), .tryAgain(_, _, let words), .unreachable(_, let words): words
        case .unsent: nil
        }
    }

    /// Whether the delivery is tried again, for this reason.
    func isTryAgain(_ reason: FailureReason) -> Bool {
        if case .tryAgain(reason, _, _) = self { true } else { false }
    }

    /// Whether the delivery has failed, for this reason.
    func isFailure(_ reason: FailureReason) -> Bool {
        if case .ended(.failed(reason), _) = self { true } else { false }
    }
}
