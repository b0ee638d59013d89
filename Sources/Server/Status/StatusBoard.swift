internal import EventCore
internal import Synchronization

/// How a part of the service is. The raw value is its name in JSON and logs.
enum PartState: String, Sendable {
    /// It does all that it should.
    case ok
    /// It works, and something about it wants to be looked at.
    case degraded
    /// It does not do its work.
    case down
}

/// A part of the service at one moment, and why it is not well.
struct PartCondition: Sendable, Equatable {
    /// `store`, `transport http`, `listener http://127.0.0.1:8080`.
    let name: String
    let state: PartState
    /// One sentence; nil where all is well.
    let reason: String?

    static func ok(_ name: String) -> PartCondition {
        PartCondition(name: name, state: .ok, reason: nil)
    }

    static func degraded(_ name: String, _ reason: String) -> PartCondition {
        PartCondition(name: name, state: .degraded, reason: reason)
    }

    static func down(_ name: String, _ reason: String) -> PartCondition {
        PartCondition(name: name, state: .down, reason: reason)
    }
}

/// A part and since when it is as it is.
struct PartStatus: Sendable, Equatable {
    let condition: PartCondition
    /// Milliseconds since 1970.
    let since: Int64
}

/// How every part of the service is. Asked by `GET /status`, and once a second, so that it knows to a second since when.
final class StatusBoard: Sendable {
    /// Looks at a part, or several of a kind. Any thread; must not block.
    typealias Look = @Sendable () -> [PartCondition]
    /// Hears of every part whose state has changed.
    typealias Listener = @Sendable (PartStatus) -> Void

    private struct State {
        var looks: [Look] = []
        var listener: Listener?
        /// The state of each part, and since when.
        var known: [String: (state: PartState, since: Int64)] = [:]
    }

    private let state = Lock(State())

    /// Adds a part; they are told of in the order in which they came.
    func add(_ look: @escaping Look) {
        state.withLock { $0.looks.append(look) }
    }

    /// Who is told of changes; of none before the first look.
    func listen(_ listener: @escaping Listener) {
        state.withLock { $0.listener = listener }
    }

    /// Looks at every part. `wall` is now, milliseconds since 1970.
    @discardableResult
    func read(at wall: Int64) -> [PartStatus] {
        let conditions = state.withLock(\.looks).flatMap { $0() }
        let (parts, changed, listener) = state.withLock { state in
            var parts: [PartStatus] = []
            var changed: [PartStatus] = []
            for condition in conditions {
                let known = state.known[condition.name]
                let isSame = known?.state == condition.state
                let since = isSame ? known?.since ?? wall : wall
                let part = PartStatus(condition: condition, since: since)
                state.known[condition.name] = (condition.state, since)
                parts.append(part)
                if !isSame, known != nil || condition.state != .ok { changed.append(part) }
            }
            return (parts, changed, state.listener)
        }
        if let listener { for part in changed { listener(part) } }
        return parts
    }

    /// How the whole is: well where every part is, else degraded. That it is down is not for its parts to say.
    static func overall(_ parts: [PartStatus]) -> PartState {
        parts.allSatisfy { $0.condition.state == .ok } ? .ok : .degraded
    }
}
