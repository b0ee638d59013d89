internal import EventCore
internal import RouteScript
internal import Transports

/// The state of the script engine: the script in force, its runs and timers, and what is counted. A value.
struct ScriptState: Sendable {
    typealias Lanes = RunLanes<RunJob, ActiveRun>

    /// Where in its life the engine is.
    enum Stage: Sendable {
        case made, running, draining, stopped
    }

    var stage = Stage.made
    /// The script in force; nil for none.
    private(set) var script: Script?
    var lanes = Lanes(limits: { ScriptState.limits[$0] })
    var timers = ScriptTimers()
    var transactions = ScriptTransactions()
    /// Whether the queue is at work, or about to be.
    var isAwake = false
    /// The moment for which the queue will be woken; boot nanoseconds.
    var alarm: Int64?
    var counts = Counts()
    /// Raises of a run that outran the transports: it goes on when all were handed over.
    private var holds: [UInt64: Int] = [:]
    private var runs: [UInt64] = []
    private var aborted: [UInt64] = []
    private var waitingBytes = 0
    /// How far local time is ahead of UTC in this quarter of an hour: asking the system costs as much as a short run.
    private var zone = (quarter: Int64.min, seconds: 0)

    /// What `get_statistics` shows, since the start.
    struct Counts: Sendable {
        var runs: UInt64 = 0
        var aborted: UInt64 = 0
        var dropped: UInt64 = 0
        var timersSkipped: UInt64 = 0
        var loads: UInt64 = 0
    }

    /// The limits of the lanes.
    struct Limits: Sendable {
        /// Occurrences that wait for one event_route; one more is dropped(queue_full).
        var eventsWaitingMax = 1_000
        /// Runs of one event_route that wait for the outside, each.
        var eventsSuspendedMax = 64
        /// Runs that clients ask for, at a time; one more is `serviceUnavailable`.
        var requestsMax = 64

        subscript(key: Lanes.Key) -> Lanes.Limits {
            switch key {
            case .event:
                Lanes.Limits(
                    waitingMax: eventsWaitingMax, computingMax: 1,
                    suspendedMax: eventsSuspendedMax)
            // Never two at a time, and what cannot begin is left out.
            case .timer: Lanes.Limits(waitingMax: 0, computingMax: 1, suspendedMax: 1)
            // The newest script's, once that of the one before has ended.
            case .startup: Lanes.Limits(waitingMax: 1, computingMax: 1, suspendedMax: 1)
            case .request:
                Lanes.Limits(
                    waitingMax: 0, computingMax: requestsMax, suspendedMax: requestsMax)
            }
        }
    }

    static let limits = Limits()
    /// Most bytes of all occurrences that wait for event_routes, about.
    static let waitingBytesMax = 64 * 1_024 * 1_024

    /// Puts a script in force; runs of the one before go on.
    mutating func replace(with new: Script, now: Int64) {
        script = new
        counts.loads += 1
        runs = Array(repeating: 0, count: new.routes.count)
        aborted = runs
        timers.replace(
            with: new.routes.compactMap { route in
                guard route.kind == .timer, let name = route.name, let seconds = route.seconds
                else { return nil }
                return ScriptTimers.Timer(name: name, seconds: seconds)
            }, now: now)
        if new.route(.startup) != nil { _ = lanes.offer(.startup, to: .startup) }
    }

    /// Takes a delivery in, unless there is no room or the engine stops.
    mutating func take(_ delivery: RouteDelivery) -> Outcome {
        guard stage == .made || stage == .running else { return .dropped(.stopped) }
        let job = RunJob.delivery(delivery)
        guard waitingBytes + job.weight <= Self.waitingBytesMax,
            lanes.offer(job, to: .event(delivery.route))
        else {
            counts.dropped += 1
            return .dropped(.queueFull)
        }
        waitingBytes += job.weight
        return .pending
    }

    /// Offers what is due to the timers' lanes.
    mutating func offerTimers(now: Int64) {
        guard stage == .running, let due = timers.nextDue, due <= now else { return }
        for timer in timers.takeDue(now: now) {
            guard !lanes.isBusy(.timer(timer.name)),
                lanes.offer(.timer(timer.name), to: .timer(timer.name))
            else {
                counts.timersSkipped += 1
                continue
            }
        }
    }

    /// What is to be done next; nil where nothing is, and the queue goes to sleep.
    mutating func next() -> Lanes.Turn? {
        guard stage != .stopped, stage != .made, let turn = lanes.next() else {
            isAwake = false
            return nil
        }
        if case .begin(let job, _) = turn { waitingBytes -= job.weight }
        return turn
    }

    /// Notes that the run of this number has to wait for a transport.
    mutating func hold(_ number: UInt64) { holds[number, default: 0] += 1 }

    /// A transport has caught up with one raise of this run.
    mutating func release(_ number: UInt64, _ receipt: RaiseReceipt?) {
        guard let count = holds[number] else { return }
        holds[number] = count - 1
        guard count == 1 else { return }
        holds[number] = nil
        lanes.resume(number) { active in
            guard let receipt, active.report != nil else { return }
            active.report?.raised.append(receipt)
        }
    }

    /// The slice of a run is over.
    mutating func slice(_ run: ActiveRun, _ number: UInt64) {
        if holds[number] != nil {
            lanes.suspend(run, number)
        } else {
            lanes.slice(run, number)
        }
    }

    /// A run is over.
    mutating func end(_ run: ActiveRun, _ number: UInt64, isAborted: Bool) {
        holds[number] = nil
        lanes.end(number)
        let place = run.run.route.number
        let isCurrent = run.run.script === script && runs.indices.contains(place)
        if isAborted {
            counts.aborted += 1
            if isCurrent { aborted[place] += 1 }
        } else {
            counts.runs += 1
            if isCurrent { runs[place] += 1 }
        }
    }

    /// How far local time is ahead of UTC at `wall`, milliseconds since 1970; `read` asks the system.
    mutating func utcOffsetSeconds(at wall: Int64, _ read: (Int64) -> Int) -> Int {
        let quarter = wall / 900_000
        if zone.quarter != quarter { zone = (quarter, read(wall)) }
        return zone.seconds
    }

    /// The routes as they are listed.
    var views: [RouteView] {
        guard let script else { return [] }
        return script.routes.map { route in
            RouteView(
                kind: route.kind.rawValue, name: route.name ?? route.kind.rawValue,
                seconds: route.seconds, position: route.position.description,
                runs: runs[route.number], aborted: aborted[route.number])
        }
    }

    /// What `get_statistics` shows.
    var statistics: [Statistic] {
        func routes(_ name: String, _ value: UInt64, _ kind: Statistic.Kind = .counter) -> Statistic
        {
            Statistic(group: "routes", name: name, value: Int64(clamping: value), kind: kind)
        }
        return [
            routes("loaded", UInt64(script?.routes.count ?? 0), .gauge),
            routes("loads", counts.loads),
            routes("runs", counts.runs),
            routes("aborted", counts.aborted),
            routes("dropped", counts.dropped),
            routes("running", UInt64(lanes.runCount), .gauge),
            routes("waiting", UInt64(lanes.waitingCount), .gauge),
            routes("timers_skipped", counts.timersSkipped),
        ]
    }
}
