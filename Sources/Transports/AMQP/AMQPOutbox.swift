internal import EventCore
internal import Net
internal import Synchronization

/// Where the threads of brokers leave what has ended, for the engine's thread. Bounded by what is
/// under way.
final class AMQPOutbox: Sendable {
    /// Wakes the engine's thread.
    let wakeup: Wakeup
    private let ended = Lock<[AttemptEnd<AMQPTarget>]>([])

    /// An empty one; throws when the process has no descriptor left.
    init() throws(SystemError) {
        wakeup = try Wakeup()
    }

    /// Leaves what has ended, in order.
    func put(_ some: [AttemptEnd<AMQPTarget>]) {
        let isFirst = ended.withLock { ended in
            defer { ended += some }
            return ended.isEmpty
        }
        if isFirst { wakeup.send() }
    }

    /// Takes everything.
    func take() -> [AttemptEnd<AMQPTarget>] {
        ended.withLock { ended in
            defer { ended = [] }
            return ended
        }
    }
}
