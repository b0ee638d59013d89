internal import EventCore
internal import Net
internal import Synchronization

/// Where the raising threads leave deliveries for the engine's thread. Bounded; never blocks anybody.
final class DeliveryInbox<Target: DeliveryTarget>: Sendable {
    private let wakeup: Wakeup
    private let state: Lock<State>

    private struct State: ~Copyable {
        /// As they were left, in order: nothing is copied on its way.
        var deliveries = MoveQueue<QueuedDelivery<Target>>(capacityKept: capacityKept)
        var bytes = 0
        var bytesMax: Int
        /// Settings that the engine's thread has not taken over yet.
        var settings: DeliverySettings?
        /// When the engine's thread has to have ended, boot clock; nil = it goes on.
        var stopTime: Int64?
        var isClosed = false
        /// The engine's thread is waiting, or about to: what is left for it must wake it.
        var isAsleep = false
    }

    /// So many deliveries have room at once, whatever comes.
    static var capacityKept: Int { 1_024 }

    /// An empty inbox that takes up to `bytesMax` bytes, each delivery counted with its overhead.
    /// `wakeup` wakes the engine's thread.
    init(bytesMax: Int, wakeup: Wakeup) {
        self.wakeup = wakeup
        state = Lock(State(bytesMax: bytesMax))
    }

    /// Leaves `deliveries`, in order. The result is how many were taken out of them, or nil once the engine has stopped:
    /// those at the end that no longer fit are not.
    func put(_ deliveries: inout MoveQueue<QueuedDelivery<Target>>) -> Int? {
        let (taken, mustWake) = state.withLock { state -> (Int?, Bool) in
            guard !state.isClosed, state.stopTime == nil else { return (nil, false) }
            var taken = 0
            while taken < deliveries.count {
                let bytes = deliveries.withElement(taken) { $0.bytes }
                guard state.bytes + bytes <= state.bytesMax else { break }
                state.bytes += bytes
                taken += 1
            }
            state.deliveries.append(taken, of: &deliveries)
            defer { state.isAsleep = false }
            return (taken, state.isAsleep)
        }
        if mustWake { wakeup.send() }
        return taken
    }

    /// Whether so many bytes would be taken now.
    func hasRoom(for bytes: Int) -> Bool { state.withLock { $0.bytes + bytes <= $0.bytesMax } }

    /// Asks the engine's thread to end at `time`, or earlier when nothing is left to do.
    func stop(at time: Int64) {
        state.withLock { $0.stopTime = time }
        wakeup.send()
    }

    /// Asks the engine's thread to go on with other settings.
    func adjust(_ settings: DeliverySettings) {
        state.withLock { state in
            state.settings = settings
            state.bytesMax = settings.queue.bytesTotal
        }
        wakeup.send()
    }

    /// What the engine's thread finds beside deliveries.
    struct Orders: Sendable {
        /// As given to `stop`.
        var stopTime: Int64?
        /// As given to `adjust`, once.
        var settings: DeliverySettings?
    }

    /// Takes all that was left, in order, and leaves `deliveries` in its place: empty, with its memory.
    func take(_ deliveries: inout MoveQueue<QueuedDelivery<Target>>) -> Orders {
        state.withLock { state in
            state.isAsleep = false
            swap(&state.deliveries, &deliveries)
            let orders = Orders(stopTime: state.stopTime, settings: state.settings)
            state.settings = nil
            state.bytes = 0
            return orders
        }
    }

    /// The engine's thread is about to wait; false when there is something to take first. From here to
    /// the next `take`, what is put wakes it: under load, when it never waits, nobody pays for waking
    /// it.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.deliveries.isEmpty
            return state.isAsleep
        }
    }

    /// Takes what is left, the last time: nothing is accepted any more.
    func close(_ deliveries: inout MoveQueue<QueuedDelivery<Target>>) {
        state.withLock { state in
            state.isClosed = true
            swap(&state.deliveries, &deliveries)
        }
    }
}
