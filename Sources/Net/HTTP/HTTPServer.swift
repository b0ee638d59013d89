internal import Dispatch
internal import EventCore
internal import Glibc
internal import Synchronization
internal import WireFormats

/// An HTTP/1.1 server (RFC 9110, RFC 9112): listeners, workers, connections. Answers come from its
/// handler.
///
/// Each worker is an epoll loop in one long-running block on a serial Dispatch queue of its own;
/// the first one also accepts and hands connections round. A connection belongs to its worker for
/// life.
public final class HTTPServer: Sendable {
    private enum Phase {
        case new, running, stopped
    }

    private struct State {
        var phase = Phase.new
        var listeners: [Listener] = []
        var files: [UnixSocketFile] = []
    }

    private let configuration: HTTPConfiguration
    private let handler: any HTTPHandler
    private let workers: [HTTPWorker]
    private let connections = HTTPConnectionCounts()
    private let group = DispatchGroup()
    private let state = Lock(State())

    /// A server that listens nowhere yet. Raises the process's soft descriptor limit to the hard
    /// one, and lowers `connectionsMax` to what it allows.
    public init(
        configuration: HTTPConfiguration = HTTPConfiguration(), handler: any HTTPHandler
    ) throws(SystemError) {
        self.configuration = configuration.clamped(descriptorsMax: Self.raiseDescriptorLimit())
        self.handler = handler
        var workers: [HTTPWorker] = []
        for _ in 0..<self.configuration.workers { workers.append(try HTTPWorker()) }
        self.workers = workers
    }

    /// Begins to listen; before `start`, any number of times. Returns the address with the real
    /// port. Looks a host name up, which may block.
    ///
    /// A UNIX socket is made for this user alone; a stale one is removed only if it is a socket,
    /// ours, and nobody listens: else EADDRINUSE or EEXIST.
    @discardableResult
    public func listen(on address: ListenAddress) throws(SystemError) -> ListenAddress {
        let listener = try Listener(address)
        state.withLock { state in
            state.listeners.append(listener)
            if let file = listener.file { state.files.append(file) }
        }
        return listener.address
    }

    /// Where the kernel has bound the TCP listeners, host names looked up; to be asked before `start`.
    public var bound: [PeerAddress] { state.withLock { $0.listeners.compactMap(\.bound) } }

    /// Says who may open the UNIX sockets; any time. Throws for the first whose file cannot be changed.
    public func setUnixSocketAccess(_ access: UnixSocketAccess) throws(SystemError) {
        for file in state.withLock({ $0.files }) { try file.set(access) }
    }

    /// Starts the workers and begins to accept. Once; a second call and a call after `stop` do
    /// nothing. Throws when the kernel has no descriptors for the event loops.
    public func start() throws(SystemError) {
        let listeners: [Listener]? = state.withLock { state in
            guard state.phase == .new else { return nil }
            state.phase = .running
            let listeners = state.listeners
            state.listeners = []
            return listeners
        }
        guard let listeners else { return }
        for index in workers.indices.reversed() {
            try start(index, index == 0 ? listeners : [])
        }
    }

    /// Stops accepting, finishes requests in flight for at most `graceMilliseconds` (each answered
    /// with `Connection: close`), closes everything. Blocks until it is done; not to be called from
    /// a handler. Further calls do nothing.
    public func stop(graceMilliseconds: Int) {
        let wasRunning = state.withLock { state in
            let wasRunning = state.phase == .running
            state.phase = .stopped
            state.listeners = []
            state.files = []
            return wasRunning
        }
        guard wasRunning else { return }
        let deadline = Clock.boot() + Int64(max(0, graceMilliseconds)) * 1_000_000
        for worker in workers { worker.mailbox.post(.stop(deadline: deadline)) }
        group.wait()
    }

    /// What it has done so far. Any thread.
    public var counters: HTTPCounters {
        var counters = HTTPCounters()
        counters.connectionsOpen = connections.open.load(ordering: .relaxed)
        counters.connectionsAccepted = connections.accepted.load(ordering: .relaxed)
        counters.connectionsRefused = connections.refused.load(ordering: .relaxed)
        counters.workers = workers.count
        for worker in workers {
            counters.requests += worker.counts.requests.load(ordering: .relaxed)
            counters.refusals += worker.counts.refusals.load(ordering: .relaxed)
            counters.streams += worker.counts.streams.load(ordering: .relaxed)
            counters.busyNanoseconds += worker.counts.busyNanoseconds
            counters.workingNanoseconds += worker.counts.workingNanoseconds(at: Clock.boot())
        }
        return counters
    }

    /// Most connections at a time, as the descriptor limit allows.
    public var connectionsMax: Int { configuration.connectionsMax }

    /// How often each label and status was answered, those that never were left out. Any thread.
    public var answers: [HTTPAnswers] {
        var sums: [HTTPAnswers] = []
        for label in 0..<UInt8(HTTPAnswerCounts.labelsMax) {
            for place in HTTPAnswerCounts.places {
                let count = workers.reduce(0) { $0 + $1.counts.answers.count(label, place) }
                guard count > 0 else { continue }
                sums.append(
                    HTTPAnswers(
                        label: label, status: HTTPAnswerCounts.status(place), count: count))
            }
        }
        return sums
    }

    /// For how long the worker that has been busy for longest without looking at its connections has been so,
    /// nanoseconds; 0 where all look, or wait for something to do. Any thread.
    public var longestTurnNanoseconds: Int64 {
        let now = Clock.boot()
        return workers.map { $0.counts.turnNanoseconds(at: now) }.max() ?? 0
    }

    /// Tells the workers that there is something new for their streams: they will be asked soon. Any thread; costs
    /// next to nothing where there are none.
    public func wakeStreams() {
        for worker in workers
        where worker.counts.streams.load(ordering: .sequentiallyConsistent) > 0 {
            worker.ring()
        }
    }

    private func start(_ index: Int, _ listeners: [Listener]) throws(SystemError) {
        let worker = workers[index]
        var loop = try HTTPWorkerLoop.make(configuration, handler, worker, connections)
        if index == 0 { try loop.add(HTTPAcceptor(listeners, workers.map(\.mailbox))) }
        let start = HTTPWorkerStart(loop)
        worker.start(index, group) { start.run() }
    }

    private static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
