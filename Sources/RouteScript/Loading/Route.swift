/// A block of a script that can be run: `event_route[E_X] { … }`.
public struct Route: Sendable, Hashable {
    /// What makes it run.
    public var kind: RouteKind
    /// What stands in the brackets: a route's name, an event's; nil for `route { }` and the like.
    public var name: String?
    /// `timer_route` only: seconds between two runs, 1 to `ScriptLimits.timerSecondsMax`. The first
    /// is one interval after the start.
    public var seconds: Int64?
    /// Where it begins.
    public var position: SourcePosition
    /// Its place in `Script.routes`.
    public var number: Int
}

/// The kinds of routes.
public enum RouteKind: String, Sendable, Hashable, CaseIterable {
    /// `route { }` and `route[name] { }`: run by `route(name)` and by `POST /routes/{name}/run`.
    case request = "route"
    /// `startup_route { }`: once after each load. At most one.
    case startup = "startup_route"
    /// `timer_route[name, seconds] { }`.
    case timer = "timer_route"
    /// `event_route[E_X] { }`: subscribed to the event as `route:E_X`. One for each event.
    case event = "event_route"
    /// `onreply_route { }` and `onreply_route[name] { }`: for a SIP reply.
    case onreply = "onreply_route"
    /// `local_route { }`. At most one.
    case local = "local_route"
    /// `error_route { }`: for a SIP message that cannot be parsed. At most one.
    case error = "error_route"
}
