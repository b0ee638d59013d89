internal import Synchronization

/// Telling the journal what has changed, and answering when it is durable or had to be taken back.
extension EventInterface {
    /// A reply that goes out when a change is durable.
    typealias Waiting = (reply: CommandReply, continuation: CommandContinuation)

    /// A change the journal has not confirmed yet, and who waits for it.
    struct Uncommitted {
        let number: UInt64
        let undo: EventState.Undo
        let waiting: Waiting?
        /// The reply promises that no delivery starts any more.
        let endsDeliveries: Bool
    }

    /// Throws where so many changes wait for the journal that no more are taken: before anything changes.
    func checkJournal(_ core: borrowing Core) throws(CommandError) {
        guard core.uncommitted.count < limits.uncommittedChangesMax else {
            throw CommandError(
                .storeUnavailable,
                "More than \(limits.uncommittedChangesMax) changes wait to be written.")
        }
    }

    /// Tells the journal one change, and remembers how to take it back and who waits for it.
    func append(
        _ change: Change, undo: EventState.Undo, waiting: Waiting? = nil,
        endsDeliveries: Bool = false, to core: inout Core
    ) {
        guard let journal else { return }
        core.journalNumber += 1
        core.uncommitted.append(
            Uncommitted(
                number: core.journalNumber, undo: undo, waiting: waiting,
                endsDeliveries: endsDeliveries))
        journal.append(change, number: core.journalNumber)
    }

    /// Lets a reply that changed nothing wait for the changes before it, because it tells of them: whoever hears
    /// "is not there" or "is there" may rely on it like the one whose change it was. False when none waits.
    func follow(
        _ waiting: Waiting?, endsDeliveries: Bool = false, in core: inout Core
    ) throws(CommandError) -> Bool {
        guard let waiting, !core.uncommitted.isEmpty else { return false }
        try checkJournal(core)
        core.uncommitted.append(
            Uncommitted(
                number: core.journalNumber, undo: .nothing, waiting: waiting,
                endsDeliveries: endsDeliveries))
        return true
    }

    /// Returns when every slice that had begun has ended: what is removed by now starts no delivery any more.
    func passGates() {
        for gate in gates { gate.pass() }
    }
}

extension EventInterface: JournalClient {
    /// Answers what waited for these changes; see `JournalClient`.
    public func committed(through number: UInt64) {
        var settled: [Uncommitted] = []
        core.withLock { core in
            while let first = core.uncommitted.first, first.number <= number {
                settled.append(first)
                _ = core.uncommitted.popFirst()
            }
        }
        if settled.contains(where: \.endsDeliveries) { passGates() }
        for change in settled {
            if let (reply, continuation) = change.waiting { continuation(.success(reply)) }
        }
    }

    /// Takes back what is not on disk, and says so to who waits for it; see `JournalClient`.
    public func failed(_ error: JournalError, abandon: () -> Void) {
        var settled: [Uncommitted] = []
        core.withLock { core in
            abandon()
            while let last = core.uncommitted.popLast() {
                core.state.takeBack(last.undo)
                settled.append(last)
            }
        }
        for change in settled.reversed() {
            change.waiting?.continuation(.failure(CommandError(error)))
        }
    }
}
