internal import Synchronization

/// Bringing back what survived: called before the surfaces open, so nothing is told to the journal.
extension EventInterface {
    /// Publishes a dynamic event of the store.
    public func restore(event name: String) {
        core.withLock { core in
            if core.state.events.number(of: name) == nil {
                _ = core.state.events.add(.dynamic(name), kind: .dynamic)
            }
        }
    }

    /// Brings a subscription back, in the order of the ids. What is over is left out (false). Throws when no
    /// transport understands its socket any more.
    ///
    /// The deadline was stored as wall time; should the wall clock have been put back meanwhile, it ends no later
    /// than its full lifetime from now.
    public func restore(
        _ stored: StoredSubscription, at now: Moment
    ) throws(SocketError) -> Bool {
        let socket = try parse(SocketText.parse(stored.socket))
        var record = SubscriptionRecord()
        record.id = stored.id
        record.created = stored.created
        record.transport = socket.transport
        record.packed = socket.packed
        record.options = socket.options
        record.detail = socket.detail
        if let deadline = stored.deadline {
            let lifetime = min(stored.expire ?? limits.expireMaxSeconds, limits.expireMaxSeconds)
            let leftMilliseconds = min(deadline - now.wall, lifetime * 1_000)
            guard leftMilliseconds > 0 else { return false }
            record.deadline = now.boot + leftMilliseconds * 1_000_000
            record.expire = UInt32(lifetime)
        }
        core.withLock { core in
            let known = core.state.events.number(of: stored.event)
            record.event = known ?? core.state.events.add(.dynamic(stored.event), kind: .dynamic)
            _ = core.state.insert(record)
            core.state.nextID = max(core.state.nextID, stored.id + 1)
        }
        return true
    }

    /// Makes sure that no id below `next` is given again.
    public func restore(nextID next: UInt64) {
        core.withLock { $0.state.nextID = max($0.state.nextID, next) }
    }
}
