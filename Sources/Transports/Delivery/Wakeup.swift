internal import Cepoll
internal import Glibc
internal import Net

/// Wakes a thread that waits in epoll: an eventfd. Any thread may send; never blocks.
final class Wakeup: Sendable {
    private let event: FileDescriptor

    /// An eventfd; throws when the process has no descriptor left.
    init() throws(SystemError) {
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError.last("eventfd") }
        event = FileDescriptor(owning: descriptor)
    }

    /// What epoll watches for input.
    var descriptor: Int32 { event.number }

    /// Wakes the waiting thread, or keeps it from its next wait.
    func send() {
        var one: UInt64 = 1
        // It fails only when the counter is full (EAGAIN): then the thread is being woken anyhow.
        _ = write(event.number, &one, 8)
    }

    /// Takes back all that was sent: the thread is awake.
    func clear() {
        var count: UInt64 = 0
        // It fails only when nothing was sent (EAGAIN).
        _ = read(event.number, &count, 8)
    }

    /// Blocks until somebody sends, or `time` has come (boot clock, nanoseconds; nil = never), and takes back what
    /// was sent. For couriers that wait for nothing else.
    func wait(until time: Int64?) {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = Glibc.poll(&poll, 1, Self.milliseconds(until: time))
        clear()
    }

    /// So many milliseconds until `time`, for `poll` and `epoll_wait`: -1 = for ever, 0 = it has come. Rounded up:
    /// woken a moment too early, a loop would turn for nothing.
    static func milliseconds(until time: Int64?) -> Int32 {
        guard let time else { return -1 }
        return Int32(clamping: max(0, (time - Clock.boot() + 999_999) / 1_000_000))
    }
}
