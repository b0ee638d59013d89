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
}
