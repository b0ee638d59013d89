internal import Synchronization

/// Bringing back what survived: called before the surfaces open, so nothing is told to the journal.
extension EventInterface {
    /// Publishes a dynamic event of the store, unless it exists.
    public func restore(event name: String) {
        core.withLock { core in
            if core.state.events.number(of: name) == nil {
                _ = core.state.events.add(.dynamic(name), kind: .dynamic)
            }
        }
    }

    /// Makes room for `count` subscriptions: growing the tables on the way would take a third of the time.
    public func restore(expecting count: Int) {
        core.withLock { core in
            let count = min(count, limits.subscriptionsMax)
            core.state.ids.reserve(count, in: core.state.slab)
            core.state.identities.reserve(count, in: core.state.slab)
        }
    }

    /// Brings a subscription back. What is over is left out (false), and so is a subscriber that is there already: two
    /// spellings of a socket that an older version told apart. Throws when no transport understands its socket any
    /// more. In the order of the ids it is O(1).
    ///
    /// The deadline was stored as wall time; should the wall clock have been put back meanwhile, it ends no later
    /// than its full lifetime from now.
    public func restore(
        _ stored: StoredSubscription, at now: Moment
    ) throws(SocketError) -> Bool {
        restore(nextID: stored.id + 1)
        let socket = try parse(SocketText.parse(stored.socket))
        var record = SubscriptionRecord(socket)
        record.id = stored.id
        record.created = stored.created
        let lifetime = min(stored.expire ?? limits.expireMaxSeconds, limits.expireMaxSeconds)
        var left: Int64?
        if let deadline = stored.deadline {
            guard deadline > now.wall, lifetime > 0 else { return false }
            left = min(deadline - now.wall, lifetime * 1_000)
            record.expire = UInt32(lifetime)
        }
        return core.withLock { core in
            let known = core.state.events.number(of: stored.event)
            record.event = known ?? core.state.events.add(.dynamic(stored.event), kind: .dynamic)
            if core.state.find(event: record.event, socket: socket) != nil { return false }
            record.creator = core.state.names.number(of: stored.createdBy)
            if let left {
                record.set(millisecondsLeft: left, now: now, core.state.wallClock)
                // Where it was given in an earlier process it is given again: that cannot be known.
                record.awaitsNotice = limits.givesNotice(of: .seconds(record.expire))
            }
            core.state.restore(record)
            return true
        }
    }

    /// Brings an idempotency key back, unless it is too old; in the order in which they were made. One that was only
    /// claimed stays so for the rest of its day: it may have been raised.
    public func restore(_ stored: StoredKey, at now: Moment) {
        // Should the wall clock have been put back meanwhile, it is kept no longer than a day from now.
        let created = min(stored.created, now.wall)
        guard created >= now.wall - limits.idempotencyKeySeconds * 1_000 else { return }
        core.withLock { core in
            core.state.keys.insert(
                KeyTable.Name(caller: stored.caller, key: stored.key),
                KeyTable.Entry(
                    fingerprint: stored.fingerprint, created: created,
                    stage: stored.receipt.map { .raised($0) } ?? .claimed(isOurs: false)))
        }
    }

    /// Makes sure that no id below `next` is given again.
    public func restore(nextID next: UInt64) {
        core.withLock { $0.state.nextID = max($0.state.nextID, next) }
    }
}
