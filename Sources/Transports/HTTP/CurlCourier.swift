internal import Ccurl
internal import EventCore
internal import Glibc
internal import Net

/// Makes attempts by HTTP, through libcurl: an attempt is one POST.
///
/// Sent at least once: a call goes out a second time only where libcurl finds that a kept connection had been
/// closed and nothing was answered; whether it is made again later is the engine's to decide.
final class CurlCourier<Target: HTTPTarget>: Courier {
    /// Ends a `wait`.
    let wakeup: Wakeup

    private let settings: HTTPSettings
    private let multi: CurlMulti
    private let options: CurlOptions
    private var running: [Running] = []
    private var idle: [CurlTransfer] = []
    private var body: [UInt8] = []
    private var ledger: (any DeliveryLedger)?

    /// A transfer under way and what it carries. `refused` is set when it was stopped before the request went
    /// out, because of these deliveries.
    private struct Running {
        var transfer: CurlTransfer
        var attempt: Attempt<Target>
        var refused: [(place: Int, reason: DropReason)] = []
    }

    /// A courier without a connection. `allows` judges the address of every connection before it is opened.
    /// Throws when the process has no memory or descriptor left, or libcurl cannot look names up without
    /// blocking.
    init(
        settings: HTTPSettings, allows: @escaping (UnsafePointer<sockaddr>) -> Bool
    ) throws(SystemError) {
        self.settings = settings
        wakeup = try Wakeup()
        multi = try CurlMulti(connectionsMax: settings.connectionsMax, wakeup: wakeup)
        options = CurlOptions(
            settings: settings, contentType: Target.contentType, poller: multi.poller,
            allows: allows)
    }

    /// See `Courier`.
    func open(ledger: any DeliveryLedger) {
        self.ledger = ledger
    }

    /// See `Courier`.
    func mayJoin(
        _ delivery: QueuedDelivery<Target>, _ attempt: borrowing [QueuedDelivery<Target>],
        bytes: Int
    ) -> Bool {
        hasRoom(for: delivery, in: attempt, bytes: bytes) && Target.joins(delivery, attempt)
    }

    /// See `Courier`.
    func begin(_ attempt: Attempt<Target>, now: Int64, ended: inout [AttemptEnd<Target>]) {
        body.removeAll(keepingCapacity: body.capacity <= CurlTransfer.bodyBytesKept)
        Target.write(attempt.deliveries, into: &body)
        let time = attempt.target.options.timeoutMilliseconds ?? settings.timeoutMilliseconds
        let call = CurlTransfer.Call(
            url: attempt.target.url, owner: attempt.target, body: body,
            occurrences: attempt.deliveries.map(\.occurrence.id),
            trace: attempt.deliveries.lazy.compactMap(\.occurrence.trace).first,
            keepsReply: attempt.target.readsReply, timeoutMilliseconds: time)
        guard let transfer = idle.popLast() ?? makeTransfer(), transfer.prepare(call),
            multi.add(transfer)
        else {
            let words = "libcurl has no memory for a call"
            return ended.append(
                AttemptEnd(attempt, all: .ended(.failed(.system), words: words)))
        }
        transfer.place = running.count
        running.append(Running(transfer: transfer, attempt: attempt))
    }

    /// See `Courier`.
    func wait(until time: Int64?, ended: inout [AttemptEnd<Target>]) {
        multi.wait(until: time)
        while let (transfer, code) = multi.nextEnded() {
            let run = release(transfer)
            let exchange = transfer.ended(code)
            if let witness = settings.witness { transfer.testify(to: witness) }
            ended.append(end(of: run, exchange))
            rest(transfer)
        }
    }

    /// See `Courier`.
    func close(ended: inout [AttemptEnd<Target>]) {
        while let last = running.last {
            ended.append(AttemptEnd(release(last.transfer).attempt, all: .unsent))
        }
        idle = []
        ledger = nil
    }

    private func end(of run: Running, _ exchange: HTTPExchange) -> AttemptEnd<Target> {
        let deliveries = run.attempt.deliveries
        guard run.refused.isEmpty || exchange.requests > 0 else {
            var verdicts = [Verdict](repeating: .unsent, count: deliveries.count)
            for (place, reason) in run.refused { verdicts[place] = .ended(.dropped(reason)) }
            return AttemptEnd(run.attempt, each: verdicts)
        }
        let target = run.attempt.target
        let judge = HTTPVerdict(exchange, authority: target.authority)
        guard target.readsReply, exchange.isWhole2xx else {
            return AttemptEnd(
                run.attempt, all: judge.verdict(readsReply: target.readsReply),
                answer: exchange.answer, timings: exchange.timings)
        }
        return AttemptEnd(
            run.attempt, each: Target.judge(reply: run.transfer.reply, to: deliveries),
            answer: exchange.answer, timings: exchange.timings)
    }

    // MARK: Transfers

    private func makeTransfer() -> CurlTransfer? {
        CurlTransfer(options: options) { [unowned self] transfer in mayStillStart(transfer) }
    }

    /// Asked when the connection stands, which may be seconds after the attempt began: a subscription that
    /// ended meanwhile is sent nothing.
    private func mayStillStart(_ transfer: CurlTransfer) -> Bool {
        let subscriptions = running[transfer.place].attempt.deliveries.map(\.subscription)
        guard let refused = ledger?.refused(among: subscriptions), !refused.isEmpty else {
            return true
        }
        running[transfer.place].refused = refused
        return false
    }

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
        guard idle.count < settings.delivery.queue.attemptsBrisk else { return }
        transfer.rest()
        idle.append(transfer)
    }
}

extension Array {
    /// Removes one element in O(1); the last one takes its place.
    fileprivate mutating func remove(atSwapping index: Int) -> Element {
        swapAt(index, count - 1)
        return removeLast()
    }
}
