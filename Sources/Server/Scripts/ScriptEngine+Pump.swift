internal import Dispatch
internal import EventCore
internal import RouteScript
internal import Synchronization
internal import Transports

/// The work on the engine's queue: slice after slice, in the order of the round.
extension ScriptEngine {
    /// Slices after which the queue looks at its other work.
    private static let turnsMax = 64

    /// Runs what there is to run; comes back for the rest.
    func pump() {
        var results: [DeliveryResult] = []
        defer { settle(results) }
        for _ in 0..<Self.turnsMax {
            let now = world.clock()
            let turn = state.withLock { state in
                state.offerTimers(now: now.boot)
                return state.next()
            }
            guard let turn else { return setAlarm(now: now.boot) }
            switch turn {
            case .begin(let job, let number):
                guard let run = begin(job, now, &results) else {
                    state.withLock { $0.lanes.end(number) }
                    continue
                }
                results += advance(run, number, now)
            case .goOn(let run, let number):
                results += advance(run, number, now)
            }
        }
        queue.async { self.pump() }
    }

    /// The run of a job; nil where there is nothing to run, which has been reported then.
    private func begin(
        _ job: RunJob, _ now: Moment, _ results: inout [DeliveryResult]
    ) -> ActiveRun? {
        let script = state.withLock { $0.script }
        switch job {
        case .delivery(let delivery):
            if let reason = transport.ledger?.mayStart(delivery.subscription) ?? nil {
                results.append(
                    DeliveryResult(
                        subscription: delivery.subscription, outcome: .dropped(reason),
                        of: delivery.occurrence))
                return nil
            }
            guard let script, let route = script.route(.event, delivery.route) else {
                results.append(
                    DeliveryResult(
                        subscription: delivery.subscription, outcome: .failed(.route),
                        of: delivery.occurrence,
                        words: "the script has no event_route[\(delivery.route)] any more"))
                return nil
            }
            let occurrence = delivery.occurrence
            let context = RunContext(
                event: occurrence.event, params: occurrence.params, caller: "event",
                raiseDepth: occurrence.depth,
                utcOffsetSeconds: utcOffsetSeconds(at: occurrence.time))
            return ActiveRun(
                run: ScriptRun(script, route, context),
                purpose: .delivery(delivery.subscription, occurrence, began: now))
        case .timer(let name): return own(script, script?.route(.timer, name), "timer")
        case .startup: return own(script, script?.route(.startup), "startup")
        case .request(let request):
            var run = ActiveRun(
                run: ScriptRun(request.script, request.route, request.context),
                purpose: .request(request.answer, request.trace),
                transaction: request.transaction)
            run.report = run.view(.finished("end", code: 1))
            return run
        }
    }

    private func own(_ script: Script?, _ route: Route?, _ caller: String) -> ActiveRun? {
        guard let script, let route else { return nil }
        return ActiveRun(
            run: ScriptRun(
                script, route,
                RunContext(
                    caller: caller,
                    utcOffsetSeconds: utcOffsetSeconds(at: world.clock().wall))),
            purpose: .own)
    }

    /// One slice; what ended with it.
    private func advance(_ active: ActiveRun, _ number: UInt64, _ now: Moment) -> [DeliveryResult] {
        var active = active
        let host = RunHost(world, trace: active.trace, report: active.report) {
            self.hold(number)
        }
        let progress = active.run.advance(steps: Self.sliceSteps, now: now, host: host)
        active.report = host.report
        let ended = active
        let isStopped = state.withLock { state in
            switch progress {
            case _ where state.stage == .stopped: return true
            case .sliced: state.slice(ended, number)
            case .waiting: state.lanes.suspend(ended, number)
            case .finished: state.end(ended, number, isAborted: false)
            case .failed: state.end(ended, number, isAborted: true)
            }
            return false
        }
        if isStopped { return close(ended, nil) }
        switch progress {
        case .sliced: return []
        case .waiting(let effect):
            effects(effect) { self.resume(number, $0) }
            return []
        case .finished, .failed: return close(ended, progress)
        }
    }

    private func hold(_ number: UInt64) -> CommandContinuation {
        state.withLock { $0.hold(number) }
        return { result in
            let receipt: RaiseReceipt? =
                if case .success(.raised(let receipt)) = result { receipt } else { nil }
            self.state.withLock { $0.release(number, receipt) }
            self.wake()
        }
    }

    private func resume(_ number: UInt64, _ result: EffectResult) {
        let now = world.clock()
        state.withLock { state in
            state.lanes.resume(number) { $0.run.resume(with: result, now: now) }
        }
        wake()
    }

    /// Tells who waits for it how a run ended: `.finished` or `.failed`; nil where the service stopped first.
    func close(_ active: ActiveRun, _ progress: Progress?) -> [DeliveryResult] {
        let end: RouteRunView.End
        var words: String?
        var outcome = Outcome.failed(.route)
        var steps = 0
        var answer = AttemptFacts.Answer.none
        switch progress {
        case .finished(let result)?:
            answer = .route(result.code)
            end = .finished(result.end.rawValue, code: result.code)
            steps = result.steps
            // A negative return code is "no" wherever a script asks; so it is here.
            if result.code >= 0 {
                outcome = .delivered
            } else {
                words = "\(active.run.route.label) returned \(result.code)"
            }
        case .failed(let error)?:
            end = .aborted(error.kind.rawValue, message: error.description)
            words = "\(active.run.route.label) was ended: \(error.kind.rawValue)"
            world.log.aborted(active.run.route, error)
        case .sliced?, .waiting?, nil:
            end = .aborted("stopped", message: "The service stopped.")
        }
        keepTransaction(of: active)
        switch active.purpose {
        case .delivery(let subscription, let occurrence, let began):
            let time = world.clock().boot - began.boot
            return [
                DeliveryResult(
                    subscription: subscription, outcome: outcome, of: occurrence,
                    words: words,
                    attempt: AttemptFacts(
                        time: began.wall, microseconds: time / 1_000, bytes: 0, answer: answer))
            ]
        case .request(let answer, _):
            answer(.success(.routeRun(active.view(end, steps: steps))))
            return []
        case .own: return []
        }
    }

    private func keepTransaction(of active: ActiveRun) {
        guard let key = active.transaction else { return }
        let (avps, now) = (active.run.avps, world.clock().boot)
        state.withLock { $0.transactions.keep(avps, of: key, now: now) }
    }

    // MARK: Waiting

    /// Has the queue woken when the next timer is due.
    private func setAlarm(now: Int64) {
        let due = state.withLock { state -> Int64? in
            guard state.stage == .running, let due = state.timers.nextDue,
                state.alarm.map({ $0 != due || $0 <= now }) ?? true
            else { return nil }
            state.alarm = due
            return due
        }
        guard let due else { return }
        // Rounded up: woken a moment too early, nothing would be due.
        let milliseconds = Int(max(0, due - now) / 1_000_000) + 1
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { self.wake() }
    }

    /// Signals when the first round is over: what then still runs waits, or takes long.
    func untilQuiet(_ done: DispatchSemaphore) {
        if state.withLock({ $0.isAwake }) {
            queue.async { self.untilQuiet(done) }
        } else {
            done.signal()
        }
    }

    /// Signals when nothing runs and nothing waits. On the queue, between two rounds.
    func untilIdle(_ done: DispatchSemaphore) {
        let isIdle = state.withLock { $0.lanes.isIdle || $0.stage == .stopped }
        guard !isIdle else {
            done.signal()
            return
        }
        queue.asyncAfter(deadline: .now() + .milliseconds(5)) { self.untilIdle(done) }
    }
}
