/// Where instants of the boot clock lie on the wall clock, so that a listing shows the same `expires_at` at
/// every look.
///
/// The two clocks are read one after the other, and the wall clock is slewed: the distance between them
/// is a little different at each reading. So one distance is kept until the readings leave it clearly; only when
/// somebody sets the clock does what is shown change. Each record holds the few milliseconds between this
/// reckoning and what its subscriber was told (`deadlinePhase`).
struct WallClock {
    /// Readings this far off mean that the clock was set.
    static let stepMilliseconds: Int64 = 100

    /// Wall milliseconds minus boot milliseconds.
    private var distance: Int64

    init(_ now: Moment) {
        distance = WallClock.distance(now)
    }

    /// Follows the wall clock if it was set since the last reading; true then.
    mutating func follow(_ now: Moment) -> Bool {
        let read = WallClock.distance(now)
        guard abs(read - distance) > WallClock.stepMilliseconds else { return false }
        distance = read
        return true
    }

    /// Milliseconds since 1970 of an instant of the boot clock.
    func wall(atBoot nanoseconds: Int64) -> Int64 {
        nanoseconds / 1_000_000 + distance
    }

    /// What must be added to `wall(atBoot:)` to show the promised instant; small unless the clock was set
    /// just now.
    func phase(promised wall: Int64, atBoot nanoseconds: Int64) -> Int8 {
        Int8(clamping: wall - self.wall(atBoot: nanoseconds))
    }

    private static func distance(_ now: Moment) -> Int64 { now.wall - now.boot / 1_000_000 }
}
