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
final class DeliveryEngine<C: Courier>: DeliveryQueues, @unchecked Sendable {
    // @unchecked because the courier is handed to the loop's thread once and only touched there; all else is
    // behind locks.
    private let courier: C
    private let name: String
    private let inbox: DeliveryInbox<C.Target>
    private let thread: DispatchQueue
    private let fanOut: DispatchQueue
    private let ended = DispatchSemaphore(value: 0)
    private let healths = HealthTable()
    private let gauges = DeliveryGauges()
    private let state: Lock<State>

    private struct State {
        var ledger: (any DeliveryLedger)?
        var settings: DeliverySettings
        var isRunning = false
        var isStopped = false
    }

    /// An engine around `courier`, which nobody else may touch from now on. `name` is the transport's, for
    /// threads and logs.
    init(_ name: String, courier: C, settings: DeliverySettings) {
        self.name = name
        self.courier = courier
        state = Lock(State(settings: settings))
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
        var last: SharedPayload?
        deliver(occurrence, to: targets, outcomes: &outcomes) { target -> SharedPayload? in
            guard let bytes = payload(target) else { return nil }
            if let last, last.holds(bytes) { return last }
            let shared = SharedPayload(occurrence, bytes)
            last = shared
            return shared
        }
    }

    /// The same where what is formatted once is kept as what all that get it share: `payload` hands out the same object
    /// again and again.
    func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<EventCore.Target>,
        outcomes: inout [Outcome], payload: (C.Target) -> SharedPayload?
    ) {
        var deliveries = MoveQueue<QueuedDelivery<C.Target>>()
        deliveries.reserve(targets.count)
        for (place, index) in zip(outcomes.indices, targets.indices) {
            // By its index: a target has texts, which are not looked at here.
            guard let reached = targets[index].detail?.target as? C.Target else {
                outcomes[place] = .failed(.system)
                continue
            }
            guard let shared = payload(reached) else {
                outcomes[place] = .failed(.unencodable)
                continue
            }
            deliveries.append(
                QueuedDelivery(
                    subscription: targets[index].subscription, target: consume reached,
                    shared: consume shared))
            outcomes[place] = .pending
        }
        let count = deliveries.count
        guard count > 0 else { return }
        // A result may come before this returns: the core counts both, in either order.
        let taken = startThread() ? inbox.put(&deliveries) : nil
        if taken != count { dropPending(after: taken, in: &outcomes) }
    }

    /// What was to wait, but for the first ones that the inbox has taken, does not: the inbox is full, or the engine has
    /// stopped where it took nil.
    private func dropPending(after taken: Int?, in outcomes: inout [Outcome]) {
        var left = taken ?? 0
        for place in outcomes.indices where outcomes[place] == .pending {
            left -= 1
            if left < 0 { outcomes[place] = .dropped(taken == nil ? .stopped : .queueFull) }
        }
    }

    /// See `Transport.forecast`: what would become of a delivery now. `payload` as in `deliver`. What comes before it
    /// in the queue is not asked: by default the oldest makes room.
    func forecast(
        for target: EventCore.Target, payload: (C.Target) -> [UInt8]?
    ) -> DeliveryForecast {
        guard let reached = target.detail?.target as? C.Target else {
            return DeliveryForecast(
                nil, .fail(.system), words: "Its socket is another transport's.")
        }
        guard let bytes = payload(reached) else {
            return DeliveryForecast(
                nil, .fail(.unencodable),
                words: "These params cannot be written in the transport's format.")
        }
        let (limits, isStopped) = state.withLock { ($0.settings.queue, $0.isStopped) }
        if isStopped { return .stopped(bytes) }
        let cost = bytes.count + QueueLimits.messageOverheadBytes
        if cost > limits.bytesPerDestination {
            return DeliveryForecast(
                bytes, .drop(.queueFull),
                words: "It is larger than a queue may be, \(limits.bytesPerDestination) bytes.")
        }
        if !inbox.hasRoom(for: cost) {
            return DeliveryForecast(
                bytes, .drop(.queueFull), words: "The transport has more to do than it may keep.")
        }
        return DeliveryForecast(bytes)
    }

    /// See `Transport`. A serial queue: works run in the order they were scheduled.
    func schedule(_ work: @escaping @Sendable () -> Void) {
        fanOut.async(execute: work)
    }

    /// See `Transport`. Nothing wrong where nothing is known; nil for a socket of another transport.
    func health(of socket: Socket) -> DestinationHealth? {
        guard let target = socket.detail?.target as? C.Target else { return nil }
        return healths.health(of: target.destination.name)
    }

    /// See `Transport`: rises with every change of what `health` says.
    var healthVersion: UInt64 { healths.version }

    /// See `DeliveryQueues`.
    var firstBroken: String? { healths.firstBroken }

    /// What is counted beside the outcomes.
    var statistics: DeliveryStatistics { gauges.values }

    /// Goes on with other settings, from the thread's next turn on. Nothing that waits is given up for it before the
    /// next delivery comes.
    func adjust(_ settings: DeliverySettings) {
        state.withLock { $0.settings = settings }
        inbox.adjust(settings)
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

    /// The thread runs when this returns; false once the engine has stopped, or while nobody takes results.
    private func startThread() -> Bool {
        state.withLock { state in
            guard !state.isStopped, let ledger = state.ledger else { return false }
            guard !state.isRunning else { return true }
            state.isRunning = true
            // The engine lives as long as its thread.
            thread.async { [self, settings = state.settings] in
                var loop = DeliveryLoop(
                    name, courier: courier, inbox: inbox, settings: settings, ledger: ledger,
                    healths: healths, gauges: gauges)
                loop.run()
                ended.signal()
            }
            return true
        }
    }
}
