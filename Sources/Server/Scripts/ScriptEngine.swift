internal import Dispatch
internal import EventCore
internal import Net
internal import RouteScript
internal import Synchronization
internal import Transports
internal import WireFormats

/// Runs the routes of the script: on one queue of its own, slice by slice, each in its turn, so that a route that never
/// ends delays neither the others nor anything else. What takes time suspends its run and no thread.
final class ScriptEngine: Sendable {
    /// What a run waits for: begins it, and tells once, on any thread, what it came to.
    typealias Effects = @Sendable (Effect, @escaping @Sendable (EffectResult) -> Void) -> Void

    let world: RunHost.World
    let state = Lock(ScriptState())
    let effects: Effects
    let transport: RouteTransport
    let queue = DispatchQueue(label: "carillon.script")
    /// One at a time loads a script.
    private let loading = Lock(())

    /// Steps of a run before it is the next one's turn: some hundred microseconds.
    static let sliceSteps = 2_000

    /// An engine without a script; nothing runs before `start`.
    init(_ world: RunHost.World, transport: RouteTransport, effects: @escaping Effects) {
        self.world = world
        self.transport = transport
        self.effects = effects
        transport.attach(self)
    }

    /// Puts a script in force, or leaves all as it was and throws what is in the way: publishes its events, subscribes
    /// its event_routes, ends the subscriptions of those that are gone, and runs its startup_route. A subscription that
    /// is there already stays as it is, with its expiry and counts. Any thread; not from a run.
    func load(_ script: Script, statistics: [String] = []) throws(CommandError) {
        try loading.withLock { _ throws(CommandError) in
            let old = Self.eventRoutes(state.withLock { $0.script })
            let new = Self.eventRoutes(script)
            try EventModule.publish(ofScript: script.eventNames, on: world.interface)
            transport.declare(old.union(new))
            do throws(CommandError) {
                try subscribe(new)
            } catch {
                transport.declare(old)
                throw error
            }
            let now = world.clock().boot
            state.withLock { $0.replace(with: script, now: now) }
            world.log.forget()
            for name in statistics where world.memory.statistic(name) == nil {
                _ = world.memory.make(name, value: 0)
            }
            for route in old.subtracting(new) { try unsubscribe(route) }
            transport.declare(new)
        }
        wake()
    }

    /// Runs from now on. Returns when the startup_route has ended, waits for something, or `milliseconds` are over, so
    /// that what it subscribes is there before the surfaces open.
    func start(waitingForStartup milliseconds: Int = ScriptEngine.startupMilliseconds) {
        let hasStartup = state.withLock { state in
            state.stage = .running
            return !state.lanes.isIdle
        }
        wake()
        guard hasStartup else { return }
        let done = DispatchSemaphore(value: 0)
        queue.async { self.untilQuiet(done) }
        _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
    }

    /// For how long the start waits for the startup_route.
    static let startupMilliseconds = 1_000

    /// Sees to it that the queue looks for work. Any thread.
    func wake() {
        let sleeps = state.withLock { state in
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if sleeps { queue.async { self.pump() } }
    }

    /// How far local time is ahead of UTC at `wall`, for `$time(…)`.
    func utcOffsetSeconds(at wall: Int64) -> Int {
        state.withLock { $0.utcOffsetSeconds(at: wall, Clock.utcOffsetSeconds) }
    }

    /// The names of a script's event_routes.
    private static func eventRoutes(_ script: Script?) -> Set<String> {
        Set(script?.routes.filter { $0.kind == .event }.compactMap(\.name) ?? [])
    }
}

extension ScriptEngine {
    /// Subscribes the event_routes that are not; all or none.
    private func subscribe(_ routes: Set<String>) throws(CommandError) {
        var made: [UInt64] = []
        for route in routes.sorted() {
            do throws(CommandError) {
                let socket = "route:" + route
                let known = try run(
                    .listSubscribers(
                        ListSubscribersCommand(event: route, socket: socket, limit: 1)))
                if case .subscriptions(let page)? = known, !page.subscriptions.isEmpty { continue }
                let command = SubscribeCommand(
                    event: route, socket: socket, expire: .never, createsEvent: true)
                if case .subscribed(let view, _)? = try run(.subscribe(command)) {
                    made.append(view.id)
                }
            } catch {
                for id in made { _ = try run(.unsubscribe(UnsubscribeCommand(id: id))) }
                throw error
            }
        }
    }

    /// Ends what is subscribed for an event_route that is gone, whatever the event.
    private func unsubscribe(_ route: String) throws(CommandError) {
        var cursor: UInt64?
        repeat {
            let command = ListSubscribersCommand(
                socket: "route:" + route, limit: 1_000, cursor: cursor)
            guard case .subscriptions(let page)? = try run(.listSubscribers(command)) else {
                return
            }
            for view in page.subscriptions {
                _ = try run(.unsubscribe(UnsubscribeCommand(id: view.id)))
            }
            cursor = page.nextCursor
        } while cursor != nil
    }

