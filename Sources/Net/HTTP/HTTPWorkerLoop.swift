internal import Cepoll
internal import EventCore
internal import Glibc
internal import Synchronization
internal import WireFormats

/// The event loop of one worker and all it owns. A local value of the thread that runs it: nothing
/// in it is shared, locked or counted, and access to it is checked when it is compiled, not when it
/// runs.
///
/// The parts: `HTTPWorkerLoop+Requests` reads and answers, `+Sending` sends, closes and lingers,
/// `+Streams` feeds answers without an end, `+Deadlines` ends what takes too long, `+Accepting` takes connections in.
struct HTTPWorkerLoop: ~Copyable {
    let configuration: HTTPConfiguration
    let handler: any HTTPHandler
    let worker: HTTPWorker
    let connections: HTTPConnectionCounts

    let poller: Poller
    var timer: WakeTimer
    var table: HTTPConnectionTable
    var deadlines: HTTPDeadlines
    var acceptor: HTTPAcceptor?

    /// Where bytes are received that no connection keeps.
    let buffer: UnsafeMutablePointer<UInt8>
    /// Reads the requests in `buffer`.
    let reader: UnsafeMutablePointer<HTTPRequestReader>
    var output = HTTPOutput()
    var response = HTTPResponse()
    /// When the loop last woke up.
    var now: Moment
    /// Set when the server stops: the moment at which everything is closed.
    var stopDeadline: Int64?
    /// The answers without an end, by the slot of their connection.
    var streams: [UInt32: any HTTPStream] = [:]
    /// What a stream gave, on its way into `output`.
    var streamBytes: [UInt8] = []
    var requests = 0
    var refusals = 0

    /// Bytes received at a time.
    static let bufferBytes = 65_536
    /// Refused connections that may be open beyond the limit, each until it has been told.
    static let refusedMax = 64
    /// Tokens of what is no connection: generation 0.
    static let mailboxToken: UInt64 = 0
    static let timerToken: UInt64 = 1
    static let listenerToken: UInt64 = 2

    /// A loop whose poller watches the mailbox and the timer already.
    private init(
        _ configuration: HTTPConfiguration, _ handler: any HTTPHandler, _ worker: HTTPWorker,
        _ connections: HTTPConnectionCounts, _ poller: consuming Poller,
        _ timer: consuming WakeTimer
    ) {
        self.configuration = configuration
        self.handler = handler
        self.worker = worker
        self.connections = connections
        self.poller = poller
        self.timer = timer
        table = HTTPConnectionTable(capacity: configuration.connectionsMax + Self.refusedMax)
        deadlines = HTTPDeadlines(configuration)
        buffer = .allocate(capacity: Self.bufferBytes)
        reader = .allocate(capacity: 1)
        reader.initialize(to: HTTPRequestReader())
        now = Clock.now()
    }

    /// A loop that does not run yet. Throws when the kernel has no descriptors for it.
    static func make(
        _ configuration: HTTPConfiguration, _ handler: any HTTPHandler, _ worker: HTTPWorker,
        _ connections: HTTPConnectionCounts
    ) throws(SystemError) -> HTTPWorkerLoop {
        let poller = try Poller()
        let timer = try WakeTimer()
        guard poller.add(worker.mailbox.event.number, Poller.input, token: mailboxToken),
            poller.add(timer.descriptor.number, Poller.input, token: timerToken)
        else { throw .last("epoll_ctl") }
        return HTTPWorkerLoop(configuration, handler, worker, connections, poller, timer)
    }

    deinit {
        buffer.deallocate()
        reader.deinitialize(count: 1)
        reader.deallocate()
    }

    /// Serves until the server has stopped. Blocks.
    mutating func run() {
        while stopDeadline == nil || table.count > 0 {
            timer.arm(
                min(deadlines.earliest(table), stopDeadline ?? .max, acceptor?.pausedUntil ?? .max))
            worker.counts.waits(at: Clock.boot())
            let count = poller.wait()
            now = Clock.now()
            worker.counts.wakes(at: now.boot)
            output.setTime(now)
            for index in 0..<count {
                let event = poller.event(index)
                handle(event.token, event.events)
            }
            worker.counts.requests.store(requests, ordering: .relaxed)
            worker.counts.refusals.store(refusals, ordering: .relaxed)
        }
        // Connections that were handed over after the last one closed.
        takeMessages()
        closeAll()
    }

    private mutating func handle(_ token: UInt64, _ events: UInt32) {
        if let slot = table.find(token) {
            handle(slot: slot, events)
            return
        }
        switch token {
        case Self.mailboxToken: takeMessages()
        case Self.timerToken:
            timer.acknowledge()
            expire()
        default:
            // A listener, or a connection that ended earlier in this batch.
            if token >> 32 == 0 { accept(Int(token - Self.listenerToken)) }
        }
    }

    private mutating func handle(slot: UInt32, _ events: UInt32) {
        let connection = table[slot]
        let waits =
            connection.pointee.output != nil
            || !connection.pointee.flags.isDisjoint(with: [.parked, .streaming])
        if events & Poller.peerEnd != 0, connection.pointee.flags.contains(.streaming) {
            // Whoever reads a stream has nothing more to send, and needs no answer when it goes.
            close(slot)
        } else if events & Poller.output != 0, connection.pointee.output != nil {
            sendRest(slot)
        } else if events & Poller.input != 0, !waits {
            receive(slot)
        } else if events & Poller.hangUp != 0 {
            // Nobody is left to read an answer.
            close(slot)
        } else if events & Poller.input != 0 {
            // More than can be answered now: it stays in the kernel until it can.
            watch(slot, connection.pointee.output == nil ? 0 : Poller.output)
        }
    }

    private mutating func takeMessages() {
        for message in worker.mailbox.take() {
            switch message {
            case .completion(let address, let render): complete(address, render)
            case .connection(let descriptor, let peer, let refused):
                open(descriptor, peer, refused: refused)
            case .stop(let deadline): stop(deadline)
            case .feed: feedStreams()
            }
        }
    }

    /// Changes what a connection is watched for; no call where nothing changes.
    mutating func watch(_ slot: UInt32, _ interest: UInt32) {
        let connection = table[slot]
        guard connection.pointee.interest != interest else { return }
        connection.pointee.interest = interest
        poller.modify(
            connection.pointee.descriptor, interest,
            token: HTTPConnectionTable.token(slot, connection))
    }

    // MARK: Stopping

    /// Stops accepting, closes idle connections; the others end with their next answer.
    private mutating func stop(_ deadline: Int64) {
        stopDeadline = deadline
        acceptor = nil
        endStreams()
        for slot in 0..<table.used where isIdle(slot) {
            // A request may be on its way already: it is answered.
            receive(slot)
            if isIdle(slot) { close(slot) }
        }
    }

    private func isIdle(_ slot: UInt32) -> Bool {
        let connection = table[slot]
        return connection.pointee.flags.isDisjoint(with: [
            .parked, .closing, .lingering, .streaming,
        ])
            && connection.pointee.flags.contains(.open)
            && connection.pointee.input == nil && connection.pointee.output == nil
    }

    mutating func closeAll() {
        for slot in 0..<table.used where table[slot].pointee.flags.contains(.open) { close(slot) }
    }
}
