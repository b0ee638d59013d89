internal import EventCore
internal import Glibc
internal import Synchronization

/// By which others can cut the connection on which a thread is blocked: to stop it at once.
final class AMQPLifeline: Sendable {
    private let state = Lock(State())

    private struct State {
        /// A descriptor of its own for the connection: the library may have closed the other one.
        var descriptor: Int32?
        var isCut = false
        /// What else ends a wait of the thread.
        var interrupt: (@Sendable () -> Void)?
    }

    /// Whether it was cut; then no connection is begun any more.
    var isCut: Bool { state.withLock { $0.isCut } }

    /// The thread's connection is `descriptor` from now on; false when it was cut.
    func hold(_ descriptor: Int32) -> Bool {
        letGo()
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return state.withLock { state in
            // Without a descriptor left the connection cannot be cut, and ends by its timeouts.
            state.descriptor = copy < 0 ? nil : copy
            return !state.isCut
        }
    }

    /// The thread closes its connection.
    func letGo() {
        let descriptor = state.withLock { state in
            defer { state.descriptor = nil }
            return state.descriptor
        }
        if let descriptor { close(descriptor) }
    }

    /// Ends every wait on the connection, as if the peer had closed it. Any thread.
    func cut() {
        let interrupt = state.withLock { state in
            state.isCut = true
            // Nothing to tell if it fails: then the connection has ended already.
            if let descriptor = state.descriptor { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
            return state.interrupt
        }
        interrupt?()
    }

    /// Calls `interrupt` when it is cut while `wait` runs, or at once if it was.
    func whileCutting(_ interrupt: @escaping @Sendable () -> Void, wait: () -> Void) {
        let isCut = state.withLock { state in
            state.interrupt = interrupt
            return state.isCut
        }
        if isCut { interrupt() }
        wait()
        state.withLock { $0.interrupt = nil }
    }

    deinit { letGo() }
}
