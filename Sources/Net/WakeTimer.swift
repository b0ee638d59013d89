internal import Cepoll
internal import Glibc

/// A timerfd on CLOCK_BOOTTIME that an event loop arms only for a moment earlier than the one it is
/// armed for.
///
/// Deadlines of connections move later with every request. Handing the next one to each
/// `epoll_wait` would make the kernel set up and take down a timer per request; this one fires at a
/// moment that may have passed its use, and is then armed for the earliest deadline there is. One
/// thread.
struct WakeTimer: ~Copyable {
    /// Deadlines so close together share one wake-up.
    static let slackNanoseconds: Int64 = 8_000_000

    let descriptor: FileDescriptor
    private var armed = Int64.max

    init() throws(SystemError) {
        let number = timerfd_create(CLOCK_BOOTTIME, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
        guard number >= 0 else { throw .last("timerfd_create") }
        descriptor = FileDescriptor(owning: number)
    }

    /// Sees to it that the loop wakes up soon after `deadline`, in nanoseconds of CLOCK_BOOTTIME.
    mutating func arm(_ deadline: Int64) {
        guard deadline < armed else { return }
        armed = deadline
        // Zero would disarm it; a deadline in the past fires at once.
        let moment = max(1, deadline &+ Self.slackNanoseconds)
        var setting = itimerspec()
        setting.it_value.tv_sec = Int(moment / 1_000_000_000)
        setting.it_value.tv_nsec = Int(moment % 1_000_000_000)
        timerfd_settime(descriptor.number, Int32(TFD_TIMER_ABSTIME), &setting, nil)
    }

    /// To be called when it has fired.
    mutating func acknowledge() {
        var count: UInt64 = 0
        _ = read(descriptor.number, &count, 8)
        armed = .max
    }
}
