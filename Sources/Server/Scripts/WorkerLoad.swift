internal import EventCore
internal import Synchronization

/// `tcp-load`: the share of the last second or so that the HTTP workers were at work, in percent. OpenSIPS has one of
/// its TCP processes under this name.
final class WorkerLoad: Sendable {
    private struct State {
        var last: (time: Int64, worked: Int64)?
        var percent: Int64 = 0
    }

    private let state = Lock(State())

    /// Takes a reading: boot nanoseconds, the time that all workers have worked since the start, and how many they
    /// are. Any thread; to be called once a second.
    func read(at time: Int64, workedNanoseconds: Int64, workers: Int) {
        state.withLock { state in
            defer { state.last = (time, workedNanoseconds) }
            guard let last = state.last, time > last.time, workers > 0 else { return }
            let possible = (time - last.time) * Int64(workers)
            let share = (workedNanoseconds - last.worked) * 100 / possible
            state.percent = min(max(share, 0), 100)
        }
    }

    /// What `get_statistics` shows.
    var statistics: [Statistic] {
        let percent = state.withLock { $0.percent }
        return [Statistic(group: "load", name: "tcp-load", value: percent, kind: .gauge)]
    }
}
