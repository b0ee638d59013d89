internal import EventCore
internal import Net

/// Makes attempts at brokers: a thread for each (librabbitmq blocks), to which attempts are handed,
/// and which hands their ends back. Delivered is what the broker has confirmed.
final class AMQPCourier: Courier {
    typealias Target = AMQPTarget

    private let dialer: AMQPDialer
    private let outbox: AMQPOutbox
    private var links: [AMQPBroker: Link] = [:]
    private var ledger: (any DeliveryLedger)?
    private var settings: AMQPSettings { dialer.settings }

    private struct Link {
        let link: AMQPLink
        var lastUsed: Int64
    }

    /// A courier without connections. Throws when the process has no descriptor left.
    init(dialer: AMQPDialer) throws(SystemError) {
        self.dialer = dialer
        outbox = try AMQPOutbox()
    }

    var wakeup: Wakeup { outbox.wakeup }

    var attemptsPerDestination: Int { settings.attemptsPerDestination }

    /// All messages to one broker may go together: each is a message of its own anyway. Of one
    /// destination they need not be to one broker: `tls` is an option, and may have been replaced
    /// meanwhile.
    func mayJoin(
        _ delivery: QueuedDelivery<AMQPTarget>, _ attempt: borrowing [QueuedDelivery<AMQPTarget>],
        bytes: Int
    ) -> Bool {
        let first = attempt[0].target
        return attempt.count < settings.messagesPerAttempt
            && (delivery.target === first || delivery.target.broker == first.broker)
            && bytes + delivery.payloadBytes <= settings.bytesPerAttempt
    }

    func open(ledger: any DeliveryLedger) {
        self.ledger = ledger
    }

    func begin(
        _ attempt: Attempt<AMQPTarget>, now: Int64, ended: inout [AttemptEnd<AMQPTarget>]
    ) {
        do throws(AMQPFailure) {
            try link(to: attempt.target.broker, now: now).give(attempt, now: now)
        } catch {
            ended.append(
                AttemptEnd(attempt, all: .unreachable(error.reason, words: error.words)))
        }
    }

    func wait(until time: Int64?, ended: inout [AttemptEnd<AMQPTarget>]) {
        var some = outbox.take()
        if some.isEmpty {
            wakeup.wait(until: time)
            some = outbox.take()
        }
        ended += some
    }

    func close(ended: inout [AttemptEnd<AMQPTarget>]) {
        for entry in links.values { entry.link.stop() }
        for entry in links.values { entry.link.join() }
        links = [:]
        ended += outbox.take()
    }

    /// The broker's link; at `connectionsMax` that of another one makes room, if it has nothing
    /// under way.
    private func link(to broker: AMQPBroker, now: Int64) throws(AMQPFailure) -> AMQPLink {
        if let known = links[broker] {
            links[broker]?.lastUsed = now
            return known.link
        }
        if links.count >= settings.connectionsMax {
            let idle = links.filter { $0.value.link.isIdle }
            guard let oldest = idle.min(by: { $0.value.lastUsed < $1.value.lastUsed }) else {
                throw AMQPFailure(
                    .system, "more than \(settings.connectionsMax) connections at once")
            }
            oldest.value.link.stop()
            links[oldest.key] = nil
        }
        guard let ledger else { throw AMQPFailure(.system, "not open") }
        do throws(SystemError) {
            let link = try AMQPLink(
                broker: broker, dialer: dialer, outbox: outbox, ledger: ledger)
            links[broker] = Link(link: link, lastUsed: now)
            return link
        } catch {
            throw AMQPFailure(.system, error.words)
        }
    }
}
