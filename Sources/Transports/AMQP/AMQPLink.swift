internal import Dispatch
internal import EventCore
internal import Glibc
internal import Net
internal import Synchronization

/// One broker's thread, as the others see it: attempts go in, ends come out. The thread is there
/// while something is under way, and as long as the connection is kept.
///
/// All methods: any thread; none blocks but `join`.
final class AMQPLink: Sendable {
    private let broker: AMQPBroker
    private let dialer: AMQPDialer
    private let outbox: AMQPOutbox
    private let ledger: any DeliveryLedger
    private let wakeup: Wakeup
    private let lifeline = AMQPLifeline()
    private let thread = DispatchQueue(label: "carillon.rabbitmq.broker")
    private let running = DispatchGroup()
    private let inbox = Lock(Inbox())

    private struct Inbox {
        var attempts: [Given] = []
        var isRunning = false
        var isStopping = false
        /// Attempts given and not yet handed back.
        var underWay = 0
    }

    private struct Given {
        let attempt: Attempt<AMQPTarget>
        let time: Int64
    }

    /// A link without thread or connection. Throws when the process has no descriptor left.
    init(
        broker: AMQPBroker, dialer: AMQPDialer, outbox: AMQPOutbox,
        ledger: any DeliveryLedger
    ) throws(SystemError) {
        self.broker = broker
        self.dialer = dialer
        self.outbox = outbox
        self.ledger = ledger
        wakeup = try Wakeup()
    }

    /// Whether nothing is under way.
    var isIdle: Bool { inbox.withLock { $0.underWay == 0 } }

    /// Begins an attempt, after those given before. `now`: boot clock, nanoseconds.
    func give(_ attempt: Attempt<AMQPTarget>, now: Int64) {
        let mustStart = inbox.withLock { inbox in
            inbox.attempts.append(Given(attempt: attempt, time: now))
            inbox.underWay += 1
            defer { inbox.isRunning = true }
            return !inbox.isRunning
        }
        if mustStart {
            thread.async(group: running) { [self] in run() }
        } else {
            wakeup.send()
        }
    }

    /// Closes the connection, politely where nothing is under way; what is comes back as it stands.
    func stop() {
        inbox.withLock { $0.isStopping = true }
        if !isIdle { lifeline.cut() }
        wakeup.send()
    }

    /// Waits until the thread has ended.
    func join() { running.wait() }

    // MARK: The thread

    private func run() {
        let publisher = AMQPPublisher(
            broker: broker, dialer: dialer, lifeline: lifeline, ledger: ledger)
        while let attempts = takeAttempts(publisher) {
            for given in attempts {
                publisher.begin(given.attempt, given: given.time)
                // Between attempts, not only behind all of them: answers make room for the next
                // ones.
                publisher.turn(now: Clock.boot())
                handBack(publisher.takeEnded())
            }
            wait(publisher)
            publisher.turn(now: Clock.boot())
            handBack(publisher.takeEnded())
        }
        publisher.close()
        handBack(publisher.takeEnded())
        let left = inbox.withLock { inbox in
            // Given since it had nothing to do, an attempt is the next run's.
            guard inbox.isStopping else { return [Given]() }
            defer { inbox.attempts = [] }
            return inbox.attempts
        }
        handBack(left.map { AttemptEnd($0.attempt, all: .unsent) })
    }

    /// What was given; nil = the thread is to end.
    private func takeAttempts(_ publisher: AMQPPublisher) -> [Given]? {
        inbox.withLock { inbox in
            let isOver = publisher.isForgotten(now: Clock.boot()) || publisher.descriptor == nil
            guard !inbox.isStopping, !inbox.attempts.isEmpty || !publisher.isIdle || !isOver else {
                inbox.isRunning = false
                return nil
            }
            defer { inbox.attempts = [] }
            return inbox.attempts
        }
    }

    private func wait(_ publisher: AMQPPublisher) {
        let now = Clock.boot()
        guard let wakeTime = publisher.wakeTime(now: now), let descriptor = publisher.descriptor
        else { return }
        var watched = [
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        // It fails only when a signal comes (EINTR): then the loop looks once more.
        _ = poll(&watched, nfds_t(watched.count), Wakeup.milliseconds(until: wakeTime))
        wakeup.clear()
    }

    private func handBack(_ ended: [AttemptEnd<AMQPTarget>]) {
        guard !ended.isEmpty else { return }
        inbox.withLock { $0.underWay -= ended.count }
        outbox.put(ended)
    }
}
