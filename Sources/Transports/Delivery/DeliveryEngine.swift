internal import Dispatch
internal import EventCore
internal import Net
internal import Synchronization

/// What every transport with queues has in common: a bounded queue for each destination, fair turns between
/// them, retries, a breaker, and the counting. How the bytes travel is its courier's.
///
/// A transport makes one, hands it what `Transport` is told (`attach`, `deliver`, `schedule`, `stop`), and asks it
/// for health. All methods: any thread; none blocks but `stop`. The thread of the queues is made at the
/// first delivery.
final class DeliveryEngine<C: Courier>: @unchecked Sendable {
    // @unchecked because the courier is handed to the loop's thread once and only touched there; all else is
    // behind locks.
    private let courier: C
    private let settings: DeliverySettings
    private let inbox: DeliveryInbox<C.Target>
    private let thread: DispatchQueue
    private let fanOut: DispatchQueue
    private let ended = DispatchSemaphore(value: 0)
    private let state = Lock(State())

    private struct State {
        var ledger: (any DeliveryLedger)?
        var isRunning = false
        var isStopped = false
    }

    /// An engine around `courier`, which nobody else may touch from now on. `name` is the transport's, for
    /// threads and logs.
    init(_ name: String, courier: C, settings: DeliverySettings) {
        self.courier = courier
        self.settings = settings
        inbox = DeliveryInbox(bytesMax: settings.queue.bytesTotal, wakeup: courier.wakeup)
        thread = DispatchQueue(label: "carillon.\(name).delivery")
        fanOut = DispatchQueue(label: "carillon.\(name).fan-out")
    }

    /// See `Transport`: who takes the results.
    func attach(to ledger: any DeliveryLedger) {
        state.withLock { $0.ledger = ledger }
    }

    /// See `Transport.deliver`: takes one occurrence's deliveries, in order. `outcomes` has `.pending` for what
    /// was taken, a drop for what was not. `payload` gives the bytes for a target, asked on this thread, once
    /// for each target; it should format once and hand out the same array again. Nil = these
    /// params cannot be written so: `.failed(.unencodable)`.
    func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<EventCore.Target>,
        outcomes: inout [Outcome], payload: (C.Target) -> [UInt8]?
    ) {
        var deliveries: [QueuedDelivery<C.Target>] = []
        var places: [Int] = []
        deliveries.reserveCapacity(targets.count)
        places.reserveCapacity(targets.count)
        for (place, target) in zip(outcomes.indices, targets) {
            guard let reached = target.detail?.target as? C.Target else {
                outcomes[place] = .failed(.system)
                continue
            }
            guard let bytes = payload(reached) else {
                outcomes[place] = .failed(.unencodable)
                continue
            }
            deliveries.append(
                QueuedDelivery(
                    subscription: target.subscription, target: reached, occurrence: occurrence,
                    payload: bytes))
            places.append(place)
        }
        guard startThread() else {
            for place in places { outcomes[place] = .dropped(.stopped) }
            return
        }
        // A result may come before this returns: the core counts both, in either order.
        let taken = inbox.put(deliveries)
        for (index, place) in places.enumerated() {
            outcomes[place] =
                taken.map { index < $0 ? .pending : .dropped(.queueFull) } ?? .dropped(.stopped)
        }
    }

    /// See `Transport`. A serial queue: works run in the order they were scheduled.
    func schedule(_ work: @escaping @Sendable () -> Void) {
        fanOut.async(execute: work)
    }

    /// How it goes at `destination`; nil when nothing is known of it: nothing waits there, and nothing failed
    /// lately. Never blocks for longer than a look-up.
    func health(of destination: Destination) -> DestinationHealth? {
        nil
    }

    /// See `Transport`. Blocks until all has been reported and the courier is closed: up to
    /// `drainMilliseconds`, in which deliveries still go out; what is left then is `.dropped(.stopped)`.
    func stop(drainMilliseconds: Int) {
        let wasRunning = state.withLock { state in
            defer { state.isStopped = true }
            return state.isRunning && !state.isStopped
        }
        guard wasRunning else { return }
        inbox.stop(at: Clock.boot() + Int64(max(0, drainMilliseconds)) * 1_000_000)
        ended.wait()
    }

    /// The thread runs when this returns; false once the engine has stopped.
    private func startThread() -> Bool {
        let ledger = state.withLock { state -> (any DeliveryLedger)? in
            guard !state.isStopped, !state.isRunning, let ledger = state.ledger else { return nil }
            state.isRunning = true
            return ledger
        }
        if let ledger {
            thread.async { [self] in
                DeliveryLoop(courier: courier, inbox: inbox, settings: settings, ledger: ledger)
                    .run()
                ended.signal()
            }
        }
        return state.withLock { $0.isRunning && !$0.isStopped }
    }
}
