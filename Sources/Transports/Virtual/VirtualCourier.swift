internal import EventCore
internal import Glibc
internal import Net
internal import Synchronization

/// FAILOVER and ROUND-ROBIN: one occurrence of a group at a time, from member to member until one
/// does not fail.
final class VirtualCourier: Courier {
    let wakeup: Wakeup
    private let members: MemberTransports
    private let groups: GroupTable
    private let settings: VirtualSettings
    private let mailbox: Mailbox
    private var ledger: MemberLedger?
    private var running: [UInt64: Running] = [:]
    private var newest: UInt64 = 0

    /// An attempt, and the member that has it.
    private struct Running {
        let attempt: Attempt<VirtualTarget>
        /// Members that have not been tried, the next one last.
        var left: [Int]
        var member = 0
        var reference: SubscriptionRef?
        /// When the member has had its time, boot nanoseconds.
        var deadline = Int64.max
        var failure = Failure(reason: .system, words: nil)
    }

    /// How the last member failed.
    private struct Failure {
        let reason: FailureReason
        let words: String?
    }

    /// Throws where the process has no descriptor left.
    init(
        members: MemberTransports, groups: GroupTable, settings: VirtualSettings
    ) throws(SystemError) {
        let wakeup = try Wakeup()
        self.wakeup = wakeup
        mailbox = Mailbox(wakeup)
        self.members = members
        self.groups = groups
        self.settings = settings
    }

    /// The attempts are the members'.
    var tellsOfAttempts: Bool { false }

    func mayJoin(
        _ delivery: QueuedDelivery<VirtualTarget>,
        _ attempt: borrowing [QueuedDelivery<VirtualTarget>], bytes: Int
    ) -> Bool { false }

    func open(ledger: any DeliveryLedger) {
        self.ledger = MemberLedger(ledger) { [mailbox] in mailbox.put($0) }
    }

    func begin(
        _ attempt: Attempt<VirtualTarget>, now: Int64, ended: inout [AttemptEnd<VirtualTarget>]
    ) {
        newest += 1
        let order = groups.order(of: attempt.target, now: now)
        running[newest] = Running(attempt: attempt, left: order.reversed())
        goOn(newest, now: now, ended: &ended)
    }

    func wait(until time: Int64?, ended: inout [AttemptEnd<VirtualTarget>]) {
        let deadline = running.values.reduce(Int64.max) { min($0, $1.deadline) }
        let until = min(time ?? .max, deadline)
        var entry = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
        // Rounded up: what is woken too early would only wait again.
        let milliseconds =
            until == .max ? -1 : max(0, (until - Clock.boot() + 999_999) / 1_000_000)
        // An interruption is an early return, which is allowed.
        poll(&entry, 1, Int32(clamping: milliseconds))
        wakeup.clear()
        let now = Clock.boot()
        takeEnds(now: now, goesOn: true, ended: &ended)
        for (work, one) in running where one.deadline <= now {
            giveUp(work, one, now: now, ended: &ended)
        }
    }

    func close(ended: inout [AttemptEnd<VirtualTarget>]) {
        // What has arrived by then is told as it is.
        members.stop(drainMilliseconds: 0)
        takeEnds(now: Clock.boot(), goesOn: false, ended: &ended)
        for one in running.values { ended.append(AttemptEnd(one.attempt, all: .unsent)) }
        running = [:]
    }

    // MARK: From member to member

    /// Has the next member try; the attempt ends where there is none, or where the member has done
    /// it at once.
    private func goOn(
        _ work: UInt64, now: Int64, ended: inout [AttemptEnd<VirtualTarget>]
    ) {
        while var one = running[work] {
            guard let member = one.left.popLast() else {
                return finish(work, Self.verdict(on: one.failure), ended: &ended)
            }
            one.member = member
            one.reference = nil
            running[work] = one
            switch hand(&one, work, now: now) {
            case .pending:
                running[work] = one
                return
            case let outcome:
                conclude(work, outcome, words: nil, now: now, ended: &ended)
            }
        }
    }

