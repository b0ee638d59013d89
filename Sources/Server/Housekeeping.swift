internal import Dispatch
internal import EventCore
internal import Net
internal import Store
internal import Synchronization

/// What is done once a second: frees the memory of what is over (nothing depends on it: every command expires
/// first), and tries whether a store that could not be written can be again.
final class Housekeeping: Sendable {
    private let queue = DispatchQueue(label: "carillon.housekeeping")
    private let interface: EventInterface
    private let store: SubscriptionStore
    private let timer = Lock<Timer?>(nil)

    /// @unchecked because a dispatch source may be cancelled from any thread, and nothing else is done with it.
    private struct Timer: @unchecked Sendable {
        let source: any DispatchSourceTimer
    }

    init(_ interface: EventInterface, _ store: SubscriptionStore) {
        self.interface = interface
        self.store = store
    }

    /// Begins. Once.
    func start() {
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(500))
        source.setEventHandler { @Sendable [interface, store] in
            interface.expire(at: Clock.now())
            store.probe()
        }
        source.resume()
        let timer = Timer(source: source)
        self.timer.withLock { $0 = timer }
    }

    /// Ends; a run under way is finished.
    func stop() {
        timer.withLock { $0?.source.cancel() }
        queue.sync {}
    }
}
