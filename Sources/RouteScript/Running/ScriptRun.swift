public import EventCore

/// One run of one route: a value that is advanced a slice at a time, and may wait in between.
///
///     var run = ScriptRun(script, route, context)
///     while true {
///         switch run.advance(steps: 1_000, now: now, host: host) {
///         case .sliced: continue              // let others run, then go on
///         case .waiting(let effect): …        // later: run.resume(with: result, now: now)
///         case .finished(let result): return result
///         case .failed(let error): log(error); return
///         }
///     }
///
/// Where an expression or an assignment goes wrong (division by zero, a number beyond 64 bits, a
/// text where a number is needed), that is logged, the statement does not take place, `$rc` is -1
/// and the run goes on, as in OpenSIPS. Only limits end it.
public struct ScriptRun: Sendable {
    /// The script.
    public let script: Script
    /// The route that it began with.
    public let route: Route

    private var machine: Machine
    private var result: EffectResult?
    /// Boot nanoseconds at which it began, later by as much as it waited.
    private var start: Int64?
    private var waitsSince: Int64 = 0

    /// A run that has not begun. `route` is one of `script.routes`.
    public init(_ script: Script, _ route: Route, _ context: RunContext = RunContext()) {
        self.script = script
        self.route = route
        machine = Machine(script, route, context)
    }

    /// Goes on for at most about `steps` steps. Never blocks; calls `host` on the calling thread.
    /// After `.finished` or `.failed` it must not be called again, after `.waiting` only once
    /// resumed.
    public mutating func advance(steps: Int, now: Moment, host: any ScriptHost) -> Progress {
        machine.now = now
        do throws(RunError) {
            if let result {
                self.result = nil
                try machine.finish(result, host)
            }
            try checkTime(now)
            switch try machine.run(steps, host) {
            case .sliced: return .sliced
            case .waiting(let effect):
                waitsSince = now.boot
                return .waiting(effect)
            case .finished(let result): return .finished(result)
            }
        } catch {
            return .failed(error)
        }
    }

    /// Hands in what the effect it waits for came to; then it can be advanced.
    public mutating func resume(with result: EffectResult, now: Moment) {
        self.result = result
        if let start { self.start = start + max(0, now.boot - waitsSince) }
    }

    /// Steps taken so far.
    public var steps: Int { machine.steps }

    /// The AVPs as they are now, without those that have no value; of each the newest value first.
    public var avps: [(name: String, values: [ScriptValue])] {
        script.program.avpNames.names.enumerated().compactMap { number, name in
            let values = machine.avps.all(number)
            return values.isEmpty ? nil : (name, values)
        }
    }

    private mutating func checkTime(_ now: Moment) throws(RunError) {
        guard let start else {
            start = now.boot
            return
        }
        guard now.boot - start <= script.limits.nanosecondsMax else {
            throw machine.limitPassed(
                .time, "It ran for more than \(script.limits.nanosecondsMax / 1_000_000) ms.")
        }
    }
}
