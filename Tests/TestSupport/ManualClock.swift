public import EventCore
internal import Synchronization

/// A clock that stands still until a test moves it.
public final class ManualClock: Sendable {
    private let moment: Lock<Moment>

    /// A clock; by default an hour after boot, in 2026.
    public init(boot: Int64 = 3_600_000_000_000, wall: Int64 = 1_790_000_000_000) {
        moment = Lock(Moment(boot: boot, wall: wall))
    }

    /// What it shows.
    public var now: Moment { moment.withLock { $0 } }

    /// Lets time pass on both clocks.
    public func advance(nanoseconds: Int64) {
        moment.withLock {
            let before = $0.boot / 1_000_000
            $0.boot += nanoseconds
            $0.wall += $0.boot / 1_000_000 - before
        }
    }

    /// Lets time pass on both clocks.
    public func advance(seconds: Int64) { advance(nanoseconds: seconds * 1_000_000_000) }

    /// Sets the wall clock forward or back; no time passes.
    public func setWall(byMilliseconds step: Int64) {
        moment.withLock { $0.wall += step }
    }
}
