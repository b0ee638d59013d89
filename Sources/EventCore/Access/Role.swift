/// What a caller may do. The roles do not contain each other, except that an admin may do everything.
public enum Role: String, Sendable, CaseIterable {
    /// Looking: subscriptions, events, statistics.
    case read
    /// Subscribing, renewing, unsubscribing.
    case subscribe
    /// Raising events, and making their names known.
    case raise
    /// Everything; once authenticated also raising `E_CORE_…` and `E_EVI_…`, a proxy's events passed on.
    case admin
}

/// One role, for every event or for some.
public struct Grant: Sendable, Hashable {
    /// The role.
    public let role: Role
    /// The events it is for: those that one of these matches; empty = all.
    public let events: [EventGlob]

    /// A grant.
    public init(_ role: Role, events: [EventGlob] = []) {
        self.role = role
        self.events = events
    }

    /// Whether it is for the event called `event`.
    func covers(_ event: String) -> Bool {
        events.isEmpty || events.contains { $0.matches(event) }
    }
}
