/// An event's subscribers at one moment, grouped by transport. Immutable: a raise takes it in O(1) and sends
/// while others subscribe. Written anew at the first raise after a change.
final class Fanout: Sendable {
    /// Those of one transport.
    struct Group: Sendable {
        let transport: Int
        let targets: [Target]
    }

    let groups: [Group]
    let count: Int

    init(groups: [Group]) {
        self.groups = groups
        count = groups.reduce(0) { $0 + $1.targets.count }
    }
}
