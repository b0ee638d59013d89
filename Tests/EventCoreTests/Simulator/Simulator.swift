import EventCore
import TestSupport

/// Drives the core and the naive model with the same random commands and compares all that can be seen after
/// each. Everything follows from the seed.
struct Simulator {
    let seed: UInt64
    var random: SeededRandom
    let clock = ManualClock()
    var transports: [ManualTransport] = []
    var journal = ManualJournal()
    var interface: EventInterface
    var runner: CommandRunner
    var model: NaiveCore
    var step = 0
    /// What each command that has not been answered will be answered, once the model says so.
    var open: [Int: (ticket: CommandRunner.Ticket, reply: String)] = [:]
    /// Deliveries that the transports keep, with the references that they were handed.
    var kept: [Kept] = []
    /// What each listing showed last, and its version.
    var listings: [String: (version: UInt64, digest: String)] = [:]
    /// What the journal holds, for a restart.
    var stored: [UInt64: StoredSubscription] = [:]
    var storedEvents: [String] = []
    var storedCount = 0
    var highestID: UInt64 = 0

    static let catalogue = ["E_STATIC", "E_OTHER", "E_CORE_OWN"]
    static let limits = {
        var limits = CoreLimits()
        limits.eventsMax = 13
        limits.subscriptionsMax = 36
        limits.inlineDeliveriesMax = 8
        limits.sliceDeliveriesMax = 3
        limits.laneOccurrencesMax = 5
        limits.uncommittedChangesMax = 12
        limits.pageScanMax = 10
        limits.expiringNoticeSeconds = 20
        limits.noticesMax = 4
        return limits
    }()

    /// A delivery that a transport keeps.
    struct Kept {
        let reference: SubscriptionRef
        let target: NaiveCore.Target
        let sequence: UInt64
    }

    /// Something differs, or a rule is broken.
    struct Difference: Error, CustomStringConvertible {
        let description: String
    }

    init(seed: UInt64) {
        self.seed = seed
        random = SeededRandom(seed: seed)
        model = NaiveCore(
            limits: Self.limits, now: clock.now, catalogue: Self.catalogue + NaiveCore.ownEvents,
            lanes: 2)
        (interface, runner, transports) = Self.start(clock, journal)
    }

    private static func start(
        _ clock: ManualClock, _ journal: ManualJournal
    ) -> (EventInterface, CommandRunner, [ManualTransport]) {
        let transports = ["manual", "other"].map { name in
            ManualTransport(name: name, schemes: [name]) { occurrence, target in
                NaiveCore.outcome(occurrence.sequence, target.packed)
            }
        }
        let interface = EventInterface(
            transports: transports, journal: journal,
            catalogue: catalogue.map {
                EventDescription(name: $0, module: "test", params: [], summary: "A test's.")
            },
            limits: limits, clock: { clock.now })
        do throws(CommandError) {
            try interface.publishOwnEvents()
        } catch {
            preconditionFailure("there is room for them: \(error)")
        }
        return (interface, CommandRunner(interface, clock), transports)
    }

