import EventCore
import TestSupport
import Testing

@Suite("Raising under a key")
struct IdempotencyTests {
    let journal = ManualJournal()

    private func raise(
        _ key: String, _ event: String = "E_DOOR", _ params: Params = .none
    ) throws -> Command {
        var command = RaiseCommand(event: event, params: params, createsEvent: true)
        command.key = IdempotencyKey(key)
        return .raise(command)
    }

    private func receipt(
        _ bench: Bench, _ ticket: CommandRunner.Ticket
    ) throws -> (receipt: RaiseReceipt, isReplay: Bool) {
        let reply = try #require(bench.runner.answer(to: ticket)).get()
        switch reply {
        case .raised(let receipt): return (receipt, false)
        case .replayed(let receipt, nil): return (receipt, true)
        default: throw Bench.Unexpected(reply)
        }
    }

    private func code(
        _ bench: Bench, _ command: Command, by caller: Identity = .anonymous
    ) -> CommandError.Code? {
        do {
            _ = try bench.runner.run(command, by: Caller(caller, from: "test"))
            return nil
        } catch { return (error as? CommandError)?.code }
    }

    /// A core with a subscriber to E_DOOR, all of it on disk.
    private func bench(limits: (inout CoreLimits) -> Void = { _ in }) throws -> Bench {
        let bench = Bench(
            journal: journal, transport: ManualTransport(runsScheduledWork: true), limits: limits)
        _ = try bench.runner.start(
            .subscribe(SubscribeCommand(event: "E_DOOR", socket: "manual:1", createsEvent: true)))
        journal.commit()
        return bench
    }

    @Test("the key is on disk before anything is raised, and the receipt before it is answered")
    func order() throws {
        let bench = try bench()
        let ticket = try bench.runner.start(raise("k"))
        #expect(bench.transport.deliveries.isEmpty)
        guard case .putKey(let claim)? = journal.waiting.last else { return missed("a claim") }
        #expect(claim.key == "k" && claim.receipt == nil && claim.caller == nil)
        journal.commit(1)
        #expect(bench.transport.deliveries.count == 1)
        #expect(bench.runner.answer(to: ticket) == nil)
        guard case .putKey(let raised)? = journal.waiting.last else { return missed("a receipt") }
        journal.commit(1)
        let answer = try receipt(bench, ticket)
        #expect(!answer.isReplay)
        #expect(answer.receipt == raised.receipt)
        #expect(answer.receipt.matched == 1)
        #expect(journal.waiting.isEmpty)
    }

    @Test("the same key again answers the same receipt, and raises nothing")
    func replay() throws {
        let bench = try bench()
        let params = Params(named: [("a", .integer(1))])
        let first = try bench.runner.start(raise("k", "E_DOOR", params))
        journal.commit()
        journal.commit()
        bench.clock.advance(seconds: 100)
        let second = try bench.runner.start(raise("k", "E_DOOR", params))
        let (one, again) = (try receipt(bench, first), try receipt(bench, second))
        #expect(one.receipt == again.receipt)
        #expect(again.isReplay)
        #expect(bench.transport.deliveries.count == 1)
        #expect(try bench.statistic("evi:raised") == 1)
    }

    @Test("a retry while the receipt is on its way to the disk waits for it")
    func replayWaits() throws {
        let bench = try bench()
        let first = try bench.runner.start(raise("k"))
        journal.commit(1)
        let second = try bench.runner.start(raise("k"))
        #expect(bench.runner.answer(to: second) == nil)
        journal.commit()
        #expect(try receipt(bench, first).receipt == receipt(bench, second).receipt)
        #expect(bench.transport.deliveries.count == 1)
    }

    @Test("another event or other params under a used key are refused, whatever differs")
    func reused() throws {
        let bench = try bench()
        _ = try bench.runner.start(raise("k", "E_DOOR", Params(named: [("a", .integer(1))])))
        journal.commit()
        journal.commit()
        let others: [Params] = [
            .none, Params(named: [("a", .integer(2))]), Params(named: [("b", .integer(1))]),
            Params(values: [.integer(1)]), Params(named: [("a", .double(1))]),
            Params(named: [("a", .string("1"))]), Params(named: [("a", .boolean(true))]),
        ]
        for params in others {
            #expect(code(bench, try raise("k", "E_DOOR", params)) == .idempotencyKeyReused)
        }
        let same = Params(named: [("a", .integer(1))])
        #expect(code(bench, try raise("k", "E_GATE", same)) == .idempotencyKeyReused)
        #expect(try bench.statistic("evi:raised") == 1)
    }

