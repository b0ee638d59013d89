/// `Lock`: state that only one thread touches at a time, and `Gate`, a lock held across statements.
///
/// The one file of the pure targets that may import Glibc. Under the thread sanitizer (`-DTSAN`) `Lock` is a
/// pthread mutex of the same interface: Swift's Synchronization library is not instrumented, so correct code
/// around `Mutex` is reported as a race there.
internal import Glibc
public import Synchronization

#if TSAN
    /// A value inside a pthread mutex; the interface of `Mutex` as far as Carillon uses it.
    @safe public final class Lock<State>: @unchecked Sendable {
        // @unchecked because `state` is only reached in `withLock`, under `mutex`.
        private let mutex: UnsafeMutablePointer<pthread_mutex_t>
        private var state: State

        /// A lock around `state`.
        public init(_ state: consuming sending State) {
            unsafe mutex = .allocate(capacity: 1)
            unsafe mutex.initialize(to: pthread_mutex_t())
            unsafe pthread_mutex_init(mutex, nil)
            self.state = state
        }

        deinit {
            unsafe pthread_mutex_destroy(mutex)
            unsafe mutex.deallocate()
        }

        /// Runs `body` alone with the state. Blocks while another thread is inside; not reentrant.
        public func withLock<Result, Failure: Error>(
            _ body: (inout sending State) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            unsafe pthread_mutex_lock(mutex)
            defer { unsafe pthread_mutex_unlock(mutex) }
            return try body(&state)
        }
    }
#else
    /// State that only one thread touches at a time. Held to compute and to enqueue, never over I/O.
    public typealias Lock = Mutex
#endif

/// A mutual exclusion that is entered in one function and left in another, on the same thread.
///
/// Used by a send lane: closed while a slice is on its way to the kernel, so that an unsubscription can wait
/// until no delivery that began before it is still running. Blocks for as long as one slice takes.
@safe public final class Gate: @unchecked Sendable {
    // @unchecked because the pthread mutex is itself made to be shared, and nothing else is stored.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    /// An open gate.
    public init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Closes the gate; blocks while another thread holds it closed.
    public func close() { unsafe pthread_mutex_lock(mutex) }

    /// Opens the gate; only the thread that closed it may.
    public func open() { unsafe pthread_mutex_unlock(mutex) }

    /// Returns once the gate has been open for a moment since the call.
    public func pass() {
        close()
        open()
    }
}