    /// One random step, and every comparison.
    mutating func advance() throws {
        step += 1
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<24: try subscribe()
        case 24..<32: try renew()
        case 32..<39: try unsubscribe()
        case 39..<64: try raise()
        case 64..<67: try publish()
        case 67..<74: try passTime()
        case 74..<82: try settleKept()
        case 82..<84: tellOfKept()
        case 84..<91: commit(Int.random(in: 0...6, using: &random))
        case 91..<94: fail()
        case 94..<99: runScheduled()
        default: if random.oneIn(3) { try restart() }
        }
        try compare()
    }

    // MARK: Commands

    private mutating func subscribe() throws {
        let event = randomEvent()
        let address = randomAddress()
        let isBroken = random.oneIn(25)
        let expire = randomExpire()
        let creates = Bool.random(using: &random)
        let command = Command.subscribe(
            SubscribeCommand(
                event: event, socket: isBroken ? "manual:13" : address.secretText, expire: expire,
                createsEvent: creates))
        try run(command) { simulator in
            let lifetime = try simulator.lifetime(expire)
            guard EventName.isValid(event) else { throw Refusal(.invalidEvent) }
            if isBroken { throw Refusal(.invalidSocket) }
            let known = simulator.model.find(event, address)
            guard let lifetime else {
                if simulator.model.event(event) == nil && !creates { throw Refusal(.eventNotFound) }
                guard let known else { return try simulator.follow("unsubscribed false") }
                try simulator.checkJournal()
                simulator.model.remove(known, step: simulator.step)
                return "unsubscribed true"
            }
            try simulator.checkJournal()
            if simulator.model.event(event) == nil {
                guard creates else { throw Refusal(.eventNotFound) }
                if let code = simulator.model.create(event, step: nil) { throw Refusal(code) }
            }
            if let known {
                let renewed = simulator.model.renew(
                    known, address, expire: lifetime, step: simulator.step)
                return "subscribed false " + simulator.line(renewed)
            }
            guard simulator.model.subscriptions.count < Self.limits.subscriptionsMax else {
                throw Refusal(.tooManySubscriptions)
            }
            let new = simulator.model.add(event, address, expire: lifetime, step: simulator.step)
            return "subscribed true " + simulator.line(new)
        }
    }

    private mutating func renew() throws {
        let id = randomID()
        let expire = randomExpire()
        try run(.renew(RenewCommand(id: id, expire: expire))) { simulator in
            guard let lifetime = try simulator.lifetime(expire) else {
                throw Refusal(.invalidExpire)
            }
            let index = try simulator.find(id)
            try simulator.checkJournal()
            let renewed = simulator.model.renew(index, nil, expire: lifetime, step: simulator.step)
            return "subscription " + simulator.line(renewed)
        }
    }

    private mutating func unsubscribe() throws {
        let id = randomID()
        try run(.unsubscribe(UnsubscribeCommand(id: id))) { simulator in
            let index = try simulator.find(id)
            try simulator.checkJournal()
            simulator.model.remove(index, step: simulator.step)
            return "unsubscribed true"
        }
    }

    private mutating func publish() throws {
        let event = randomEvent()
        try run(.publish(PublishCommand(event: event))) { simulator in
            if let known = simulator.model.event(event) {
                return try simulator.follow("event false " + simulator.line(known))
            }
            if let code = simulator.model.create(event, step: simulator.step) {
                throw Refusal(code)
            }
            return "event true " + simulator.line(NaiveCore.Event(name: event, kind: .dynamic))
        }
    }

    private mutating func raise() throws {
        let event = randomEvent()
        let creates = Bool.random(using: &random)
        let command = RaiseCommand(
            event: event, params: Params(values: [.integer(Int64(step))]), createsEvent: creates)
        try run(.raise(command)) { simulator in
            if simulator.model.event(event) == nil {
                guard EventName.isValid(event) else { throw Refusal(.invalidEvent) }
                guard creates else { throw Refusal(.eventNotFound) }
                if let code = simulator.model.create(event, step: nil) { throw Refusal(code) }
            } else if EventName.isReserved(event) {
                throw Refusal(.eventReserved)
            }
            let (sequence, matched) = simulator.model.raise(
                event, "=\(simulator.step)", step: simulator.step)
            return
                "raised \(sequence) \(event) \(simulator.clock.now.wall) \(matched)"
        }
    }

    /// Runs a command on both; `expected` changes the model and says the reply, or throws the refusal.
    private mutating func run(
        _ command: Command, _ expected: (inout Simulator) throws -> String
    ) throws {
        let reply: Result<String, any Error>
        let waiting = model.changes.count
        do {
            reply = .success(try expected(&self))
        } catch {
            reply = .failure(error)
        }
        let ticket: CommandRunner.Ticket
        do throws(CommandError) {
            ticket = try runner.start(command)
        } catch {
            guard case .failure(let refusal as Refusal) = reply, refusal.code == error.code else {
                throw Difference(description: "\(command) was refused: \(error); expected \(reply)")
            }
            return
        }
        guard case .success(let text) = reply else {
            throw Difference(description: "\(command) was done; expected \(reply)")
        }
        open[step] = (ticket, text)
        // What waits neither for the journal nor for a lane is answered at once.
        let waitsForJournal = model.changes.count > waiting && model.changes.last?.step == step
        let waitsForLane = model.waiters.contains { $0.step == step }
        if !waitsForJournal && !waitsForLane { model.answered.append(step) }
    }

    /// A command has no effect.
    struct Refusal: Error {
        let code: CommandError.Code
        init(_ code: CommandError.Code) { self.code = code }
    }

    private func find(_ id: UInt64) throws -> Int {
        guard let index = model.subscriptions.firstIndex(where: { $0.id == id }) else {
            throw Refusal(.subscriptionNotFound)
        }
        return index
    }

    private func checkJournal() throws {
        if model.changes.count >= Self.limits.uncommittedChangesMax {
            throw Refusal(.storeUnavailable)
        }
    }

    private mutating func follow(_ reply: String) throws -> String {
        if model.changes.isEmpty { return reply }
        try checkJournal()
        model.changes.append(NaiveCore.Uncommitted(undo: .nothing, step: step, isTold: false))
        return reply
    }

    /// nil unsubscribes; `.some(nil)` is permanent.
    private func lifetime(_ expire: ExpireRequest) throws -> Int64?? {
        switch expire {
        case .default: return .some(Self.limits.expireDefaultSeconds)
        case .never: return .some(nil)
        case .seconds(0): return nil
        case .seconds(let seconds):
            guard seconds > 0 && seconds <= Self.limits.expireMaxSeconds else {
                throw Refusal(.invalidExpire)
            }
            return .some(seconds)
        }
    }

    // MARK: Everything else that happens

    private mutating func passTime() throws {
        if random.oneIn(6) {
            let step =
                Int64.random(in: 1_000...10_000_000, using: &random) * (random.oneIn(2) ? 1 : -1)
            clock.setWall(byMilliseconds: step)
            for index in model.subscriptions.indices {
                model.subscriptions[index].expiresAt? += step
            }
            // Those that may come back were told instants of the old clock.
            for index in model.changes.indices { model.changes[index].shift(step) }
        } else {
            let nanoseconds: [ClosedRange<Int64>] = [
                0...1_000, 0...2_000_000_000, 0...90_000_000_000, 0...7_200_000_000_000,
                0...63_072_000_000_000_000,
            ]
            let rarely = random.oneIn(8) ? 5 : 3
            let range = nanoseconds[Int.random(in: 0..<rarely, using: &random)]
            clock.advance(nanoseconds: Int64.random(in: range, using: &random))
            // As often as not exactly onto a deadline, or one nanosecond behind it.
            if let next = model.dueInstants().map(\.instant).min(), random.oneIn(3) {
                let left = next - clock.now.boot + (random.oneIn(2) ? 1 : 0)
                if left > 0 { clock.advance(nanoseconds: left) }
            }
        }
        model.now = clock.now
        model.expire()
        // No earlier than this does anything end by itself.
        interface.expire(at: clock.now)
        let bound = interface.nextDeadlineBound()
        if let first = model.dueInstants().map(\.instant).min() {
            guard let bound, bound <= first + 1 else {
                throw Difference(
                    description: "bound \(bound as Any) is after the deadline \(first)")
            }
        }
    }

    private mutating func settleKept() throws {
        for _ in 0..<Int.random(in: 1...12, using: &random) where !kept.isEmpty {
            let one = kept.remove(at: Int.random(in: kept.indices, using: &random))
            let (reference, target) = (one.reference, one.target)
            let transport = transports[target.address.lane]
            let drop = transport.mayStart(reference)
            guard (drop == nil) == model.isLive(target) else {
                throw Difference(description: "mayStart said \(drop as Any) for \(target)")
            }
            let outcome: Outcome =
                drop.map { .dropped($0) } ?? (random.oneIn(3) ? .failed(.status) : .delivered)
            let knows = Bool.random(using: &random)
            transport.settle([
                DeliveryResult(
                    subscription: reference, outcome: outcome,
                    occurrence: knows
                        ? OccurrenceID(epoch: model.epoch, sequence: one.sequence) : nil,
                    words: knows ? "no luck" : nil)
            ])
            model.end(
                target, outcome, of: knows ? one.sequence : nil, words: knows ? "no luck" : nil)
            model.raiseNotices()
        }
    }

    /// A receiver is gone, or the breaker before it changes.
    private mutating func tellOfKept() {
        guard let one = kept.randomElement(using: &random) else { return }
        let transport = transports[one.target.address.lane]
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            transport.end(one.reference)
            model.endAsGone(one.target)
        case 1:
            transport.tell(
                BreakerChange(
                    subscription: one.reference, destination: "there",
                    state: .open(.refused, words: nil, nextAttemptMilliseconds: 50)))
            model.tell(
                one.target, "E_EVI_BREAKER_OPEN", "destination=there",
                ["reason=refused", "next_attempt_ms=50"])
        default:
            transport.tell(
                BreakerChange(
                    subscription: one.reference, destination: "there", state: .closed))
            model.tell(one.target, "E_EVI_BREAKER_CLOSED", "destination=there", [])
        }
    }

    private mutating func commit(_ count: Int) {
        var left = count
        journal.commit(count)
        while left > 0, let first = model.changes.first {
            if first.isTold { left -= 1 }
            model.changes.removeFirst()
            if let step = first.step { model.answered.append(step) }
        }
        while count > 0, let first = model.changes.first, !first.isTold {
            model.changes.removeFirst()
            if let step = first.step { model.answered.append(step) }
        }
    }

    private mutating func fail() {
        journal.fail()
        for step in model.takeBack() {
            open[step]?.reply = "error insufficient_storage"
            model.answered.append(step)
        }
        // What came back may be over by now.
        model.expire()
        interface.expire(at: clock.now)
    }

    private mutating func runScheduled() {
        for lane in transports.indices where Bool.random(using: &random) {
            transports[lane].runScheduled()
            guard model.scheduled.remove(lane) != nil else { continue }
            _ = model.empty(lane, inline: false)
            model.raiseNotices()
        }
    }

    /// The program ends and starts again, with what the journal holds.
    private mutating func restart() throws {
        commit(.max)
        try compare()
        open = [:]
        kept = []
        listings = [:]
        clock.advance(nanoseconds: Int64.random(in: 0...5_000_000_000, using: &random))
        fold()
        journal = ManualJournal()
        storedCount = 0
        (interface, runner, transports) = Self.start(clock, journal)
        for event in storedEvents { interface.restore(event: event) }
        for record in stored.values.sorted(by: { $0.id < $1.id }) {
            let isThere = try interface.restore(record, at: clock.now)
            if !isThere { stored[record.id] = nil }
        }
        interface.restore(nextID: highestID + 1)
        model.restart(at: clock.now, events: storedEvents, nextID: highestID + 1)
        interface.expire(at: clock.now)
    }

    /// Brings the picture of the disk up to date.
    mutating func fold() {
        for change in journal.committed[storedCount...] {
            switch change {
            case .putEvent(let name): storedEvents.append(name)
            case .put(let record):
                stored[record.id] = record
                highestID = max(highestID, record.id)
            case .remove(let id): stored[id] = nil
            case .putKey, .removeKey, .expiredKeys: break
            case .expired(let ids): for id in ids { stored[id] = nil }
            }
        }
        storedCount = journal.committed.count
    }

    // MARK: Random arguments

    private mutating func randomEvent() -> String {
        switch Int.random(in: 0..<24, using: &random) {
        case 20...: NaiveCore.ownEvents.randomElement(using: &random) ?? ""
        case 0: "E_CORE_OWN"
        case 1: "E_EVI_NEW"
        case 2: "9 is no name"
        case 3..<9: "E_D\(Int.random(in: 0..<8, using: &random))"
        case 9..<12: "E_OTHER"
        default: "E_STATIC"
        }
    }

    private mutating func randomAddress() -> NaiveCore.Address {
        let lane = random.oneIn(4) ? 1 : 0
        let scheme = ["manual", "other"][lane]
        let tag = random.oneIn(3) ? UInt16.random(in: 0..<3, using: &random) : 0
        if random.oneIn(5) {
            let name = ["anna", "bert", "carl"].randomElement(using: &random)
            return NaiveCore.Address(
                lane: lane, scheme: scheme, number: nil, name: name,
                secret: random.oneIn(2) ? "key" : nil, tag: tag)
        }
        let number = UInt64.random(in: 20..<44, using: &random)
        return NaiveCore.Address(
            lane: lane, scheme: scheme, number: number, name: nil, secret: nil, tag: tag)
    }

    private mutating func randomExpire() -> ExpireRequest {
        switch Int.random(in: 0..<14, using: &random) {
        case 0: .seconds(0)
        case 1: .seconds(-1)
        case 2: .seconds(Self.limits.expireMaxSeconds + (random.oneIn(2) ? 1 : 0))
        case 3: .never
        case 4..<7: .default
        default: .seconds(Int64.random(in: 1...100, using: &random))
        }
    }

    private mutating func randomID() -> UInt64 {
        if random.oneIn(4) { return UInt64.random(in: 0...model.nextID, using: &random) }
        return model.subscriptions.randomElement(using: &random)?.id ?? 1
    }
}