    @Test("while the first one is under way a second one is told so")
    func inUse() throws {
        let bench = try bench()
        _ = try bench.runner.start(raise("k"))
        #expect(code(bench, try raise("k")) == .idempotencyKeyInUse)
    }

    @Test("callers do not share keys")
    func callers() throws {
        let bench = try bench()
        for name in ["gate", "door"] {
            let caller = Identity(name: name, grants: [Grant(.raise)])
            _ = try bench.runner.start(raise("k"), by: Caller(caller, from: "test"))
        }
        journal.commit()
        journal.commit()
        #expect(bench.transport.deliveries.count == 2)
        let callers = journal.committed.compactMap { change in
            if case .putKey(let key) = change { key.caller } else { nil }
        }
        #expect(callers == ["gate", "door", "gate", "door"])
    }

    @Test("a claim that cannot be written raises nothing, and the key is free")
    func claimFails() throws {
        let bench = try bench()
        let ticket = try bench.runner.start(raise("k"))
        journal.fail()
        guard case .failure(let error)? = bench.runner.answer(to: ticket) else {
            return missed("an error")
        }
        #expect(error.code == .insufficientStorage)
        #expect(bench.transport.deliveries.isEmpty)
        let again = try bench.runner.start(raise("k"))
        journal.commit()
        journal.commit()
        #expect(try !receipt(bench, again).isReplay)
        #expect(bench.transport.deliveries.count == 1)
    }

    @Test("a receipt that cannot be written is answered: it was raised, and is not raised again")
    func receiptFails() throws {
        let bench = try bench()
        let first = try bench.runner.start(raise("k"))
        journal.commit(1)
        journal.fail()
        #expect(try !receipt(bench, first).isReplay)
        let second = try bench.runner.start(raise("k"))
        #expect(try receipt(bench, second).isReplay)
        #expect(bench.transport.deliveries.count == 1)
    }

    @Test("a raise that is refused claims nothing")
    func refused() throws {
        let bench = try bench()
        #expect(code(bench, try raise("k", "E_CORE_THRESHOLD")) == .eventReserved)
        #expect(code(bench, try raise("k", "9")) == .invalidEvent)
        #expect(journal.waiting.isEmpty)
        let ticket = try bench.runner.start(raise("k"))
        journal.commit()
        journal.commit()
        #expect(try !receipt(bench, ticket).isReplay)
    }

    @Test("so many keys are kept, and one more is refused")
    func limit() throws {
        let bench = try bench { $0.idempotencyKeysMax = 2 }
        for key in ["a", "b"] {
            _ = try bench.runner.start(raise(key))
            journal.commit()
            journal.commit()
        }
        #expect(code(bench, try raise("c")) == .tooManyIdempotencyKeys)
        #expect(code(bench, try raise("c", "E_NEW")) == .tooManyIdempotencyKeys)
        #expect(journal.waiting.isEmpty)
        #expect(try receipt(bench, bench.runner.start(raise("a"))).isReplay)
    }

    @Test("after a day a key is forgotten, here and on disk")
    func day() throws {
        let bench = try bench { $0.idempotencyKeysMax = 1 }
        let first = try bench.runner.start(raise("a"))
        journal.commit()
        journal.commit()
        bench.clock.advance(seconds: 86_400)
        #expect(code(bench, try raise("b")) == .tooManyIdempotencyKeys)
        bench.clock.advance(seconds: 1)
        let second = try bench.runner.start(raise("b"))
        let isTold = journal.waiting.contains { change in
            if case .expiredKeys = change { true } else { false }
        }
        #expect(isTold)
        journal.commit()
        journal.commit()
        #expect(try receipt(bench, first).receipt != receipt(bench, second).receipt)
    }

    @Test("without a journal it is answered at once")
    func noJournal() throws {
        let bench = Bench(transport: ManualTransport(runsScheduledWork: true))
        try bench.subscribe("manual:1", to: "E_DOOR")
        let first = try receipt(bench, bench.runner.start(raise("k")))
        let second = try receipt(bench, bench.runner.start(raise("k")))
        #expect(!first.isReplay && second.isReplay)
        #expect(first.receipt == second.receipt)
        #expect(bench.transport.deliveries.count == 1)
    }

