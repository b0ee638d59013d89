import Dispatch
import Glibc
import Logging

/// The signals of the daemon: blocked in every thread, and waited for by the main one.
enum SignalWatch {
    /// Blocks them; to be called before any other thread exists. SIGPIPE is ignored: a peer that went away is
    /// an error of `send`, not the end of the process.
    static func block() {
        signal(SIGPIPE, SIG_IGN)
        var set = watched
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for SIGTERM or SIGINT, running `reload` at each SIGHUP; then runs `stop` and returns. A second one
    /// meanwhile ends the process at once with status 1. SIGUSR1 does nothing.
    static func untilStopped(
        log: Logger, reload: () -> Void, flush: @escaping @Sendable () -> Void,
        stop: @escaping @Sendable () -> Void
    ) {
        waitForEnd(log: log, reload: reload)
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "carillon.stop").async {
            stop()
            done.signal()
        }
        endAtSecondSignal(log: log, flush)
        done.wait()
    }

    private static var watched: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP, SIGUSR1] { sigaddset(&set, number) }
        return set
    }

    private static func waitForEnd(log: Logger, reload: () -> Void) {
        while true {
            var set = watched
            var number: Int32 = 0
            guard sigwait(&set, &number) == 0 else { continue }
            if number == SIGTERM || number == SIGINT {
                log.notice("SERVICE: stopping signal=\(number)")
                return
            }
            if number == SIGHUP {
                reload()
            } else {
                log.notice("SERVICE: ignored signal=\(number)")
            }
        }
    }

    /// Ends the process should a second signal come before it has stopped.
    private static func endAtSecondSignal(
        log: Logger, _ flush: @escaping @Sendable () -> Void
    ) {
        DispatchQueue(label: "carillon.impatient").async {
            waitForEnd(log: log, reload: {})
            log.warning("SERVICE: stopped at once, deliveries may be lost")
            flush()
            _exit(1)
        }
    }
}
