internal import Synchronization

/// Raising at most once under an idempotency key.
///
/// First the key is claimed on disk, then the event is raised, then the receipt is written beside the key, and only
/// then is the raise answered. So whatever happens in between:
///
///     the service ends …            on disk     the same key again
///     before the claim is written   nothing     raises: nothing was
///     after that, before the
///     receipt is written            the claim   409 idempotency_key_unresolved: it may have been raised
///     later                         all         the same receipt
///
/// A second occurrence is in none of the rows.
extension RaiseCommand {
    /// Raises under `key`, or answers what was raised under it. Errors beside those of a raise:
    /// `idempotencyKeyReused`, `idempotencyKeyInUse`, `idempotencyKeyUnresolved`, `tooManyIdempotencyKeys`,
    /// `insufficientStorage`, `storeUnavailable`.
    func run(
        under key: IdempotencyKey, by raiser: Raiser, on interface: EventInterface,
        at now: Moment, _ continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        try params.check(interface.limits)
        let once = RaiseOnce(
            command: self, raiser: raiser,
            name: KeyTable.Name(caller: raiser.name, key: key.text),
            fingerprint: RaiseFingerprint.of(event, params), interface: interface)
        let answer = continuation()
        let outcome = try interface.locked { core throws(CommandError) -> CommandOutcome? in
            interface.expireFirst(&core, at: now)
            if let known = core.state.keys[once.name] {
                return try once.replay(known, in: &core, answer)
            }
            try once.claim(in: &core, at: now)
            guard interface.journal != nil else { return nil }
            interface.append(
                .putKey(once.claimed(at: now)),
                undo: .claimed(once.name),
                waiting: (
                    .unsubscribed(existed: false),
                    { claimed in
                        switch claimed {
                        case .success: once.raise(answer)
                        case .failure(let error): answer(.failure(error))
                        }
                    }
                ), to: &core)
            return .awaiting
        }
        if let outcome { return outcome }
        once.raise(answer)
        return .awaiting
    }
}

/// One raise under a key, on its way through the journal.
private struct RaiseOnce: Sendable {
    let command: RaiseCommand
    let raiser: Raiser
    let name: KeyTable.Name
    let fingerprint: UInt64
    let interface: EventInterface

    /// The claim, for the store.
    func claimed(at now: Moment) -> StoredKey {
        StoredKey(
            caller: name.caller, key: name.key, fingerprint: fingerprint, created: now.wall,
            receipt: nil)
    }

    /// Claims the key; whatever would forbid the raise forbids this.
    func claim(in core: inout EventInterface.Core, at now: Moment) throws(CommandError) {
        let limits = interface.limits
        interface.expireKeys(&core, at: now)
        guard core.state.keys.count < limits.idempotencyKeysMax else {
            throw CommandError(
                .tooManyIdempotencyKeys,
                "No more than \(limits.idempotencyKeysMax) keys are kept, each for a day.")
        }
        _ = try command.number(
            in: &core, of: interface, mayBeReserved: raiser.mayRaiseReserved)
        try interface.checkJournal(core)
        core.state.keys.claim(name, fingerprint, at: now.wall)
    }

    /// What was raised under the key, as it stands.
    func replay(
        _ known: KeyTable.Entry, in core: inout EventInterface.Core,
        _ answer: @escaping CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        guard known.fingerprint == fingerprint else {
            throw CommandError(
                .idempotencyKeyReused, "This key was used for another event or other params.")
        }
        switch known.stage {
        case .claimed(isOurs: true):
            throw CommandError(
                .idempotencyKeyInUse, "The raise under this key is under way. Try again.")
        case .claimed(isOurs: false):
            throw CommandError(
                .idempotencyKeyUnresolved,
                "The service ended while it raised under this key: it may have been raised, and will not be again."
            )
        case .raised(let receipt):
            let view =
                command.onWaiting == nil
                ? nil : interface.view(ofOccurrence: receipt.id, in: core.state)
            let reply = CommandReply.replayed(receipt, view)
            // Not before the receipt is on disk; should it not get there, it is the same all the same.
            let waits = try interface.follow((reply, { _ in answer(.success(reply)) }), in: &core)
            return waits ? .awaiting : .done(reply)
        }
    }

    /// Raises: the claim is on disk. On the journal's queue, so nothing is sent here.
    func raise(_ answer: @escaping CommandContinuation) {
        let now = interface.clock()
        do throws(CommandError) {
            let raised = try interface.locked { core throws(CommandError) in
                interface.expireFirst(&core, at: now)
                return try raise(in: &core, at: now, answer)
            }
            for lane in raised.inline { interface.schedule(lane) }
            for lane in raised.scheduled { interface.schedule(lane) }
            guard interface.journal == nil else { return }
            finish(receipt(raised, now), answer)
        } catch {
            answer(.failure(error))
        }
    }

    private func raise(
        in core: inout EventInterface.Core, at now: Moment, _ answer: @escaping CommandContinuation
    ) throws(CommandError) -> EventState.Raised {
        let number: UInt32
        do throws(CommandError) {
            number = try command.number(
                in: &core, of: interface, mayBeReserved: raiser.mayRaiseReserved)
        } catch {
            // Its event was withdrawn meanwhile, and cannot be made again.
            core.state.keys.release(name)
            interface.append(
                .removeKey(caller: name.caller, key: name.key), undo: .nothing, to: &core)
            throw error
        }
        let raised = core.state.raise(
            event: number, params: command.params, raiser: core.state.names.number(of: name.caller),
            depth: command.depth, trace: raiser.trace, now: now)
        let receipt = receipt(raised, now)
        if let stored = core.state.keys.raised(name, receipt) {
            // Should it not be written, the raise has happened all the same.
            interface.append(
                .putKey(stored), undo: .nothing,
                waiting: (.raised(receipt), { _ in finish(receipt, answer) }), to: &core)
        }
        return raised
    }

    /// Answers: at once, or when the deliveries have ended.
    private func finish(_ receipt: RaiseReceipt, _ answer: @escaping CommandContinuation) {
        guard let onWaiting = command.onWaiting else { return answer(.success(.raised(receipt))) }
        let reply = interface.core.withLock { core -> CommandReply? in
            guard !core.state.mayWait(for: receipt.id, interface.limits) else {
                core.state.waits.wait(
                    OccurrenceWaits.Waiter(receipt: receipt, continuation: answer))
                return nil
            }
            return interface.view(ofOccurrence: receipt.id, in: core.state).map { .occurrence($0) }
                ?? .raised(receipt)
        }
        if let reply { answer(.success(reply)) } else { onWaiting(receipt.id) }
    }

    private func receipt(_ raised: EventState.Raised, _ now: Moment) -> RaiseReceipt {
        RaiseReceipt(id: raised.id, event: command.event, time: now.wall, matched: raised.matched)
    }
}

extension EventInterface {
    /// Forgets keys that are a day old, some at a time.
    func expireKeys(_ core: inout Core, at now: Moment) {
        let end = core.state.keys.expire(before: now.wall - limits.idempotencyKeySeconds * 1_000)
        if let end { append(.expiredKeys(before: end), undo: .nothing, to: &core) }
    }
}
