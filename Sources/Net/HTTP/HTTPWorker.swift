internal import Dispatch
internal import EventCore
internal import Glibc
internal import Synchronization

/// One event loop as other threads see it: its mailbox and its counts. The loop itself is
/// `HTTPWorkerLoop`.
final class HTTPWorker: Sendable {
    let mailbox: HTTPMailbox
    let counts = HTTPWorkerCounts()
    /// A `.feed` is in the mailbox.
    let isRung = Atomic<Bool>(false)

    init() throws(SystemError) {
        mailbox = try HTTPMailbox()
    }

    /// Has the loop look for something new for its streams; no more than once until it does. Any thread.
    func ring() {
        if !isRung.exchange(true, ordering: .sequentiallyConsistent) { mailbox.post(.feed) }
    }

    /// Runs the loop on a serial queue of its own, as one block that ends when the server has
    /// stopped.
    func start(_ index: Int, _ group: DispatchGroup, _ loop: @escaping @Sendable () -> Void) {
        DispatchQueue(label: "carillon.http.\(index)").async(group: group) {
            self.counts.begin()
            loop()
            self.counts.end()
        }
    }
}

/// What a loop counts, for other threads to read. Only the loop writes.
final class HTTPWorkerCounts: Sendable {
    let answers = HTTPAnswerCounts()
    let requests = Atomic<Int>(0)
    let refusals = Atomic<Int>(0)
    /// Time between wake-ups and waiting, boot nanoseconds, and since when it is at work; 0 while it waits.
    private let worked = Atomic<Int64>(0)
    private let worksSince = Atomic<Int64>(0)
    /// Open now.
    let streams = Atomic<Int>(0)
    /// The processor-time clock of the loop's thread, while it runs.
    private let clock = Lock<clockid_t?>(nil)
    private let busyAtEnd = Atomic<Int64>(0)

    /// On the loop's thread, before it begins.
    func begin() {
        var id = clockid_t()
        if pthread_getcpuclockid(pthread_self(), &id) == 0 { clock.withLock { $0 = id } }
    }

    /// On the loop's thread, after its end: the clock ends with the thread.
    func end() {
        clock.withLock { clock in
            busyAtEnd.store(Self.read(clock), ordering: .relaxed)
            clock = nil
        }
    }

    /// On the loop's thread: it has woken up.
    func wakes(at now: Int64) { worksSince.store(now, ordering: .relaxed) }

    /// On the loop's thread: it is about to wait.
    func waits(at now: Int64) {
        let since = worksSince.load(ordering: .relaxed)
        if since != 0 {
            worked.store(
                worked.load(ordering: .relaxed) + now - since, ordering: .relaxed)
        }
        worksSince.store(0, ordering: .relaxed)
    }

    /// Time at work so far, nanoseconds; what of it is under way included. Any thread.
    func workingNanoseconds(at now: Int64) -> Int64 {
        let since = worksSince.load(ordering: .relaxed)
        return worked.load(ordering: .relaxed) + (since == 0 ? 0 : max(0, now - since))
    }

    /// For how long the loop has been at work since it last waited, nanoseconds; 0 while it waits. Any thread.
    func turnNanoseconds(at now: Int64) -> Int64 {
        let since = worksSince.load(ordering: .relaxed)
        return since == 0 ? 0 : max(0, now - since)
    }

    /// Processor time of the loop so far, nanoseconds. Costs the loop nothing.
    var busyNanoseconds: Int64 {
        clock.withLock { clock in
            clock == nil ? busyAtEnd.load(ordering: .relaxed) : Self.read(clock)
        }
    }

    private static func read(_ clock: clockid_t?) -> Int64 {
        guard let clock else { return 0 }
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// The counts that accepting and closing share between workers.
final class HTTPConnectionCounts: Sendable {
    let open = Atomic<Int>(0)
    let accepted = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
}

/// Carries a loop from the thread that made it, where errors can be thrown, to the one that runs
/// it.
final class HTTPWorkerStart: @unchecked Sendable {
    // @unchecked because the loop is put in before the one block that takes it out is enqueued.
    private var loop: HTTPWorkerLoop?

    init(_ loop: consuming HTTPWorkerLoop) {
        self.loop = consume loop
    }

    /// Runs the loop as a local value; once.
    func run() {
        guard var loop = self.loop.take() else { return }
        loop.run()
    }
}
