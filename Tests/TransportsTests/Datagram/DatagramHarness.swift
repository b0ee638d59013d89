import EventCore
import Net
import TestSupport
import Testing
import WireFormats

@testable import Transports

extension DatagramTransport {
    /// A transport whose names nobody knows, unless `resolver` does.
    static func forTests(
        policy: TargetPolicy = TargetPolicy(), resolver: Resolver? = nil,
        limits: QueueLimits = QueueLimits()
    ) throws(SystemError) -> DatagramTransport {
        let clock = ManualClock()
        let nobody = Resolver(clock: { clock.now }, lookup: { _ in .failure(.notFound) })
        return try DatagramTransport(policy: policy, resolver: resolver ?? nobody, limits: limits)
    }
}

/// A transport with a ledger that writes down what became of its deliveries.
final class DatagramHarness {
    let ledger = RecordingLedger()
    let transport: DatagramTransport
    let servers = NameServers()
    let clock = ManualClock()
    private var slots: UInt32 = 0
    private var raised: UInt64 = 0

    init(
        policy: TargetPolicy = TargetPolicy(), limits: QueueLimits = QueueLimits(),
        _ change: (inout Resolver.Limits) -> Void = { _ in }
    ) throws {
        var resolverLimits = Resolver.Limits()
        change(&resolverLimits)
        let resolver = Resolver(
            limits: resolverLimits, clock: { [clock] in clock.now }, lookup: servers.look)
        transport = try DatagramTransport(policy: policy, resolver: resolver, limits: limits)
        transport.attach(to: ledger)
    }

    deinit { transport.stop(drainMilliseconds: 0) }

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
    func raise(_ event: String = "E_X", _ params: Params = .none, to targets: [Target]) -> [Outcome]
    {
        raised += 1
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: raised), event: event, params: params,
            time: Int64(raised))
        var outcomes = [Outcome](repeating: .delivered, count: targets.count)
        // A slice that does not begin at 0, as those of large fan-outs.
        let padded = targets.prefix(1) + targets
        transport.deliver(occurrence, to: padded.dropFirst(), outcomes: &outcomes)
        return outcomes
    }
}
