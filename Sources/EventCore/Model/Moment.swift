/// One reading of both clocks. The core never reads a clock: every operation is handed its moment.
public struct Moment: Sendable, Hashable {
    /// Nanoseconds of a clock that never jumps and goes on while the machine sleeps (CLOCK_BOOTTIME).
    /// Deadlines are measured on it.
    public var boot: Int64
    /// Milliseconds since 1970-01-01T00:00:00Z. Only shown and stored, never compared with a deadline.
    public var wall: Int64

    /// A moment; `boot` in nanoseconds, `wall` in milliseconds since 1970.
    public init(boot: Int64, wall: Int64) {
        self.boot = boot
        self.wall = wall
    }

    /// This moment, `seconds` later on both clocks. For manual clocks and arithmetic in tests.
    public func advanced(bySeconds seconds: Int64) -> Moment {
        Moment(boot: boot + seconds * 1_000_000_000, wall: wall + seconds * 1_000)
    }
}
