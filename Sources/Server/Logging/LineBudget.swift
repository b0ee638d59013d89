internal import EventCore
internal import Synchronization

/// How many lines strangers may cause in a log: a few in each second, and a count of the others.
final class LineBudget: Sendable {
    private struct State {
        var second: Int64 = 0
        var spent = 0
        var kept = 0
    }

    private let state = Lock(State())

    private let linesMax: Int

    /// Most lines in a second that strangers cause.
    static let linesMax = 5

    /// A budget of `linesMax` lines in a second.
    init(linesMax: Int = LineBudget.linesMax) {
        self.linesMax = linesMax
    }

    /// Runs `write` if there is a line left in this second, with the number of those kept back since the last one.
    func spend(at now: Moment, _ write: (Int) -> Void) {
        let kept = state.withLock { state -> Int? in
            let second = now.boot / 1_000_000_000
            if second != state.second {
                state.second = second
                state.spent = 0
            }
            guard state.spent < linesMax else {
                state.kept += 1
                return nil
            }
            state.spent += 1
            defer { state.kept = 0 }
            return state.kept
        }
        if let kept { write(kept) }
    }
}
