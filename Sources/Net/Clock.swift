public import EventCore
internal import Glibc

/// Reads the machine's clocks. Any thread; never blocks; about 50 ns.
public enum Clock {
    /// This moment: CLOCK_BOOTTIME in nanoseconds and CLOCK_REALTIME in milliseconds.
    public static func now() -> Moment {
        Moment(boot: boot(), wall: wall())
    }

    /// CLOCK_BOOTTIME in nanoseconds: never jumps, goes on while the machine sleeps.
    public static func boot() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// CLOCK_MONOTONIC_COARSE in nanoseconds: exact to a few milliseconds, for a tenth of the price.
    public static func coarse() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// How many seconds this machine's local time is ahead of UTC at `wall`, milliseconds since 1970. Reads the zone
    /// that the process began with.
    public static func utcOffsetSeconds(at wall: Int64) -> Int {
        var seconds = time_t(wall / 1_000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return 0 }
        return parts.tm_gmtoff
    }

    private static func wall() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
