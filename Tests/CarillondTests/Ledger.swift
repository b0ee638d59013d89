import Synchronization
import TestSupport

/// What clients of a service were told: the truth outside of it, against which it is compared.
///
/// Each client has sockets of its own, so what it was told last about one is what must be there. Whatever was under
/// way when the service died may or may not have happened: both are right.
final class Ledger: Sendable {
    /// A subscription as far as a client knows it.
    struct Entry: Equatable, Sendable {
        var id: String
        var expire: Int?
        var expiresAt: String?
    }

    /// What is known of one event and socket.
    struct Known: Sendable {
        /// As it was last acknowledged; nil = not subscribed.
        var entry: Entry?
        /// A request without an answer.
        var underWay: Request?
        /// The highest id that was acknowledged before it.
        var highestBefore = 0
    }

    /// What a client asked for.
    enum Request: Sendable, Equatable {
        case subscribe(expire: Int?)
        case unsubscribe
    }

    private struct State: Sendable {
        var known: [String: Known] = [:]
        var highestID = 0
        var acknowledged = 0
        var refusals: [String] = []
    }

    private let state = Mutex(State())

    /// Changes acknowledged so far.
    var acknowledged: Int { state.withLock { $0.acknowledged } }

    /// Answers that should not have come.
    var refusals: [String] { state.withLock { $0.refusals } }

    /// Before a request.
    func begin(_ request: Request, _ key: String) {
        state.withLock { state in
            state.known[key, default: Known()].underWay = request
            state.known[key]?.highestBefore = state.highestID
        }
    }

    /// After an answer that should not have come.
    func refuse(_ text: String) { state.withLock { $0.refusals.append(text) } }

    /// After its answer.
    func end(_ entry: Entry?, _ key: String) {
        state.withLock { state in
            state.known[key] = Known(entry: entry)
            state.acknowledged += 1
            if let id = entry.flatMap({ Int($0.id) }) { state.highestID = max(state.highestID, id) }
        }
    }

    /// What is wrong with what a service shows, in words; and from now on that counts as known.
    func compare(_ shown: [String: Entry]) -> [String] {
        state.withLock { state in
            var faults: [String] = []
            for (key, known) in state.known {
                if let fault = fault(known, shown[key]) {
                    faults.append("\(key): \(fault)")
                }
            }
            for key in shown.keys where state.known[key] == nil {
                faults.append("\(key): never subscribed")
            }
            if Set(shown.values.map(\.id)).count != shown.count {
                faults.append("an id is there twice")
            }
            state.known = shown.mapValues { Known(entry: $0) }
            state.highestID = max(
                state.highestID, shown.values.compactMap { Int($0.id) }.max() ?? 0)
            return faults
        }
    }

    private func fault(_ known: Known, _ shown: Entry?) -> String? {
        if shown == known.entry { return nil }
        let difference = "acknowledged \(known.entry as Any), shown \(shown as Any)"
        switch known.underWay {
        case nil: return difference
        case .unsubscribe: return shown == nil ? nil : difference
        case .subscribe(let expire):
            guard let shown else { return difference }
            let isRightID =
                known.entry.map { $0.id == shown.id } ?? (Int(shown.id) ?? 0 > known.highestBefore)
            return shown.expire == expire && isRightID ? nil : difference
        }
    }
}