    /// Runs a command that is answered at once: route sockets are volatile.
    private func run(_ command: Command) throws(CommandError) -> CommandReply? {
        let outcome = try Commands.run(
            command, by: RunHost.caller, on: world.interface, at: world.clock()
        ) { { _ in } }
        guard case .done(let reply) = outcome else { return nil }
        return reply
    }
}

extension ScriptEngine: RouteRunner {
    func take(_ deliveries: [RouteDelivery]) -> [Outcome] {
        let outcomes = state.withLock { state in deliveries.map { state.take($0) } }
        wake()
        return outcomes
    }

    func stop(drainMilliseconds: Int) {
        state.withLock { $0.stage = .draining }
        let done = DispatchSemaphore(value: 0)
        queue.async { self.untilIdle(done) }
        _ = done.wait(timeout: .now() + .milliseconds(drainMilliseconds))
        let (jobs, runs) = state.withLock { state in
            state.stage = .stopped
            return state.lanes.giveUp()
        }
        for job in jobs { giveUp(job) }
        var results: [DeliveryResult] = []
        for run in runs { results += close(run, nil) }
        settle(results)
        // What is in the middle of a slice is closed by the queue itself.
        queue.sync {}
    }

    /// Tells what became of deliveries.
    func settle(_ results: [DeliveryResult]) {
        if !results.isEmpty { transport.ledger?.settle(results) }
    }

    private func giveUp(_ job: RunJob) {
        switch job {
        case .delivery(let delivery):
            settle([
                DeliveryResult(
                    subscription: delivery.subscription, outcome: .dropped(.stopped),
                    of: delivery.occurrence)
            ])
        case .request(let request):
            request.answer(.failure(CommandError(.serviceUnavailable, "The service is stopping.")))
        case .timer, .startup: return
        }
    }
}

extension ScriptEngine: RouteControl {
    var routes: [RouteView] { state.withLock { $0.views } }

    /// What `get_statistics` shows.
    var statistics: [Statistic] { state.withLock { $0.statistics } }

    func run(_ command: RunRouteCommand, at now: Moment, _ answer: @escaping CommandContinuation) {
        guard let script = state.withLock({ $0.script }), let route = script.route(for: command)
        else {
            let name = String(command.name.unicodeScalars.prefix(64))
            return answer(
                .failure(
                    CommandError(
                        .routeNotFound, "The script has no route called '\(name)'.",
                        parameter: "name")))
        }
        let message: SIPMessage?
        do throws(SIPError) {
            message = try command.message.map { text throws(SIPError) in
                try SIPMessage(parsing: Array(text.utf8))
            }
        } catch {
            return answer(
                .failure(
                    CommandError(
                        .invalidMessage, "It is no SIP message, at \(error)", parameter: "sip",
                        fault: .badFormat)))
        }
        let request = request(command, script, route, message, at: now, answer)
        let isTaken = state.withLock { state in
            state.stage == .running && state.lanes.offer(.request(request), to: .request)
        }
        guard isTaken else {
            return answer(
                .failure(
                    CommandError(
                        .serviceUnavailable,
                        "\(ScriptState.limits.requestsMax) runs are under way, or the service is stopping."
                    )))
        }
        wake()
    }
}

extension ScriptEngine {
    private func request(
        _ command: RunRouteCommand, _ script: Script, _ route: Route, _ message: SIPMessage?,
        at now: Moment, _ answer: @escaping CommandContinuation
    ) -> RouteRequest {
        let key = message.flatMap { ScriptTransactions.Key($0) }
        let isReply = message?.isRequest == false
        let avps = key.map { key in
            isReply ? state.withLock { $0.transactions.avps(for: key, now: now.boot) } : []
        }
        let context = RunContext(
            params: command.params,
            variables: command.variables.map { ($0.name, ScriptValue($0.value)) },
            avps: avps ?? [], message: message, sourceAddress: command.source.address,
            sourcePort: command.source.port.map { Int($0) }, caller: "request",
            utcOffsetSeconds: utcOffsetSeconds(at: now.wall))
        return RouteRequest(
            route: route, script: script, context: context, transaction: isReply ? nil : key,
            trace: command.trace, answer: answer)
    }
}

extension Script {
    /// The route that a request means: `route` before the other kinds, and a route without a name by its kind.
    func route(for command: RunRouteCommand) -> Route? {
        let kinds = RouteKind.allCases.filter { command.kind == nil || $0.rawValue == command.kind }
        let named = kinds.lazy.compactMap { self.route($0, command.name) }
        return named.first ?? kinds.first { $0.rawValue == command.name }.flatMap { self.route($0) }
    }
}

extension ScriptValue {
    /// A value of JSON as scripts have it: no fractions, no booleans.
    init(_ value: Value) {
        switch value {
        case .string(let text): self.init(text)
        case .integer(let number): self = .integer(number)
        case .double(let number): self.init(String(number))
        case .boolean(let flag): self = .integer(flag ? 1 : 0)
        }
    }
}
