import EventCore
import TestSupport

@testable import Transports

/// Any transport with a ledger that writes down what became of its deliveries.
final class TransportHarness {
    let ledger = RecordingLedger()
    let transport: any Transport
    private var slots: UInt32 = 0
    private var raised: UInt64 = 0

    init(
        policy: TargetPolicy = TargetPolicy(),
        _ make: (TargetPolicy) throws -> any Transport
    ) throws {
        transport = try make(policy)
        transport.attach(to: ledger)
    }

    deinit {
        transport.stop(drainMilliseconds: 0)
    }

    /// A subscriber with its own reference.
    func target(_ socket: String) throws -> Target {
        slots += 1
        let parsed = try transport.parse(SocketText.parse(socket))
        return Target(
            subscription: SubscriptionRef(slot: slots, generation: 1), packed: parsed.packed,
            options: parsed.options, detail: parsed.detail)
    }

    /// Raises one occurrence for `targets`; what `deliver` said at once.
    @discardableResult
    func raise(_ event: String, _ params: Params = .none, to targets: [Target]) -> [Outcome] {
        raised += 1
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 0x19c_2e55_aa10, sequence: raised), event: event,
            params: params, time: 0)
        var outcomes = [Outcome](repeating: .delivered, count: targets.count)
        transport.deliver(occurrence, to: targets[...], outcomes: &outcomes)
        return outcomes
    }

    /// How it goes where a socket points to.
    func health(_ socket: String) throws -> DestinationHealth? {
        transport.health(of: try transport.parse(SocketText.parse(socket)))
    }
}
