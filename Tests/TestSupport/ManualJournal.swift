public import EventCore
internal import Synchronization

/// A journal that writes nothing until the test says so, and then succeeds or fails.
public final class ManualJournal: Journal {
    private let state = Lock(State())

    private struct State {
        var waiting: [(change: Change, number: UInt64)] = []
        var committed: [Change] = []
        weak var client: (any JournalClient)?
    }

    /// An empty journal.
    public init() {}

    /// Changes that wait.
    public var waiting: [Change] { state.withLock { $0.waiting.map(\.change) } }

    /// Changes that count as written, in order.
    public var committed: [Change] { state.withLock { $0.committed } }

    /// Keeps a change until it is committed or fails.
    public func append(_ change: Change, number: UInt64) {
        state.withLock { $0.waiting.append((change, number)) }
    }

    /// Keeps the client, weakly.
    public func attach(_ client: any JournalClient) {
        state.withLock { $0.client = client }
    }

    /// Commits the oldest `count` changes; all without an argument.
    public func commit(_ count: Int = .max) {
        let (client, through) = state.withLock { state in
            let group = state.waiting.prefix(count)
            state.waiting.removeFirst(group.count)
            state.committed += group.map(\.change)
            return (state.client, group.last?.number)
        }
        if let through { client?.committed(through: through) }
    }

    /// Nothing that waits can be written, but the ends of what expired: those are tried again, and then can.
    public func fail(_ error: JournalError = .full) {
        let client = state.withLock { $0.client }
        client?.failed(error) {
            state.withLock { state in
                for (change, _) in state.waiting {
                    if case .expired = change { state.committed.append(change) }
                }
                state.waiting = []
            }
        }
    }
}
