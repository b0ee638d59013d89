internal import Ccurl
internal import EventCore
internal import Glibc
internal import Net

/// The delivery thread of JSON-RPC over HTTP: takes calls from the inbox, keeps them in the schedule, runs
/// them through libcurl, and reports what became of them.
///
/// Delivered at least once while it lives: a call is made again only where nothing was sent, where the
/// receiver asked for it (429, 502, 503, 504), or, by libcurl and once, where a kept connection closed
/// without an answer.
final class RPCEngine: @unchecked Sendable {
    // @unchecked because it is made on one thread and from then on only touched on the delivery thread,
    // inside `run`.
    private let settings: RPCSettings
    private let inbox: RPCInbox
    private let multi: CurlMulti
    private let options: CurlOptions
    private var schedule: DeliverySchedule<String, RPCCall>
    private var random = SystemRandomNumberGenerator()
    private var running: [Running] = []
    private var idle: [CurlTransfer] = []
    private var results: [DeliveryResult] = []
    private var ledger: (any DeliveryLedger)?

    /// A transfer under way and what it carries. `drop` is set when it was stopped before the request
    /// went out.
    private struct Running {
        var transfer: CurlTransfer
        var attempt: DeliverySchedule<String, RPCCall>.Attempt
        var drop: DropReason?
    }

    /// An engine that does nothing yet. `allows` judges the address of every connection before it is opened.
    init(
        settings: RPCSettings, inbox: RPCInbox, allows: @escaping (UnsafePointer<sockaddr>) -> Bool
    ) throws(SystemError) {
        self.settings = settings
        self.inbox = inbox
        multi = try CurlMulti(connectionsMax: settings.connectionsMax, wakeup: inbox.wakeup)
        options = CurlOptions(settings: settings, poller: multi.poller, allows: allows)
        schedule = DeliverySchedule(limits: settings.queue)
    }

    /// Runs until `RPCInbox.stop`: blocks its thread for as long. All is reported and closed when it returns.
    func run(ledger: any DeliveryLedger) {
        self.ledger = ledger
        while true {
            let (calls, stopTime) = inbox.take()
            let now = Clock.boot()
            for call in calls { admit(call, now: now) }
            if let stopTime, schedule.isEmpty || now >= stopTime { break }
            startAttempts(now: now)
            report()
            let wakeTime = earlier(schedule.wakeTime(), stopTime)
            multi.wait(until: inbox.fallAsleep() ? wakeTime : 0)
            finishAttempts(now: Clock.boot())
        }
        giveUp()
        report()
        self.ledger = nil
    }

    // MARK: In

    private func admit(_ call: RPCCall, now: Int64) {
        var evicted: [DeliverySchedule<String, RPCCall>.Evicted] = []
        schedule.add(
            call, payloadBytes: call.body.count, to: call.target.destination, now: now,
            evicted: &evicted)
        for item in evicted { settle(evicted: item) }
    }

    private func startAttempts(now: Int64) {
        while let attempt = schedule.next(now: now) {
            let call = attempt.message
            if let drop = ledger?.mayStart(call.subscription) {
                schedule.end(attempt, now: now)
                settle(call, .dropped(drop))
                continue
            }
            let timeout = call.target.timeoutMilliseconds ?? settings.timeoutMilliseconds
            guard let transfer = idle.popLast() ?? makeTransfer(),
                transfer.prepare(call, timeoutMilliseconds: timeout), multi.add(transfer)
            else {
                schedule.end(attempt, now: now)
                settle(call, .failed(.system))
                continue
            }
            transfer.place = running.count
            running.append(Running(transfer: transfer, attempt: attempt))
        }
    }

    private func makeTransfer() -> CurlTransfer? {
        CurlTransfer(options: options) { [unowned self] transfer in mayStillStart(transfer) }
    }

    /// Asked when the connection stands, which may be seconds after the attempt began: a subscription that
    /// ended meanwhile is sent nothing.
    private func mayStillStart(_ transfer: CurlTransfer) -> Bool {
        let subscription = running[transfer.place].attempt.message.subscription
        guard let drop = ledger?.mayStart(subscription) else { return true }
        running[transfer.place].drop = drop
        return false
    }

    // MARK: Out

    private func finishAttempts(now: Int64) {
        while let (transfer, code) = multi.nextEnded() {
            var ended = release(transfer)
            let call = ended.attempt.message
            let exchange = transfer.ended(code)
            if let drop = ended.drop, exchange.requests == 0 {
                schedule.end(ended.attempt, now: now)
                settle(call, .dropped(drop))
            } else {
                let verdict = RPCVerdict.judge(exchange, mode: call.target.mode) {
                    RPCReply.isResult(transfer.reply, id: call.occurrence)
                }
                conclude(&ended.attempt, verdict, now: now)
            }
            rest(transfer)
        }
    }

    private func conclude(
        _ attempt: inout DeliverySchedule<String, RPCCall>.Attempt, _ verdict: RPCVerdict,
        now: Int64
    ) {
        switch verdict {
        case .ended(let outcome):
            schedule.end(attempt, now: now)
            settle(attempt.message, outcome)
        case .tryAgain(let reason, let retryAfterSeconds):
            let delay = settings.retry.delayMilliseconds(
                afterAttempt: attempt.number, retryAfterSeconds: retryAfterSeconds, random: &random)
            guard let delay else { return conclude(&attempt, .ended(.failed(reason)), now: now) }
            attempt.message.lastFailure = reason
            var evicted: [DeliverySchedule<String, RPCCall>.Evicted] = []
            schedule.postpone(
                attempt, until: now + Int64(delay) * 1_000_000, now: now, evicted: &evicted)
            for item in evicted { settle(evicted: item) }
        }
    }

    /// What was tried before and pushed out between two attempts has failed as its last attempt did.
    private func settle(evicted item: DeliverySchedule<String, RPCCall>.Evicted) {
        settle(item.message, item.message.lastFailure.map { .failed($0) } ?? .dropped(.queueFull))
    }

    private func settle(_ call: RPCCall, _ outcome: Outcome) {
        results.append(DeliveryResult(subscription: call.subscription, outcome: outcome))
    }

    /// Tells the ledger what has ended since the last time, all at once.
    private func report() {
        guard !results.isEmpty else { return }
        ledger?.settle(results)
        results.removeAll(keepingCapacity: results.capacity <= 1_024)
    }

    // MARK: Transfers

    /// Takes a transfer out of those under way; the last of them moves to its place.
    private func release(_ transfer: CurlTransfer) -> Running {
        multi.remove(transfer)
        let ended = running.remove(atSwapping: transfer.place)
        if transfer.place < running.count {
            running[transfer.place].transfer.place = transfer.place
        }
        return ended
    }

    /// Keeps a transfer for the next call, as many as run briskly.
    private func rest(_ transfer: CurlTransfer) {
        guard idle.count < settings.queue.attemptsBrisk else { return }
        transfer.rest()
        idle.append(transfer)
    }

    /// Stops everything: what has not ended by now is reported as dropped.
    private func giveUp() {
        while let last = running.last {
            settle(release(last.transfer).attempt.message, .dropped(.stopped))
        }
        for call in schedule.removeAll() + inbox.close() { settle(call, .dropped(.stopped)) }
        idle = []
    }
}

extension Array {
    /// Removes one element in O(1); the last one takes its place.
    fileprivate mutating func remove(atSwapping index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}
