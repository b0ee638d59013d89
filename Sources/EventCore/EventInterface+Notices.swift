internal import Synchronization

/// Raising Carillon's own events, whatever it was that made them due.
extension EventInterface {
    /// Notices raised under one hold of the lock.
    private static let noticesPerStep = 16

    /// Publishes the events of the module `evi`, see `OwnEvent`: from now on they are raised for whoever is subscribed
    /// to them. Once, before anything is restored. Error: `tooManyEvents`.
    public func publishOwnEvents() throws(CommandError) {
        let rows = OwnEvent.allCases.map(\.row)
        _ = try EventModule(OwnEvent.module, on: self, events: rows)
        core.withLock { core in
            core.state.notices.publish(rows.compactMap { core.state.events.number(of: $0.event) })
        }
    }

    /// Whether somebody waits for the moment in which a deadline passes, or comes near.
    public var deadlinesAreHeard: Bool {
        core.withLock { core in
            [OwnEvent.expiring, .expired].contains { event in
                core.state.notices.number(of: event)
                    .map { core.state.events[$0].subscriptions.count > 0 } ?? false
            }
        }
    }

    /// Runs `body` under the lock; outside it, then, does what `body` brought about, see `EventState.hasAftermath`.
    /// Every operation that may raise, or end a subscription or a delivery, goes this way.
    func locked<Result, Failure: Error>(
        _ body: (inout sending Core) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        var hasAftermath = false
        defer { if hasAftermath { bringAftermath() } }
        return try core.withLock { core throws(Failure) in
            defer { hasAftermath = core.state.hasAftermath }
            return try body(&core)
        }
    }

    /// Raises what was given notice of, answers who waited for the last delivery of an occurrence, and tells of what was
    /// raised. Outside the lock, after everything that may have brought one of these about.
    func bringAftermath() {
        raiseNotices()
        answerWaiting()
        tellOfOccurrences()
    }

    /// Raises what waits, in its order. The deliveries always go out on the transports' own queues: this may be
    /// a transport's thread, in the middle of its work.
    private func raiseNotices() {
        let now = clock()
        var isDone = false
        while !isDone {
            let step = core.withLock { core in
                expireFirst(&core, at: now)
                return raiseSome(in: &core, at: now)
            }
            for lane in step.lanes { schedule(lane) }
            isDone = step.isLast
        }
    }

    /// Raises the first notices; the lanes that have to be emptied, and whether none waits any more.
    private func raiseSome(
        in core: inout Core, at now: Moment
    ) -> (lanes: LaneSet, isLast: Bool) {
        var lanes = LaneSet()
        for _ in 0..<Self.noticesPerStep {
            guard let notice = core.state.notices.next() else { return (lanes, true) }
            raise(notice, in: &core, at: now, waking: &lanes)
        }
        return (lanes, false)
    }

    private func raise(
        _ notice: NoticeBoard.Notice, in core: inout Core, at now: Moment,
        waking lanes: inout LaneSet
    ) {
        guard let number = core.state.notices.number(of: notice.event) else { return }
        let names = core.state.events[number].description.params
        let pairs = zip(names, notice.values).compactMap { name, value -> (String, Value)? in
            if name == "socket" { return (name, .string(text(of: notice.socket))) }
            return value.map { (name, $0) }
        }
        let raised = core.state.raise(event: number, params: Params(named: pairs), now: now)
        for lane in raised.inline { lanes.insert(lane) }
        for lane in raised.scheduled { lanes.insert(lane) }
    }
}
