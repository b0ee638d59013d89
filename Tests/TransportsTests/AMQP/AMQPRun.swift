import EventCore
import Net
import Synchronization
import TestSupport

@testable import Transports

/// The whole transport with a ledger: raises, and sees how deliveries end.
final class AMQPRun: @unchecked Sendable {
    // @unchecked because `raised` is only changed by one thread at a time, and all else is
    // constant.
    let transport: AMQPTransport
    let ledger = RecordingLedger()
    private(set) var raised: UInt64 = 0

    /// A transport that tries again soon, and whose queues hold what a test raises.
    init(_ change: (inout AMQPSettings) -> Void = { _ in }) throws {
        var settings = AMQPSettings()
        settings.delivery.queue.messagesPerDestination = 100_000
        settings.delivery.queue.bytesPerDestination = 64 << 20
        settings.delivery.retry.firstDelayMilliseconds = 50
        settings.delivery.retry.delayMaxMilliseconds = 200
        settings.delivery.breaker.firstPauseMilliseconds = 50
        settings.delivery.breaker.pauseMaxMilliseconds = 200
        change(&settings)
        transport = try AMQPTransport(
            settings: settings, policy: TargetPolicy(), resolver: Resolver(clock: Clock.now))
        transport.attach(to: ledger)
    }

    deinit { transport.stop(drainMilliseconds: 0) }

    func socket(_ text: String) throws -> Socket { try transport.parse(SocketText.parse(text)) }

    /// Raises once for `socket`, as the subscription number `slot`.
    func raise(_ socket: Socket, slot: UInt32 = 1) {
        raised += 1
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: raised), event: "E_X",
            params: Params(named: [("n", .integer(Int64(raised)))]), time: Int64(raised))
        let target = Target(
            subscription: SubscriptionRef(slot: slot, generation: 1), packed: 0,
            options: socket.options, detail: socket.detail)
        var outcomes = [Outcome.delivered]
        transport.deliver(occurrence, to: [target], outcomes: &outcomes)
        if outcomes[0] != .pending {
            ledger.settle([DeliveryResult(subscription: target.subscription, outcome: outcomes[0])])
        }
    }

    /// The body of the occurrence with this number.
    static func body(_ number: UInt64) -> String {
        #"{"jsonrpc":"2.0","method":"E_X","params":{"n":\#(number)}}"#
    }

    /// Waits until the last error of `socket`'s destination contains `words`.
    func sees(_ words: String, at socket: Socket, seconds: Double = 20) -> Bool {
        eventually(within: seconds) {
            transport.health(of: socket)?.lastError?.contains(words) == true
        }
    }
}
