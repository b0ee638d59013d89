/// `Lock`: state that only one thread touches at a time, and `Gate`: waiting until work that began has ended.
///
/// The one file of the pure targets that may import Glibc. Under the thread sanitizer (`-DTSAN`) `Lock` is a
/// pthread mutex of the same interface: Swift's Synchronization library is not instrumented, so correct code
/// around `Mutex` is reported as a race there.
internal import Glibc
public import Synchronization

#if TSAN
    /// A value inside a pthread mutex; the interface of `Mutex` as far as Carillon uses it.
    @safe public final class Lock<State: ~Copyable>: @unchecked Sendable {
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

/// Tells when a piece of work that had begun has ended.
///
/// Used by a send lane: closed while a slice is on its way to the kernel, so that an unsubscription can wait
/// until no delivery that began before it is still running. Not a lock: who waits is never overtaken by slices that
/// begin later, however fast they follow each other.
@safe public final class Gate: @unchecked Sendable {
    // @unchecked because the counters are only touched under `mutex`.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let ended: UnsafeMutablePointer<pthread_cond_t>
    private var closings: UInt64 = 0
    private var openings: UInt64 = 0
    private var waiting = 0

    /// An open gate.
    public init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe ended = .allocate(capacity: 1)
        unsafe ended.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(ended, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(ended)
        unsafe ended.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Closes the gate: work begins. Only one piece of work at a time.
    public func close() {
        unsafe pthread_mutex_lock(mutex)
        closings += 1
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Opens the gate: that work has ended.
    public func open() {
        unsafe pthread_mutex_lock(mutex)
        openings += 1
        if waiting > 0 { unsafe pthread_cond_broadcast(ended) }
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Returns when all work that had begun at the time of the call has ended. Blocks for at most one piece of work.
    public func pass() {
        unsafe pthread_mutex_lock(mutex)
        let begun = closings
        waiting += 1
        while openings < begun { unsafe pthread_cond_wait(ended, mutex) }
        waiting -= 1
        unsafe pthread_mutex_unlock(mutex)
    }
}
