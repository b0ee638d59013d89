internal import Dispatch
internal import EventCore
internal import Net
internal import Store
internal import Synchronization

/// What is done once a second: ends what is over (no command depends on it: every one expires first), and tries
/// whether a store that could not be written can be again. Where somebody waits to be told of deadlines, it is
/// done at the very next one too.
final class Housekeeping: Sendable {
    private let queue = DispatchQueue(label: "carillon.housekeeping")
    private let interface: EventInterface
    private let store: SubscriptionStore
    private let everySecond: @Sendable () -> Void
    private let timer = Lock<Timer?>(nil)

    /// @unchecked because a dispatch source may be cancelled from any thread, and nothing else is done with it.
    private struct Timer: @unchecked Sendable {
        let source: any DispatchSourceTimer
    }

    /// `everySecond` must not block.
    init(
        _ interface: EventInterface, _ store: SubscriptionStore,
        everySecond: @escaping @Sendable () -> Void
    ) {
        self.everySecond = everySecond
        self.interface = interface
        self.store = store
    }

    /// Begins. Once.
    func start() {
        let timer = Timer(source: DispatchSource.makeTimerSource(queue: queue))
        timer.source.setEventHandler { @Sendable [interface, store, everySecond] in
            everySecond()
            interface.expire(at: Clock.now())
            store.probe()
            Self.arm(timer, for: interface)
        }
        Self.arm(timer, for: interface)
        timer.source.resume()
        self.timer.withLock { $0 = timer }
    }

    /// A subscription that is made meanwhile lives a second at least, so none is over before the timer looks again.
    private static func arm(_ timer: Timer, for interface: EventInterface) {
        let isHeard = interface.deadlinesAreHeard
        var nanoseconds: Int64 = 1_000_000_000
        if isHeard, let bound = interface.nextDeadlineBound() {
            nanoseconds = min(nanoseconds, max(0, bound - Clock.boot()))
        }
        timer.source.schedule(
            deadline: .now() + .nanoseconds(Int(nanoseconds)),
            leeway: isHeard ? .milliseconds(1) : .milliseconds(500))
    }

    /// Ends; a run under way is finished.
    func stop() {
        timer.withLock { $0?.source.cancel() }
        queue.sync {}
    }
}
