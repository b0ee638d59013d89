import Glibc

/// Ctrl-C and SIGTERM as a descriptor that becomes readable, so that a command can end in order. A second one ends
/// the process at once.
final class Interruption {
    /// Readable once a signal has come.
    let descriptor: Int32

    private static let numbers = [SIGINT, SIGTERM, SIGHUP]

    /// Watches from now on. One at a time.
    init() throws(Failure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw Failure(.failed, "pipe: " + String(cString: strerror(errno)))
        }
        descriptor = ends[0]
        signalled = ends[1]
        var watched = sigset_t()
        sigemptyset(&watched)
        for number in Self.numbers {
            sigaddset(&watched, number)
            signal(number) { number in
                // Only what may be called from a signal handler (signal-safety(7)).
                signal(number, SIG_DFL)
                var byte: UInt8 = 1
                write(signalled, &byte, 1)
            }
        }
        // Whoever started this process may have blocked them, and a mask is inherited.
        sigprocmask(SIG_UNBLOCK, &watched, nil)
    }

    deinit {
        for number in Self.numbers { signal(number, SIG_DFL) }
        close(descriptor)
        close(signalled)
    }
}

/// The pipe's other end. Unsafe because the signal handler reads it: it is written before the handler is set, and
/// not while one is.
nonisolated(unsafe) private var signalled: Int32 = -1

/// Waiting for several descriptors.
enum Poll {
    /// Blocks until one of `descriptors` is readable or `milliseconds` (nil: no limit) have passed; those that are.
    static func readable(_ descriptors: [Int32], milliseconds: Int?) -> Set<Int32> {
        var polls = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let limit = milliseconds.map { Int32(clamping: max(0, $0)) } ?? -1
        guard poll(&polls, nfds_t(polls.count), limit) > 0 else { return [] }
        return Set(polls.filter { $0.revents != 0 }.map(\.fd))
    }
}
