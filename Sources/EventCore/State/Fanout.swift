/// An event's subscribers at one moment, grouped by transport. Immutable: a raise takes it in O(1) and sends
/// while others subscribe. Written anew at the first raise after a change.
final class Fanout: Sendable {
    /// Those of one transport.
    struct Group: Sendable {
        let transport: Int
        let targets: [Target]
    }

    /// A target and the number of its transport.
    struct Kept: Sendable {
        let target: Target
        let transport: UInt8
    }

    let groups: [Group]
    let count: Int
    /// All targets, for receipts; empty where there are too many for one.
    let kept: [Kept]

    init(groups: [Group]) {
        self.groups = groups
        count = groups.reduce(0) { $0 + $1.targets.count }
        kept =
            count > Receipt.deliveriesKept
            ? []
            : groups.flatMap { group in
                group.targets.map { Kept(target: $0, transport: UInt8(group.transport)) }
            }
    }
}
