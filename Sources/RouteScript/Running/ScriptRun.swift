public import EventCore

/// One run of one route: a value that is advanced a slice at a time, and may wait in between.
///
///     var run = ScriptRun(script, route, context)
///     while true {
///         switch run.advance(steps: 1_000, now: now, host: host) {
///         case .sliced: continue              // let others run, then go on
///         case .waiting(let effect): …        // later: run.resume(with: result, now: now), then advance again
///         case .finished(let result): return result
///         case .failed(let error): log(error); return
///         }
///     }
public struct ScriptRun: Sendable {
    /// The script.
    public let script: Script
    /// The route that it began with.
    public let route: Route

    /// A run that has not begun. `route` is one of `script.routes`.
    public init(_ script: Script, _ route: Route, _ context: RunContext = RunContext()) {
        self.script = script
        self.route = route
    }

    /// Goes on for at most about `steps` steps. Never blocks; calls `host` on the calling thread.
    /// After `.finished` or `.failed` it must not be called again, after `.waiting` only once resumed.
    public mutating func advance(steps: Int, now: Moment, host: any ScriptHost) -> Progress {
        .finished(RunResult(code: 1, end: .ended, steps: 0))
    }

    /// Hands in what the effect it waits for came to.
    public mutating func resume(with result: EffectResult, now: Moment) {}
}