    /// What the member's transport says at once.
    private func hand(_ one: inout Running, _ work: UInt64, now: Int64) -> Outcome {
        let member = one.attempt.target.members[one.member]
        let delivery = one.attempt.deliveries[0]
        guard let ledger,
            let reference = ledger.open(delivery.subscription, work: work, at: member)
        else { return .dropped(.queueFull) }
        let transports: [any Transport]?
        do throws(SystemError) { transports = try members.ready(for: ledger) } catch {
            ledger.close(reference)
            return .failed(.system)
        }
        guard let transports else {
            ledger.close(reference)
            return .dropped(.stopped)
        }
        let outcome = ledger.deliver(
            delivery.occurrence, to: member, as: reference, through: transports[member.transport])
        guard outcome == .pending else { return outcome }
        one.reference = reference
        let time = member.timeoutMilliseconds ?? settings.memberMilliseconds
        one.deadline = now + Int64(time + settings.graceMilliseconds) * 1_000_000
        return .pending
    }

    /// A member's delivery has ended: so has the attempt, unless another member is to be tried.
    /// `goOn` sees to that.
    private func conclude(
        _ work: UInt64, _ outcome: Outcome, words: String?, now: Int64,
        ended: inout [AttemptEnd<VirtualTarget>]
    ) {
        guard let one = running[work] else { return }
        let target = one.attempt.target
        switch outcome {
        case .pending: return
        case .delivered:
            groups.succeeded(one.member, of: target)
            finish(work, .delivered, ended: &ended)
        case .failed(let reason):
            // What no transport could write says nothing of the member.
            if reason != .unencodable && reason != .tooLarge {
                groups.failed(one.member, of: target, now: now)
            }
            let said = words.map { "\(target.members[one.member].text): \($0)" }
            running[work]?.failure = Failure(reason: reason, words: said)
        case .dropped(let reason):
            switch reason {
            case .unsubscribed, .expired, .gone:
                finish(work, .ended(.dropped(reason)), ended: &ended)
            case .queueFull, .conflated, .stopped:
                running[work]?.failure = Failure(reason: .full, words: nil)
            }
        }
    }

    private func giveUp(
        _ work: UInt64, _ one: Running, now: Int64, ended: inout [AttemptEnd<VirtualTarget>]
    ) {
        if let reference = one.reference { ledger?.close(reference) }
        conclude(work, .failed(.timeout), words: "no end in time", now: now, ended: &ended)
        goOn(work, now: now, ended: &ended)
    }

    private func takeEnds(
        now: Int64, goesOn: Bool, ended: inout [AttemptEnd<VirtualTarget>]
    ) {
        for end in mailbox.take() {
            conclude(end.work, end.outcome, words: end.words, now: now, ended: &ended)
            if goesOn { goOn(end.work, now: now, ended: &ended) }
        }
    }

    private func finish(
        _ work: UInt64, _ verdict: Verdict, ended: inout [AttemptEnd<VirtualTarget>]
    ) {
        guard let one = running.removeValue(forKey: work) else { return }
        ended.append(AttemptEnd(one.attempt, all: verdict))
    }

    /// Every member has failed. What may pass is tried again, with all of them.
    private static func verdict(on failure: Failure) -> Verdict {
        let words = failure.words ?? "every member failed"
        return switch failure.reason {
        case .refused, .full, .unresolved, .timeout, .connect, .tls, .system:
            .tryAgain(failure.reason, words: words)
        case .noSuchPath, .tooLarge, .forbidden, .status, .reply, .unencodable, .unroutable,
            .rejected, .route:
            .ended(.failed(failure.reason), words: words)
        }
    }
}

/// Where members' transports leave what their deliveries came to.
private final class Mailbox: Sendable {
    private let wakeup: Wakeup
    private let ends = Lock<[MemberLedger.End]>([])

    init(_ wakeup: Wakeup) { self.wakeup = wakeup }

    func put(_ new: [MemberLedger.End]) {
        ends.withLock { $0 += new }
        wakeup.send()
    }

    func take() -> [MemberLedger.End] {
        ends.withLock { ends in
            defer { ends = [] }
            return ends
        }
    }
}