    @Test("one that waits is answered with how it stands, and so is the retry")
    func waits() throws {
        let bench = Bench(
            transport: ManualTransport(runsScheduledWork: true) { _, _ in .pending })
        try bench.subscribe("manual:1", to: "E_DOOR")
        var command = RaiseCommand(event: "E_DOOR", params: .none, createsEvent: true)
        command.key = IdempotencyKey("k")
        command.onWaiting = { _ in }
        let first = try bench.runner.start(.raise(command))
        #expect(bench.runner.answer(to: first) == nil)
        guard case .replayed(let receipt, let view?) = try bench.runner.run(.raise(command)) else {
            return missed("how it stands")
        }
        #expect(view.pending == 1)
        let delivery = try #require(bench.transport.deliveries.first)
        bench.transport.settle([
            DeliveryResult(
                subscription: delivery.subscription, outcome: .delivered, occurrence: receipt.id)
        ])
        guard case .success(.occurrence(let ended))? = bench.runner.answer(to: first) else {
            return missed("the end")
        }
        #expect(ended.delivered == 1)
        #expect(ended.occurrence.id == receipt.id)
    }

    @Test("whenever the service ends, what is on disk makes no retry a second occurrence")
    func crashes() throws {
        var ends: Set<String> = []
        for commits in 0...3 {
            let journal = ManualJournal()
            let bench = Bench(
                journal: journal, transport: ManualTransport(runsScheduledWork: true))
            _ = try bench.runner.start(
                .subscribe(
                    SubscribeCommand(event: "E_DOOR", socket: "manual:1", createsEvent: true)))
            journal.commit()
            let ticket = try bench.runner.start(raise("k"))
            for _ in 0..<commits { journal.commit(1) }
            let answered = bench.runner.answer(to: ticket)
            // Another process, with what was written.
            let next = Bench(transport: ManualTransport(runsScheduledWork: true))
            try next.subscribe("manual:1", to: "E_DOOR")
            var stored: StoredKey?
            for case .putKey(let key) in journal.committed { stored = key }
            if let stored { next.interface.restore(stored, at: next.clock.now) }
            let code = code(next, try raise("k"))
            let raised = bench.transport.deliveries.count + next.transport.deliveries.count
            #expect(raised <= 1, "\(commits) commits")
            if case .success(.raised(let receipt))? = answered {
                #expect(try self.receipt(next, next.runner.start(raise("k"))).receipt == receipt)
            }
            ends.insert("\(stored == nil) \(stored?.receipt == nil) \(code?.rawValue ?? "ok")")
        }
        #expect(
            ends == [
                "true true ok", "false true idempotency_key_unresolved", "false false ok",
            ])
    }

    @Test(
        "a key that is too old is not brought back, nor one from the future for longer than a day")
    func restored() throws {
        let bench = Bench(transport: ManualTransport(runsScheduledWork: true))
        let now = bench.clock.now
        for (key, created) in [("old", now.wall - 86_400_001), ("new", now.wall + 99_000_000)] {
            bench.interface.restore(
                StoredKey(caller: nil, key: key, fingerprint: 0, created: created, receipt: nil),
                at: now)
        }
        #expect(code(bench, try raise("new")) == .idempotencyKeyReused)
        #expect(code(bench, try raise("old")) == nil)
        bench.clock.advance(seconds: 86_401)
        _ = try bench.runner.run(raise("other"))
        #expect(code(bench, try raise("new")) == nil)
    }

    @Test(
        "a key is 1 to 255 visible ASCII characters",
        arguments: [
            ("a", true), (String(repeating: "~", count: 255), true), ("", false), ("a b", false),
            (String(repeating: "a", count: 256), false), ("\u{E9}", false), ("a\n", false),
        ])
    func keys(text: String, isOne: Bool) {
        #expect((IdempotencyKey(text) != nil) == isOne)
    }

    private func missed(
        _ what: String, _ location: SourceLocation = #_sourceLocation
    ) {
        Issue.record("expected \(what)", sourceLocation: location)
    }
}
