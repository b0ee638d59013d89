internal import EventCore
internal import Net

/// The thread of a `DeliveryEngine`: takes deliveries from the inbox, keeps them in the schedule, has the
/// courier make the attempts, and reports what became of them. Made on the thread on which it runs; nobody else has it.
struct DeliveryLoop<C: Courier>: ~Copyable {
    private let name: String
    private let courier: C
    private let inbox: DeliveryInbox<C.Target>
    private let ledger: any DeliveryLedger
    private let healths: HealthTable
    private let gauges: DeliveryGauges
    private var schedule: DeliverySchedule<C.Target>
    private var report: DeliveryReport
    /// What was left in the inbox and is not in the schedule yet.
    private var arrived = MoveQueue<QueuedDelivery<C.Target>>(
        capacityKept: DeliveryInbox<C.Target>.capacityKept)
    private var ended: [AttemptEnd<C.Target>] = []
    private var subscriptions: [SubscriptionRef] = []
    private var random = SystemRandomNumberGenerator()

    /// So many attempts begin before the thread looks into its inbox again.
    private static var startsPerTurn: Int { 256 }

    /// A loop that has not begun. `name` is the transport's.
    init(
        _ name: String, courier: C, inbox: DeliveryInbox<C.Target>, settings: DeliverySettings,
        ledger: any DeliveryLedger, healths: HealthTable, gauges: DeliveryGauges
    ) {
        self.name = name
        self.courier = courier
        self.inbox = inbox
        self.ledger = ledger
        self.healths = healths
        self.gauges = gauges
        report = DeliveryReport(tellsOfAttempts: courier.tellsOfAttempts)
        schedule = DeliverySchedule(
            settings: settings, attemptsPerDestination: courier.attemptsPerDestination)
    }

    /// Runs until `DeliveryInbox.stop`: blocks its thread for as long. All is reported and closed when it returns.
    mutating func run() {
        courier.open(ledger: ledger)
        while true {
            let orders = inbox.take(&arrived)
            var now = Clock.now()
            if let settings = orders.settings { schedule.settings = settings }
            while !arrived.isEmpty {
                schedule.add(arrived.removeFirst(), now: now.boot, report: &report)
            }
            if let stopTime = orders.stopTime, hasDone(by: stopTime, now: now.boot) { break }
            let hasMore = startAttempts(now: now)
            tell()
            let wakeTime = earlier(schedule.wakeTime(), orders.stopTime)
            let mayWait = !hasMore && inbox.fallAsleep()
            courier.wait(until: mayWait ? wakeTime : 0, ended: &ended)
            now = Clock.now()
            concludeAttempts(now: now)
        }
        giveUp()
        tell()
    }

    /// Whether nothing more can be done before `stopTime`.
    private func hasDone(by stopTime: Int64, now: Int64) -> Bool {
        if schedule.isEmpty || now >= stopTime { return true }
        guard schedule.underWay == 0, let wakeTime = schedule.wakeTime() else { return false }
        return !schedule.canStart && wakeTime >= stopTime
    }

    // MARK: Attempts

    /// Begins what may begin; true if that was not all. An attempt may end, and take its time, before the next begins:
    /// so each begins at a time of its own.
    private mutating func startAttempts(now: Moment) -> Bool {
        var time = now
        for _ in 0..<Self.startsPerTurn {
            let next = schedule.next(now: time, report: &report) { [courier] in
                courier.mayJoin($0, $1, bytes: $2)
            }
            guard let next else { return false }
            guard let attempt = withoutRefused(next, now: time) else { continue }
            courier.begin(attempt, now: time.boot, ended: &ended)
            let boot = Clock.boot()
            time = Moment(boot: boot, wall: now.wall + (boot - now.boot) / 1_000_000)
            concludeAttempts(now: time)
        }
        return true
    }

    /// The attempt without deliveries whose subscriptions have ended; nil if none is left.
    private mutating func withoutRefused(
        _ attempt: Attempt<C.Target>, now: Moment
    ) -> Attempt<C.Target>? {
        subscriptions.removeAll(keepingCapacity: true)
        for place in attempt.deliveries.indices {
            subscriptions.append(attempt.deliveries[place].subscription)
        }
        let refused = ledger.refused(among: subscriptions)
        guard !refused.isEmpty else { return attempt }
        guard refused.count < attempt.deliveries.count else {
            let verdicts = refused.map { Verdict.ended(.dropped($0.reason)) }
            conclude(AttemptEnd(attempt, each: verdicts), now: now)
            return nil
        }
        var left = attempt.deliveries
        for (place, reason) in refused.reversed() {
            report.settle(left.remove(at: place), .dropped(reason))
        }
        return Attempt(deliveries: left, ticket: attempt.ticket)
    }

    private mutating func concludeAttempts(now: Moment) {
        // From the end, where taking one out moves it. Nearly always there is one.
        ended.reverse()
        while let end = ended.popLast() { conclude(end, now: now) }
    }

    private mutating func conclude(_ end: borrowing AttemptEnd<C.Target>, now: Moment) {
        schedule.end(end, now: now, random: &random, report: &report)
    }

    // MARK: Telling

    /// Tells what has happened since the last time, all at once.
    private mutating func tell() {
        gauges.follow(schedule)
        guard !report.isEmpty else { return }
        healths.publish(report.healths)
        if !report.attempts.isEmpty { ledger.note(report.attempts) }
        if !report.results.isEmpty { ledger.settle(report.results) }
        for subscription in report.gone { ledger.end(subscription, as: .gone, by: name) }
        for change in report.breakers { ledger.tell(change) }
        report.clear()
    }

    /// Stops everything: what has not ended by now is dropped.
    private mutating func giveUp() {
        courier.close(ended: &ended)
        let now = Clock.now()
        for end in ended {
            for (place, delivery) in end.attempt.deliveries.enumerated() {
                switch end.verdict(place) {
                case .ended(let outcome, let words):
                    report.settle(end, place, outcome, words: words, now: now)
                case .gone(let words):
                    report.settle(end, place, .failed(.status), words: words, now: now)
                case .tryAgain, .unreachable, .unsent:
                    report.settle(delivery, .dropped(.stopped))
                }
            }
        }
        ended = []
        schedule.removeAll(.stopped, report: &report)
        inbox.close(&arrived)
        while !arrived.isEmpty { report.settle(arrived.removeFirst(), .dropped(.stopped)) }
    }
}
