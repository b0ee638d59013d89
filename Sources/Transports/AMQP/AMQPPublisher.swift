internal import EventCore
internal import Net

/// What goes on at one broker: the connection, its channels, and what is not yet confirmed. Belongs
/// to the thread of an `AMQPLink`; blocks it only to connect, to open a channel, and where the
/// peer's host takes no bytes, each time within its limit.
///
/// Each exchange has a channel of its own: a broker closes the channel on which something names an
/// exchange that is not there, and so knows nothing of what else was under way on it.
final class AMQPPublisher {
    private let broker: AMQPBroker
    private let dialer: AMQPDialer
    private let lifeline: AMQPLifeline
    private let ledger: any DeliveryLedger
    private var settings: AMQPSettings { dialer.settings }

    private var connection: AMQPConnection?
    private var channels = AMQPChannels()
    private var open = OpenAttempts()
    /// Since when the broker takes nothing, and its words for it.
    private var blocked: (since: Int64, words: String)?
    /// When the next confirmation is overdue, at the earliest.
    private var nextDeadline: Int64?
    /// When something was published last.
    private var lastUsed: Int64 = 0
    /// The last failure, and when it was.
    private var lastFailure: (failure: AMQPFailure, time: Int64)?

    /// A publisher without a connection.
    init(
        broker: AMQPBroker, dialer: AMQPDialer, lifeline: AMQPLifeline,
        ledger: any DeliveryLedger
    ) {
        self.broker = broker
        self.dialer = dialer
        self.lifeline = lifeline
        self.ledger = ledger
    }

    /// What poll watches; nil without a connection.
    var descriptor: Int32? { connection?.descriptor }

    /// Whether nothing is under way.
    var isIdle: Bool { open.isEmpty }

    /// When `turn` is to be called at the latest; nil = there is no need.
    func wakeTime(now: Int64) -> Int64? {
        guard let connection else { return nil }
        // Heartbeats are sent when `turn` looks: twice as often as they are due.
        let heartbeat = now + Int64(max(1, connection.heartbeatSeconds)) * 500_000_000
        return earlier(heartbeat, earlier(nextDeadline, isIdle ? idleEnd : nil))
    }

    /// Whether nothing has been published for so long that connection and thread can go.
    func isForgotten(now: Int64) -> Bool { isIdle && now >= idleEnd }

    /// Attempts that ended since the last time.
    func takeEnded() -> [AttemptEnd<AMQPTarget>] { open.takeEnded() }

    // MARK: Beginning

    /// Publishes an attempt's deliveries. `given`: when the engine asked whether they may start.
    func begin(_ attempt: Attempt<AMQPTarget>, given: Int64) {
        let number = open.add(attempt)
        do throws(AMQPFailure) {
            try connect(given: given)
            if let blocked {
                let failure = AMQPFailure(
                    .full, words(ofBlocked: blocked.words), answer: .amqp("blocked"))
                return settleAll(of: number, attempt, failure)
            }
            dropRefused(attempt, number, given: given)
            for index in attempt.deliveries.indices {
                let place = OpenAttempts.Place(attempt: number, index: index)
                if !open.isSettled(place) { try publish(attempt.deliveries[index], at: place) }
            }
        } catch {
            lose(error)
        }
    }

    private func connect(given: Int64) throws(AMQPFailure) {
        guard connection == nil else { return }
        // Given before the last failure: it waited for the very connection that failed. Each
        // destination of this broker trying once more by itself would take the timeout as many
        // times.
        if let lastFailure, given < lastFailure.time { throw lastFailure.failure }
        connection = try dialer.dial(broker, lifeline: lifeline)
        lastUsed = Clock.boot()
    }

    /// Connecting may have taken seconds: whoever unsubscribed meanwhile is sent nothing.
    private func dropRefused(_ attempt: Attempt<AMQPTarget>, _ number: UInt64, given: Int64) {
        guard Clock.boot() - given > Self.askAgainAfter else { return }
        for (index, reason) in ledger.refused(among: attempt.deliveries.map(\.subscription)) {
            open.settle(
                OpenAttempts.Place(attempt: number, index: index), .ended(.dropped(reason)))
        }
    }

    private func publish(
        _ delivery: QueuedDelivery<AMQPTarget>, at place: OpenAttempts.Place
    ) throws(AMQPFailure) {
        guard let connection,
            let channel = try channels.channel(
                for: delivery.target.exchange, on: connection, max: settings.channelsMax)
        else {
            let words = "more than \(settings.channelsMax) exchanges at once"
            return open.settle(place, .tryAgain(.full, words: words))
        }
        try connection.publish(delivery, on: channel)
        lastUsed = Clock.boot()
        let timeout =
            delivery.target.options.timeoutMilliseconds ?? settings.confirmTimeoutMilliseconds
        let deadline = lastUsed + Int64(timeout) * 1_000_000
        channels.add(place, to: channel, deadline: deadline)
        nextDeadline = earlier(nextDeadline, deadline)
    }

