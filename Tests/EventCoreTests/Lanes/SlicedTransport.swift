import EventCore
import Synchronization

/// How many targets each call of `deliver` had.
final class SliceSizes: Sendable {
    private let sizes = Lock<[Int]>([])
    var all: [Int] { sizes.withLock { $0 } }
    func add(_ size: Int) { sizes.withLock { $0.append(size) } }
}

/// A transport that only notes the sizes of its slices.
final class SlicedTransport: Transport {
    let name = "sliced"
    let schemes = ["sliced"]
    private let sizes: SliceSizes

    init(_ sizes: SliceSizes) { self.sizes = sizes }

    func parse(_ text: SocketText) throws(SocketError) -> Socket {
        Socket(packed: UInt64(text.rest) ?? 0)
    }
    func text(of socket: Socket, secrets: Bool) -> String { "sliced:\(socket.packed)" }
    func attach(to ledger: any DeliveryLedger) {}
    func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        sizes.add(targets.count)
    }
    func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] { [] }
    func schedule(_ work: @escaping @Sendable () -> Void) { work() }
    func stop(drainMilliseconds: Int) {}
}
