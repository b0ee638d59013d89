internal import EventCore
internal import Synchronization

/// How it goes at the destinations where anything ever failed, for those who ask. The engine's thread writes, any
/// thread reads; bounded by the lanes of the schedule.
final class HealthTable: Sendable {
    private let state = Lock(State())

    private struct State {
        var healths: [String: DestinationHealth] = [:]
        var version: UInt64 = 0
        /// Those whose breaker is not closed, each with a number that rises with every one that came after it.
        var broken: [String: UInt64] = [:]
        var newestBroken: UInt64 = 0

        mutating func note(_ destination: String, _ breaker: DestinationHealth.Breaker?) {
            if breaker ?? .closed == .closed {
                broken[destination] = nil
            } else if broken[destination] == nil {
                newestBroken += 1
                broken[destination] = newestBroken
            }
        }
    }

    /// Takes over what changed; nil forgets a destination.
    func publish(_ changes: [(destination: String, health: DestinationHealth?)]) {
        guard !changes.isEmpty else { return }
        state.withLock { state in
            for change in changes {
                state.healths[change.destination] = change.health
                state.note(change.destination, change.health?.breaker)
            }
            state.version += 1
        }
    }

    /// What is known of a destination; nothing wrong where nothing is known.
    func health(of destination: String) -> DestinationHealth {
        state.withLock { $0.healths[destination] } ?? DestinationHealth()
    }

    /// The destination whose breaker has not been closed for longest; nil where all are. Looks at every one that is not.
    var firstBroken: String? {
        state.withLock { $0.broken.min { $0.value < $1.value }?.key }
    }

    /// Rises with every change.
    var version: UInt64 { state.withLock(\.version) }
}
