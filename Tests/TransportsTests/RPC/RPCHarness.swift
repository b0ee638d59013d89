import EventCore
import Foundation
import Net
import TestSupport
import Testing

@testable import Transports

/// A transport on its own delivery thread with a ledger that writes down what became of its deliveries.
final class RPCHarness {
    let ledger = RecordingLedger()
    let transport: RPCTransport
    private var slots: UInt32 = 0
    private var raised: UInt64 = 0

    init(policy: TargetPolicy = TargetPolicy(), _ change: (inout HTTPSettings) -> Void = { _ in })
        throws
    {
        var settings = HTTPSettings()
        settings.delivery.retry.firstDelayMilliseconds = 20
        settings.delivery.breaker.firstPauseMilliseconds = 20
        settings.delivery.breaker.pauseMaxMilliseconds = 50
        change(&settings)
        transport = try RPCTransport(settings: settings, policy: policy)
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
}

/// A port of 127.0.0.1 on which nobody listens: bound, so that nobody else gets it, and never listened on.
final class ClosedPort {
    let number: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isBound)
        self.descriptor = descriptor
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(descriptor)
    }
}
