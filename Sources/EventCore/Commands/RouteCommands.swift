internal import Synchronization

/// Runs a route of the script, with what it is to be about.
///
/// Answers `.routeRun` when the run has ended. Errors: `invalidParams`, `routeNotFound`, `invalidMessage`,
/// `serviceUnavailable`.
public struct RunRouteCommand: Sendable {
    /// Its name; of a route without one, its kind.
    public var name: String
    /// Its kind, `onreply_route`; nil takes a `route` of the name, else one of another kind.
    public var kind: String?
    /// Values of `$var(name)` at the beginning.
    public var variables: [(name: String, value: Value)]
    /// What `$param` and `fetch_event_params` find.
    public var params: Params
    /// The SIP message it is about, as text.
    public var message: String?
    /// The address and port that the message came from, for `$si` and `$sp`.
    public var source: (address: String?, port: Int64?) = (nil, nil)
    /// What the caller calls its request: what the route raises passes it on. The command layer sets it, never a surface.
    public internal(set) var trace: Trace?

    /// A command.
    public init(
        name: String, kind: String? = nil, variables: [(name: String, value: Value)] = [],
        params: Params = .none, message: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.variables = variables
        self.params = params
        self.message = message
    }

    func run(
        on interface: EventInterface, at now: Moment, continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        try params.check(interface.limits)
        let routes = try interface.requireRoutes()
        routes.run(self, at: now, continuation())
        return .awaiting
    }
}

extension EventInterface {
    /// Hands over the script beside the core; once, before the surfaces open.
    public func attach(routes: any RouteControl) {
        core.withLock { $0.routes = routes }
    }

    func requireRoutes() throws(CommandError) -> any RouteControl {
        guard let routes = core.withLock({ $0.routes }) else {
            throw CommandError(.serviceUnavailable, "There is no script beside this core.")
        }
        return routes
    }

    func routes() throws(CommandError) -> CommandReply {
        .routes(try requireRoutes().routes)
    }
}
