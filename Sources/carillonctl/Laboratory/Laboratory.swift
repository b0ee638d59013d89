import EventCore
import RouteScript
import WireFormats

/// Runs a script against what was recorded, without a service, a network or a clock: the same files
/// give the same report.
struct Laboratory {
    private let script: Script
    private let report: LaboratoryReport
    private let host: LaboratoryHost
    private var now: Moment
    private var timers: [Timer]
    private var answers: [EffectResult] = []
    private(set) var counts = Counts()

    private struct Timer {
        let route: Route
        /// Boot nanoseconds.
        var due: Int64
    }

    /// What a replay came to.
    struct Counts {
        var occurrences = 0
        var runs = 0
        var aborted = 0
    }

    /// Begins at `wall`, milliseconds since 1970: runs startup_route.
    init(_ script: Script, startingAt wall: Int64, _ report: LaboratoryReport) {
        self.script = script
        self.report = report
        now = Moment(boot: 0, wall: wall)
        host = LaboratoryHost(now: now)
        timers = script.routes.compactMap { route in
            route.seconds.map { Timer(route: route, due: $0 * 1_000_000_000) }
        }
        for route in script.routes where route.kind == .event {
            // As the service does: an event_route is subscribed to its event by being there.
            guard let event = route.name else { continue }
            _ = host.subscribe(event, "route:" + event, expire: nil)
        }
        host.deeds = []
        if let startup = script.route(.startup) { run(startup, RunContext()) }
        deliverRaised()
    }

    /// Does what a line says.
    mutating func take(_ step: ReplayStep) throws(ReplayFault) {
        if let time = step.time {
            guard time >= now.wall else { throw ReplayFault("time: this is before the line above") }
            wait(milliseconds: time - now.wall)
        }
        switch step.action {
        case .occurrence(let event, let params):
            counts.occurrences += 1
            deliver(event, params, depth: 0)
        case .run(let kind, let name, let context):
            let route = script.routes.first { route in
                (route.name ?? route.kind.rawValue) == name && (kind ?? route.kind) == route.kind
            }
            guard let route else { throw ReplayFault("route: the script has none called \(name)") }
            run(route, context)
        case .wait(let seconds): wait(milliseconds: seconds * 1_000)
        case .statistics(let numbers):
            for (name, number) in numbers { host.statistics[name] = number }
        case .answer(let answer): answers.append(answer)
        }
        deliverRaised()
    }

    /// Lets time go by; timer routes run when they are due, the first after one interval.
    mutating func wait(milliseconds: Int64) {
        let end = now.boot + milliseconds * 1_000_000
        while let next = timers.indices.min(by: { timers[$0].due < timers[$1].due }),
            timers[next].due <= end
        {
            move(to: timers[next].due)
            timers[next].due += (timers[next].route.seconds ?? 1) * 1_000_000_000
            run(timers[next].route, RunContext(caller: "timer"))
            deliverRaised()
        }
        move(to: end)
    }

    private mutating func move(to boot: Int64) {
        now = Moment(boot: boot, wall: now.wall + (boot - now.boot) / 1_000_000)
        host.now = now
    }

    /// As the service does: what a run raised reaches its routes once the run is over, in order.
    private mutating func deliverRaised() {
        while !host.raised.isEmpty {
            let raised = host.raised
            host.raised = []
            for (event, params, depth) in raised { deliver(event, params, depth: depth) }
        }
    }

    private mutating func deliver(_ event: String, _ params: Params, depth: Int) {
        for name in host.routes(for: event) {
            guard let route = script.route(.event, name) else { continue }
            run(
                route,
                RunContext(event: event, params: params, caller: "event", raiseDepth: depth))
        }
    }

    private mutating func run(_ route: Route, _ context: RunContext) {
        counts.runs += 1
        report.begin(route, context, at: now.wall)
        var run = ScriptRun(script, route, context)
        while true {
            let progress = run.advance(steps: 10_000, now: now, host: host)
            for deed in host.deeds { report.add(deed) }
            host.deeds = []
            switch progress {
            case .sliced: continue
            case .waiting(let effect):
                let answer = answer(to: effect)
                report.add(effect, answer)
                run.resume(with: answer, now: now)
            case .finished(let result): return report.end(result)
            case .failed(let error):
                counts.aborted += 1
                return report.end(error)
            }
        }
    }

    /// The next answer of the replay, if it is one to this; nobody is called.
    private mutating func answer(to effect: Effect) -> EffectResult {
        guard let next = answers.first else { return .failed(.refused) }
        switch (effect, next) {
        case (.http, .http), (.mi, .mi), (.mi, .miError), (_, .failed): answers.removeFirst()
        case (.http, .mi), (.http, .miError), (.mi, .http): return .failed(.refused)
        }
        return next
    }
}
