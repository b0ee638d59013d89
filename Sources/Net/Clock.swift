public import EventCore
internal import Glibc

/// Reads the machine's two clocks. Any thread; never blocks; about 50 ns.
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

    private static func wall() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