    // MARK: Going on

    /// Reads what the broker says, sends heartbeats that are due, gives up what was not confirmed
    /// in time.
    func turn(now: Int64) {
        do throws(AMQPFailure) {
            while let event = try connection?.nextEvent() { try take(event) }
            try expire(now: now)
        } catch {
            lose(error)
        }
    }

    private func take(_ event: AMQPEvent) throws(AMQPFailure) {
        switch event {
        case .answered(let channel, let tag, let isMultiple, let isTaken):
            channels.answer(channel, tag, isMultiple: isMultiple) { entry in
                open.settle(
                    entry.item, Self.verdict(isTaken: isTaken, entry.returned),
                    answer: entry.returned?.answer ?? .amqp(isTaken ? "ack" : "nack"))
            }
        case .returned(let channel, let message):
            channels.markReturned(message, on: channel) { open.delivery(at: $0) }
        case .channelClosed(let channel, let refusal):
            let verdict = Self.verdict(onClosed: refusal)
            channels.remove(channel) {
                open.settle($0.item, verdict, answer: refusal.answer)
            }
            try connection?.confirmClosed(channel)
        case .connectionClosed(let refusal):
            throw AMQPFailure(
                .connect, "connection closed: \(refusal.words)", answer: refusal.answer)
        case .blocked(let words):
            settings.witness?.see { $0.blocked = words }
            blocked = blocked ?? (Clock.boot(), words)
            // The broker reads nothing now: what was written may stay unread for as long as it
            // takes.
            connection?.setWriteTimeout(0)
        case .unblocked:
            guard let since = blocked?.since else { return }
            blocked = nil
            connection?.setWriteTimeout(settings.writeTimeoutMilliseconds)
            channels.extend(by: Clock.boot() - since)
        }
    }

    private func expire(now: Int64) throws(AMQPFailure) {
        guard blocked == nil, let due = nextDeadline, due <= now else { return }
        nextDeadline = channels.expire(now: now) { entry in
            open.settle(entry.item, .tryAgain(.timeout, words: "no confirmation in time"))
        }
    }

    // MARK: Ending

    /// The connection is lost: what was not confirmed goes back to its queue, and is sent again,
    /// with the same message id, when there is a connection again.
    private func lose(_ failure: AMQPFailure) {
        forget()
        lastFailure = (failure, Clock.boot())
        // Cut by ourselves, the connection says nothing about the broker.
        open.settleAll(
            lifeline.isCut ? .unsent : verdict(on: failure), answer: failure.answer)
    }

    /// No time makes the policy change its mind; everything else may pass.
    private func verdict(on failure: AMQPFailure) -> Verdict {
        guard settings.waitsForBroker, failure.reason != .forbidden else {
            return .ended(.failed(failure.reason), words: failure.words)
        }
        return .unreachable(failure.reason, words: failure.words)
    }

    /// Closes the connection; politely where the broker has nothing left to say. What is under way
    /// has not ended: nobody knows whether it arrived.
    func close(_ verdict: Verdict = .unsent) {
        if isIdle, blocked == nil, !lifeline.isCut { connection?.closePolitely() }
        forget()
        open.settleAll(verdict)
    }

    private func forget() {
        connection = nil
        channels = AMQPChannels()
        blocked = nil
        nextDeadline = nil
    }

    private func settleAll(
        of number: UInt64, _ attempt: Attempt<AMQPTarget>, _ failure: AMQPFailure
    ) {
        for index in attempt.deliveries.indices {
            open.settle(
                OpenAttempts.Place(attempt: number, index: index), verdict(on: failure),
                answer: failure.answer)
        }
    }

    private var idleEnd: Int64 { lastUsed + Int64(settings.idleSeconds) * 1_000_000_000 }

    private func words(ofBlocked words: String) -> String {
        "\(connection?.peer ?? "the broker") takes no messages: \(words)"
    }

    // MARK: Verdicts

    /// An attempt that has waited for longer is asked about once more.
    private static let askAgainAfter: Int64 = 20_000_000

    private static func verdict(isTaken: Bool, _ returned: AMQPRefusal?) -> Verdict {
        if let returned {
            return .ended(.failed(.unroutable), words: "no queue takes it: \(returned.words)")
        }
        return isTaken
            ? .delivered : .tryAgain(.rejected, words: "the broker did not take the message")
    }

    /// 404 and 403: no such exchange, no right to publish there; that will not pass by itself.
    private static func verdict(onClosed refusal: AMQPRefusal) -> Verdict {
        switch refusal.code {
        case 403, 404: .ended(.failed(.rejected), words: refusal.words)
        default: .tryAgain(.rejected, words: refusal.words)
        }
    }
}
