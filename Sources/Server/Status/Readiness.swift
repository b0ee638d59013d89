internal import EventCore
internal import Net
internal import Synchronization

/// Whether the service may be sent work, and whether it lives.
final class Readiness: Sendable {
    private let stage = Lock<Stage>(.starting)
    private let storeFails: @Sendable () -> Bool
    private let watch = Lock(Watch())

    /// In a struct, not the closure itself: each look at a closure in a lock would wrap it once more.
    private struct Watch {
        var longestTurn: (@Sendable () -> Int64)?
    }

    /// So long an event loop may be busy with what it found at once; beyond it, it is stuck. Nanoseconds.
    static let turnMaxNanoseconds: Int64 = 10_000_000_000

    /// `storeFails` says whether changes cannot be written at present. Any thread.
    init(storeFails: @escaping @Sendable () -> Bool) {
        self.storeFails = storeFails
    }

    /// Says how long the event loop has been busy that has been so for longest, see `HTTPServer.longestTurnNanoseconds`.
    func watch(_ longestTurn: @escaping @Sendable () -> Int64) {
        watch.withLock { $0.longestTurn = longestTurn }
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

    /// Whether it answers at all: neither starting nor stopping.
    var isRunning: Bool { stage.withLock { $0 == .running } }

    /// One sentence that says why not; nil when it may.
    func whyNot() -> String? {
        switch stage.withLock({ $0 }) {
        case .starting: "The service is starting."
        case .running: storeFails() ? "The state cannot be written at present." : nil
        case .stopping: "The service is stopping."
        }
    }

    /// One sentence that says which of the event loops does not turn; nil where all do. Who asks is answered by another
    /// one; where there is only one, the missing answer says the same.
    func whyDead() -> String? {
        watch.withLock { $0.longestTurn }.flatMap { Self.stuck($0()) }
    }

    /// The same, of a turn that takes so long.
    static func stuck(_ nanoseconds: Int64) -> String? {
        guard nanoseconds > turnMaxNanoseconds else { return nil }
        return
            "An event loop has not looked at its connections for \(nanoseconds / 1_000_000_000) s."
    }
}
