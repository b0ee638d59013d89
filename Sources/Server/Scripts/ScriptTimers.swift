/// When the timer_routes of a script are due. A value: no clock, no thread.
///
/// The first run is one interval after the start, as in OpenSIPS. A service that was stopped for several intervals
/// runs each once, and goes on in step.
struct ScriptTimers: Sendable {
    /// One timer_route.
    struct Timer: Sendable, Equatable {
        /// What stands in its brackets before the comma.
        let name: String
        /// Seconds between two runs, at least 1.
        let seconds: Int64
    }

    private var timers: [(timer: Timer, due: Int64)] = []

    /// When the next one is due, boot nanoseconds; nil without timers.
    var nextDue: Int64? { timers.lazy.map(\.due).min() }

    /// These timers from now on. One that was there with the same interval stays in step: reloading does not put
    /// it off.
    mutating func replace(with new: [Timer], now: Int64) {
        let before = timers
        timers = new.map { timer in
            let due = before.first { $0.timer == timer }?.due
            return (timer, due ?? now + timer.seconds * 1_000_000_000)
        }
    }

    /// Those that are due, each once however long ago that was.
    mutating func takeDue(now: Int64) -> [Timer] {
        var due: [Timer] = []
        for index in timers.indices where timers[index].due <= now {
            let interval = timers[index].timer.seconds * 1_000_000_000
            due.append(timers[index].timer)
            timers[index].due += interval * (1 + (now - timers[index].due) / interval)
        }
        return due
    }
}
