internal import EventCore
internal import Glibc
internal import Net
internal import Synchronization

/// Makes attempts over raw TCP: one connection for each destination, kept and shared, all of them
/// on one epoll.
///
/// What piled up for a destination goes out in one write. A peer that hangs costs nobody else
/// anything: no call blocks, and each connection has deadlines of its own.
final class StreamCourier: Courier {
    typealias Target = StreamTarget

    /// Ends a `wait`.
    let wakeup: Wakeup

    private let settings: StreamSettings
    private let context: StreamContext
    private let answers: StreamAnswers
    private var table: [StreamConnection?] = []
    private var freePlaces: [Int] = []
    private var places: [String: Int] = [:]
    private var alarms = DeadlineHeap<Alarm>()

    /// A moment at which a connection's deadline is looked at.
    private struct Alarm {
        var connection: TablePlace
        var time: Int64
    }

    /// A courier without connections. Throws when the process has no descriptor left.
    init(
        settings: StreamSettings, policy: TargetPolicy, resolver: Resolver
    ) throws(SystemError) {
        self.settings = settings
        wakeup = try Wakeup()
        answers = StreamAnswers(wakeup: wakeup)
        context = try StreamContext(
            settings: settings, policy: policy, resolver: resolver, answers: answers)
        guard context.poller.add(wakeup.descriptor, Poller.input, token: .max) else {
            throw .last("epoll_ctl")
        }
    }

    /// Connections there are, those that are being opened among them.
    var connections: Int { places.count }

    /// Deliveries of one destination share a write while they wait for replies in the same way.
    func mayJoin(
        _ delivery: QueuedDelivery<Target>, _ attempt: borrowing [QueuedDelivery<Target>],
        bytes: Int
    ) -> Bool {
        attempt.count < StreamSettings.coalescedMax
            && bytes + delivery.payloadBytes <= StreamSettings.coalescedBytesMax
            && (delivery.target === attempt[0].target
                || delivery.target.mode == attempt[0].target.mode)
    }

    func open(ledger: any DeliveryLedger) {
        context.ledger = ledger
    }

    func begin(_ attempt: Attempt<Target>, now: Int64, ended: inout [AttemptEnd<Target>]) {
        guard let connection = connection(to: attempt.target) else {
            let words = StreamWords(peer: attempt.target.address.text).noRoom
            ended.append(AttemptEnd(attempt, all: .tryAgain(.system, words: words)))
            return
        }
        connection.begin(attempt, now: now)
        settle(connection, &ended)
    }

    func wait(until time: Int64?, ended: inout [AttemptEnd<Target>]) {
        let count = context.poller.wait(timeoutMilliseconds: milliseconds(until: time))
        let now = Clock.boot()
        if count < Poller.eventsMax { context.lastLook = now }
        for index in 0..<count {
            let (token, events) = context.poller.event(index)
            if token == .max {
                wakeup.clear()
                continue
            }
            let place = Int(truncatingIfNeeded: token & 0xFFFF_FFFF)
            guard place < table.count, let connection = table[place] else { continue }
            connection.ready(events, token: token, now: now)
            settle(connection, &ended)
        }
        for (name, answer) in answers.take() {
            guard let connection = known(name) else { continue }
            connection.resolved(answer, now: now)
            settle(connection, &ended)
        }
        ring(now: now, &ended)
    }

    func close(ended: inout [AttemptEnd<Target>]) {
        for case let connection? in table {
            connection.giveUp()
            settle(connection, &ended)
        }
        context.ledger = nil
    }

    // MARK: Time

    private func milliseconds(until time: Int64?) -> Int32 {
        guard let deadline = earlier(time, alarms.earliest) else { return -1 }
        // Rounded up: woken a moment too early, the loop would turn for nothing.
        return Int32(clamping: max(0, (deadline - Clock.boot() + 999_999) / 1_000_000))
    }

    /// Looks at the connections whose time may have come. A deadline that has moved on since gets
    /// another alarm.
    private func ring(now: Int64, _ ended: inout [AttemptEnd<Target>]) {
        while let alarm = alarms.removeDue(at: now) {
            guard let connection = known(alarm.connection), connection.alarm == alarm.time else {
                continue
            }
            connection.alarm = .max
            if connection.deadline <= now { connection.expired(now: now) }
            settle(connection, &ended)
        }
    }

    // MARK: Connections

    /// The connection to a target's destination; nil when there are too many and all are busy.
    private func connection(to target: Target) -> StreamConnection? {
        // Without a look-up by name, nearly always.
        let hinted = TablePlace(hint: target.connection.load(ordering: .relaxed))
        if let connection = known(hinted), connection.destination == target.destination.name {
            return connection
        }
        let connection = connection(named: target)
        if let connection { target.connection.store(connection.name.hint, ordering: .relaxed) }
        return connection
    }

    /// The same by the destination's name.
    private func connection(named target: Target) -> StreamConnection? {
        if let place = places[target.destination.name] { return table[place] }
        guard places.count < settings.connectionsMax || closeIdlest() else { return nil }
        let place: Int
        if let free = freePlaces.popLast() {
            place = free
        } else {
            place = table.count
            table.append(nil)
        }
        let name = TablePlace(index: place, generation: context.nextGeneration())
        let connection = StreamConnection(to: target, name: name, context: context)
        table[place] = connection
        places[target.destination.name] = place
        return connection
    }

    /// The connection with this name, if it is still there.
    private func known(_ name: TablePlace) -> StreamConnection? {
        guard name.index < table.count, let connection = table[name.index],
            connection.name == name
        else { return nil }
        return connection
    }

    /// After anything that may have changed a connection: what ended is reported, its deadline gets
    /// an alarm, and it is forgotten when it has nothing to keep.
    private func settle(_ connection: StreamConnection, _ ended: inout [AttemptEnd<Target>]) {
        if let end = connection.takeEnd() { ended.append(end) }
        if connection.isClosed { return forget(connection) }
        guard connection.deadline < connection.alarm else { return }
        connection.alarm = connection.deadline
        alarms.insert(
            Alarm(connection: connection.name, time: connection.deadline), at: connection.deadline)
    }

    private func forget(_ connection: StreamConnection) {
        places[connection.destination] = nil
        table[connection.name.index] = nil
        freePlaces.append(connection.name.index)
    }

    /// Closes the connection that has not been used for longest; false when all are busy.
    private func closeIdlest() -> Bool {
        var idlest: StreamConnection?
        for case let connection? in table
        where !connection.isBusy && connection.lastUse < idlest?.lastUse ?? .max {
            idlest = connection
        }
        guard let idlest else { return false }
        forget(idlest)
        return true
    }
}
