internal import EventCore
internal import Net
internal import WireFormats

/// What is known of names, which are being looked up, and who waits for them: the rules of
/// `Resolver` without its threads. Time is an argument, in nanoseconds.
struct NameTable {
    /// Called with the answer.
    typealias Waiter = @Sendable (Resolver.Answer) -> Void

    /// A lookup to be started.
    struct Start {
        let name: String
        let number: UInt64
    }

    private struct Known {
        var addresses: [IPAddress]
        var freshUntil: Int64
        var usableUntil: Int64
    }

    private struct Pending {
        var waiters: [Waiter] = []
        /// Counts the times that somebody began to wait, for the timer that gives up.
        var wait: UInt64 = 0
    }

    private let limits: Resolver.Limits
    private var known: LeastRecentlyUsed<String, Known>
    private var pending: [String: Pending] = [:]
    private var queue = Fifo<String>()
    private var running: Set<UInt64> = []
    private var slow: Set<UInt64> = []
    private var lookups: UInt64 = 0

    init(limits: Resolver.Limits) {
        self.limits = limits
        known = LeastRecentlyUsed(capacity: limits.namesMax)
    }

    /// The answer as far as there is one. What is no longer fresh is asked for again, while it is
    /// still used.
    mutating func answer(_ name: String, now: Int64) -> Resolver.Answer? {
        let entry = known.use(name)
        if let entry, now < entry.freshUntil {
            return entry.addresses.isEmpty ? .unresolved : .addresses(entry.addresses)
        }
        enqueue(name)
        // There is no room for one more lookup: an answer now, though a bad one, rather than none
        // for ever.
        guard pending[name] != nil else { return .unresolved }
        guard let entry, now < entry.usableUntil, !entry.addresses.isEmpty else { return nil }
        return .addresses(entry.addresses)
    }

    private mutating func enqueue(_ name: String) {
        guard pending[name] == nil, pending.count < limits.pendingMax else { return }
        pending[name] = Pending()
        queue.append(name)
    }

    /// Lets `waiter` wait for a name that `answer` had none for. The result is nil where others
    /// wait already, else the number of this wait, for `giveUp`.
    mutating func wait(for name: String, _ waiter: @escaping Waiter) -> UInt64? {
        let isFirst = pending[name, default: Pending()].waiters.isEmpty
        pending[name, default: Pending()].waiters.append(waiter)
        guard isFirst else { return nil }
        pending[name]?.wait += 1
        return pending[name]?.wait
    }

    /// The lookups that may start now. A slow one no longer counts among the concurrent ones, so a
    /// name whose servers are silent holds no other up; all together are bounded by `threadsMax`.
    mutating func start() -> [Start] {
        var starts: [Start] = []
        while running.count < limits.lookupsMax, running.count + slow.count < limits.threadsMax,
            let name = queue.popFirst()
        {
            lookups += 1
            running.insert(lookups)
            starts.append(Start(name: name, number: lookups))
        }
        return starts
    }

    /// The lookup takes its time: others may start.
    mutating func slowedDown(_ number: UInt64) {
        if running.remove(number) != nil { slow.insert(number) }
    }

    /// A lookup ended. Returns the answer and who waits for it.
    mutating func finish(
        _ start: Start, _ result: Result<[IPAddress], Resolver.LookupFailure>, now: Int64
    ) -> (Resolver.Answer, [Waiter]) {
        if running.remove(start.number) == nil { slow.remove(start.number) }
        let waiters = pending.removeValue(forKey: start.name)?.waiters ?? []
        let before = known.use(start.name)
        var entry = Known(
            addresses: [], freshUntil: now + limits.negativeSeconds * 1_000_000_000,
            usableUntil: now)
        switch result {
        case .success(let addresses) where !addresses.isEmpty:
            entry.addresses = Array(addresses.prefix(limits.addressesMax))
            entry.freshUntil = now + limits.positiveSeconds * 1_000_000_000
            entry.usableUntil = now + limits.staleSeconds * 1_000_000_000
        case .failure(.temporary):
            // The servers do not answer: the last known address is better than none (RFC 8767).
            if let before, now < before.usableUntil {
                entry.addresses = before.addresses
                entry.usableUntil = before.usableUntil
            }
        case .success, .failure(.notFound): break
        }
        known.set(start.name, entry)
        return (entry.addresses.isEmpty ? .unresolved : .addresses(entry.addresses), waiters)
    }

    /// Nobody waits for this lookup any longer; who did is told `.unresolved`, and so is who asks
    /// soon. It goes on.
    mutating func giveUp(_ name: String, wait: UInt64, now: Int64) -> [Waiter] {
        guard let entry = pending[name], entry.wait == wait, !entry.waiters.isEmpty else {
            return []
        }
        pending[name]?.waiters = []
        known.set(
            name,
            Known(
                addresses: [], freshUntil: now + limits.negativeSeconds * 1_000_000_000,
                usableUntil: now))
        return entry.waiters
    }
}
