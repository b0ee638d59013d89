internal import Dispatch
public import EventCore
internal import Synchronization
internal import WireFormats

/// The event_routes of the script as subscribers, the scheme `route`: `route:E_X` runs `event_route[E_X]`.
///
///     socket = "route:" name        ; the name of an event_route that the script has; no options
///
/// Only a hand-over: queues and runs are its `RouteRunner`'s, whom it meets in `attach(_:)`. There the cycle from
/// routes over commands and transports back to routes is cut. Nothing is kept: the script subscribes its routes
/// itself, each time that it is loaded.
public final class RouteTransport: Transport {
    /// `route`.
    public let name = "route"
    /// `route`.
    public let schemes = ["route"]
    /// The script makes its own subscriptions, and another script has other routes.
    public let isVolatile = true

    private struct State {
        var routes: Set<String> = []
        var runner: (any RouteRunner)?
        var isStopped = false
        var ledger: (any DeliveryLedger)?
    }

    private let state = Lock(State())
    private let fanOut = DispatchQueue(label: "carillon.route.fan-out")

    /// A transport without routes.
    public init() {}

    /// Hands over who runs the routes; once, before there are any.
    public func attach(_ runner: any RouteRunner) {
        state.withLock { $0.runner = runner }
    }

    /// Says which event_routes there are from now on. Any thread.
    public func declare(_ routes: Set<String>) {
        state.withLock { $0.routes = routes }
    }

    /// See `Transport`. `.malformed` for what no event_route is called.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        guard text.options.isEmpty else {
            throw SocketError(.badOption, "A route socket is `route:NAME` and has no options.")
        }
        guard state.withLock({ $0.routes.contains(text.rest) }) else {
            throw SocketError(
                .malformed,
                "A route socket is `route:NAME`: the script has no event_route of this name.")
        }
        let canonical = "route:" + text.rest
        return Socket(
            packed: 0,
            detail: SocketDetail(
                identity: canonical, text: canonical, target: RouteTarget(name: text.rest)))
    }

    /// See `Transport`. Nothing is secret.
    public func text(of socket: Socket, secrets: Bool) -> String { socket.detail?.text ?? "" }

    /// See `Transport`. The ledger is the runner's to ask and to tell.
    public func attach(to ledger: any DeliveryLedger) {
        state.withLock { $0.ledger = ledger }
    }

    /// Where the runner asks and tells; nil before anybody has attached one.
    public var ledger: (any DeliveryLedger)? { state.withLock { $0.ledger } }

    /// See `Transport`. Only enqueues: a route never runs inside the raise that it is run for.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        let (runner, isStopped) = state.withLock { ($0.runner, $0.isStopped) }
        guard let runner, !isStopped else {
            for place in outcomes.indices { outcomes[place] = .dropped(.stopped) }
            return
        }
        let deliveries = targets.map { target in
            RouteDelivery(
                subscription: target.subscription,
                route: (target.detail?.target as? RouteTarget)?.name ?? "", occurrence: occurrence)
        }
        outcomes = runner.take(deliveries)
    }

    /// See `Transport`. A route gets no bytes but values: its params, as JSON.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        let params = NotificationFormat.jsonParams(occurrence)
        return [
            state.withLock { $0.isStopped } ? .stopped(params) : DeliveryForecast(params)
        ]
    }

    /// See `Transport`. A serial queue: works run in the order they were scheduled.
    public func schedule(_ work: @escaping @Sendable () -> Void) {
        fanOut.async(execute: work)
    }

    /// See `Transport`.
    public func stop(drainMilliseconds: Int) {
        let runner = state.withLock { state in
            state.isStopped = true
            return state.runner
        }
        runner?.stop(drainMilliseconds: drainMilliseconds)
        // It holds who holds the core, which holds this.
        state.withLock { $0.runner = nil }
    }
}

/// Which event_route a socket names.
private final class RouteTarget: Sendable {
    let name: String

    init(name: String) { self.name = name }
}
