internal import EventCore
internal import Synchronization

/// Whether the service may be sent work, and why not.
final class Readiness: Sendable {
    private let stage = Lock<Stage>(.starting)
    private let storeFails: @Sendable () -> Bool

    /// `storeFails` says whether changes cannot be written at present. Any thread.
    init(storeFails: @escaping @Sendable () -> Bool) {
        self.storeFails = storeFails
    }

    /// Where in its life the service is.
    enum Stage: Sendable {
        case starting
        case running
        case stopping
    }

    /// Moves on.
    func enter(_ next: Stage) {
        stage.withLock { $0 = next }
    }

    /// One sentence that says why not; nil when it may.
    func whyNot() -> String? {
        switch stage.withLock({ $0 }) {
        case .starting: "The service is starting."
        case .running: storeFails() ? "The state cannot be written at present." : nil
        case .stopping: "The service is stopping."
        }
    }
}
