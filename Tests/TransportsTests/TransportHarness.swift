import EventCore
import TestSupport

@testable import Transports

/// A transport with a ledger that writes down what became of its deliveries.
class TransportHarness<Transporting: Transport> {
    // Not final: a harness of one transport's own adds its settings.
    let ledger = RecordingLedger()
    let transport: Transporting
    private var slots: UInt32 = 0
    private var raised: UInt64 = 0

    init(
        policy: TargetPolicy = TargetPolicy(),
        _ make: (TargetPolicy) throws -> Transporting
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
    func raise(
        _ event: String = "E_X", _ params: Params = .none, to targets: [Target]
    ) -> [Outcome] {
        raised += 1
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 0x19c_2e55_aa10, sequence: raised), event: event,
            params: params, time: 0)
        var outcomes = [Outcome](repeating: .delivered, count: targets.count)
        transport.deliver(occurrence, to: targets[...], outcomes: &outcomes)
        return outcomes
    }

    /// Raises one occurrence for one subscriber and waits for how it ends.
    func outcome(_ socket: String, seconds: Double = 20) throws -> Outcome? {
        let before = ledger.results.count
        raise(to: [try target(socket)])
        let results = ledger.wait(for: before + 1, seconds: seconds)
        return results.count == before + 1 ? results[before].outcome : nil
    }

    /// How it goes where a socket points to.
    func health(_ socket: String) throws -> DestinationHealth? {
        transport.health(of: try transport.parse(SocketText.parse(socket)))
    }
}
