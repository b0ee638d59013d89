internal import EventCore
internal import Net
internal import Synchronization

/// Which members of groups have failed lately, and whose turn it is. Any thread.
final class GroupTable: Sendable {
    private struct Group {
        /// Until when each member is tried last, boot nanoseconds; 0 = it is not.
        var downUntil: [Int64]
        /// Whose turn it is.
        var turn = 0
    }

    private let groups: Lock<LeastRecentlyUsed<String, Group>>
    private let downNanoseconds: Int64

    init(_ settings: VirtualSettings) {
        groups = Lock(LeastRecentlyUsed(capacity: VirtualSettings.groupsMax))
        downNanoseconds = Int64(settings.failoverMilliseconds) * 1_000_000
    }

    /// The members in the order in which they are tried: healthy ones first. With ROUND-ROBIN
    /// another one is first each time, unless it is asked without `turns`.
    func order(of target: VirtualTarget, now: Int64, turns: Bool = true) -> [Int] {
        change(target) { group in
            let count = target.members.count
            let turned = (0..<count).map { (group.turn + $0) % count }
            let healthy = turned.filter { group.downUntil[$0] <= now }
            let order = healthy + turned.filter { group.downUntil[$0] > now }
            if turns, target.policy == .roundRobin { group.turn = (order[0] + 1) % count }
            return order
        }
    }

    /// A member failed: others are tried first for a while.
    func failed(_ member: Int, of target: VirtualTarget, now: Int64) {
        let until = now + downNanoseconds
        change(target) { $0.downUntil[member] = until }
    }

    /// A member has done its part.
    func succeeded(_ member: Int, of target: VirtualTarget) {
        change(target) { $0.downUntil[member] = 0 }
    }

    /// Until when each member is tried last, boot nanoseconds; 0 for one that is not.
    func downUntil(of target: VirtualTarget) -> [Int64] {
        change(target) { $0.downUntil }
    }

    private func change<Result: Sendable>(
        _ target: VirtualTarget, _ body: (inout Group) -> Result
    ) -> Result {
        groups.withLock { groups in
            let name = target.destination.name
            var group =
                groups.use(name)
                ?? Group(downUntil: [Int64](repeating: 0, count: target.members.count))
            let result = body(&group)
            groups.set(name, group)
            return result
        }
    }
}
