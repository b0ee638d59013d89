internal import EventCore

/// Whose turn it is to run: a lane for each event_route, each timer and so on, with what waits in it, and one round
/// in which every lane and every run gets its slice. A value: no clock, no thread.
///
/// A lane begins what waits in it in order. While one of its runs waits for the outside the next may begin, so a slow
/// HTTP server does not hold the events behind it; while one computes, none of the lane does.
struct RunLanes<Job: Sendable, Run: Sendable>: Sendable {
    /// What a lane is for.
    enum Key: Hashable, Sendable {
        /// An event_route, by its name.
        case event(String)
        /// A timer_route, by its name.
        case timer(String)
        case startup
        /// What clients ask for.
        case request
    }

    /// How much of a lane there may be.
    struct Limits: Sendable {
        /// Jobs that wait; one more is refused.
        var waitingMax: Int
        /// Runs that compute, each in its turn.
        var computingMax: Int
        /// Runs that wait for the outside; at so many the lane begins none.
        var suspendedMax: Int
    }

    /// What is to be done next.
    enum Turn {
        /// Begin a job as the run of this number.
        case begin(Job, UInt64)
        /// Go on with a run.
        case goOn(Run, UInt64)
    }

    private struct Lane {
        var waiting = Fifo<Job>()
        var computing = 0
        var suspended = 0
        /// Whether the round has a place for what it begins next.
        var isInRound = false

        /// False where it is full. What can begin at once does not wait, so it takes no place.
        mutating func append(_ job: Job, _ limits: Limits) -> Bool {
            let room = limits.waitingMax + max(0, limits.computingMax - computing)
            let isHeldUp = suspended >= limits.suspendedMax && limits.waitingMax == 0
            guard waiting.count < room, !isHeldUp else { return false }
            waiting.append(job)
            return true
        }

        /// Whether it just became one of those in the round.
        mutating func enterRound(_ limits: Limits) -> Bool {
            guard !isInRound, !waiting.isEmpty, mayBegin(limits) else { return false }
            isInRound = true
            return true
        }

        mutating func begin(_ limits: Limits) -> Job? {
            isInRound = false
            guard mayBegin(limits), let job = waiting.popFirst() else { return nil }
            computing += 1
            return job
        }

        private func mayBegin(_ limits: Limits) -> Bool {
            computing < limits.computingMax && suspended < limits.suspendedMax
        }
    }

    private enum Place {
        case lane(Key)
        case run(Run, UInt64)
    }

    private let limits: @Sendable (Key) -> Limits
    private var lanes: [Key: Lane] = [:]
    private var round = Fifo<Place>()
    private var laneOfRun: [UInt64: Key] = [:]
    private var suspendedRuns: [UInt64: Run] = [:]
    private var begun: UInt64 = 0

    /// Lanes with these limits.
    init(limits: @escaping @Sendable (Key) -> Limits) {
        self.limits = limits
    }

    /// Jobs that wait in all lanes.
    private(set) var waitingCount = 0

    /// Runs that have begun and not ended.
    var runCount: Int { laneOfRun.count }

    /// Whether nothing runs and nothing waits.
    var isIdle: Bool { waitingCount == 0 && laneOfRun.isEmpty }

    /// Whether a run of this lane has begun and not ended.
    func isBusy(_ key: Key) -> Bool {
        lanes[key].map { $0.computing + $0.suspended > 0 } ?? false
    }

    /// Takes a job in; false where its lane is full.
    mutating func offer(_ job: Job, to key: Key) -> Bool {
        guard lanes[key, default: Lane()].append(job, limits(key)) else { return false }
        waitingCount += 1
        enterRound(key)
        return true
    }

    /// The next in the round; nil while nothing can run. What is handed out comes back by one of the next three.
    mutating func next() -> Turn? {
        while let place = round.popFirst() {
            switch place {
            case .run(let run, let number): return .goOn(run, number)
            case .lane(let key):
                guard let job = lanes[key]?.begin(limits(key)) else { continue }
                waitingCount -= 1
                begun += 1
                laneOfRun[begun] = key
                enterRound(key)
                return .begin(job, begun)
            }
        }
        return nil
    }

    /// The run has used its slice up: the others come first.
    mutating func slice(_ run: Run, _ number: UInt64) {
        round.append(.run(run, number))
    }

    /// The run waits for the outside, until `resume`.
    mutating func suspend(_ run: Run, _ number: UInt64) {
        suspendedRuns[number] = run
        change(number) { lane in
            lane.computing -= 1
            lane.suspended += 1
        }
    }

    /// The run is over.
    mutating func end(_ number: UInt64) {
        change(number) { $0.computing -= 1 }
        guard let key = laneOfRun.removeValue(forKey: number) else { return }
        if let lane = lanes[key], lane.computing + lane.suspended == 0, lane.waiting.isEmpty {
            lanes[key] = nil
        }
    }

    /// What it waited for is there: `body` tells the run. Nothing happens where no such run waits any more.
    mutating func resume(_ number: UInt64, _ body: (inout Run) -> Void) {
        guard var run = suspendedRuns.removeValue(forKey: number) else { return }
        body(&run)
        change(number) { lane in
            lane.computing += 1
            lane.suspended -= 1
        }
        round.append(.run(run, number))
    }

    /// Everything that waits or has begun is taken out: what never began, and what did.
    mutating func giveUp() -> (jobs: [Job], runs: [Run]) {
        var jobs: [Job] = []
        for key in lanes.keys {
            while let job = lanes[key]?.waiting.popFirst() { jobs.append(job) }
        }
        var runs = Array(suspendedRuns.values)
        while let place = round.popFirst() {
            if case .run(let run, _) = place { runs.append(run) }
        }
        lanes = [:]
        laneOfRun = [:]
        suspendedRuns = [:]
        waitingCount = 0
        return (jobs, runs)
    }

    private mutating func change(_ number: UInt64, _ body: (inout Lane) -> Void) {
        guard let key = laneOfRun[number] else { return }
        body(&lanes[key, default: Lane()])
        enterRound(key)
    }

    private mutating func enterRound(_ key: Key) {
        guard lanes[key]?.enterRound(limits(key)) ?? false else { return }
        round.append(.lane(key))
    }
}
