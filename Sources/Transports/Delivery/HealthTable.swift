internal import EventCore
internal import Synchronization

/// How it goes at the destinations where anything ever failed, for those who ask. The engine's thread writes, any
/// thread reads; bounded by the lanes of the schedule.
final class HealthTable: Sendable {
    private let state = Lock(State())

    private struct State {
        var healths: [String: DestinationHealth] = [:]
        var version: UInt64 = 0
    }

    /// Takes over what changed; nil forgets a destination.
    func publish(_ changes: [(destination: String, health: DestinationHealth?)]) {
        guard !changes.isEmpty else { return }
        state.withLock { state in
            for change in changes { state.healths[change.destination] = change.health }
            state.version += 1
        }
    }

    /// What is known of a destination; nothing wrong where nothing is known.
    func health(of destination: String) -> DestinationHealth {
        state.withLock { $0.healths[destination] } ?? DestinationHealth()
    }

    /// Rises with every change.
    var version: UInt64 { state.withLock(\.version) }
}
