import EventCore
import TestSupport

/// All that can be seen of the core, against the model.
extension Simulator {
    /// Throws the first difference.
    mutating func compare() throws {
        try compareDeliveries()
        try compareAnswers()
        try compareSubscriptions()
        try compareEvents()
        try compareTotals()
        try compareJournal()
    }

    /// What was handed to the transports: the same subscribers, occurrences, options and order; and nobody twice.
    private mutating func compareDeliveries() throws {
        for lane in transports.indices {
            let actual = transports[lane].takeDeliveries()
            let expected = model.handed[lane].filter { handed in
                if case .dropped = handed.outcome { false } else { true }
            }
            model.handed[lane] = []
            try expect(
                actual.map {
                    "\($0.sequence) \($0.event) \($0.packed) \($0.tag) \(text($0.params))"
                },
                expected.map {
                    "\($0.sequence) \($0.target.event) \($0.target.address.number ?? 0) "
                        + "\($0.target.address.tag) \($0.text)"
                }, "deliveries of lane \(lane)")
            for (delivery, handed) in zip(actual, expected) where handed.outcome == .pending {
                kept.append(
                    Kept(
                        reference: delivery.subscription, target: handed.target,
                        sequence: handed.sequence))
            }
            try expect(
                transports[lane].scheduledCount, model.scheduled.contains(lane) ? 1 : 0,
                "work that waits for lane \(lane)")
        }
    }

    /// Those commands have been answered whose change is committed or taken back, and no others.
    private mutating func compareAnswers() throws {
        for step in Set(model.answered) {
            guard let (ticket, reply) = open.removeValue(forKey: step) else { continue }
            guard let answer = runner.answer(to: ticket) else {
                throw difference("step \(step) was not answered; expected \(reply)")
            }
            try expect(describe(answer), reply, "the answer to step \(step)")
        }
        model.answered = []
        for (step, waiting) in open where runner.answer(to: waiting.ticket) != nil {
            throw difference("step \(step) was answered too early: \(waiting.reply)")
        }
    }

    private mutating func compareSubscriptions() throws {
        let events: [String?] = [nil, "E_STATIC", model.events.randomElement(using: &random)?.name]
        for event in events {
            let expected = model.subscriptions.reversed().filter {
                event == nil || $0.event == event
            }
            let (lines, digest, version) = try list(event)
            try expect(lines, expected.map { line($0) }, "subscribers of \(event ?? "all")")
            try compareVersion("subscribers of \(event ?? "all")", version, digest)
        }
        // Every one is found by its id, its event and its socket.
        if let any = model.subscriptions.randomElement(using: &random) {
            let shown = try runner.run(.showSubscription(ShowSubscriptionCommand(id: any.id)))
            try expect(describe(.success(shown)), "subscription " + line(any), "GET of \(any.id)")
            let found = try runner.run(
                .listSubscribers(
                    ListSubscribersCommand(
                        event: any.event, socket: any.address.secretText, limit: 5)))
            guard case .subscriptions(let page) = found else { throw difference("no page") }
            try expect(page.subscriptions.map { line($0) }, [line(any)], "find by socket")
        }
    }

    /// A whole listing, page by page, each page as long as it happens to be.
    private mutating func list(
        _ event: String?
    ) throws -> (lines: [String], digest: String, version: UInt64) {
        var lines: [String] = []
        var digest = ""
        var cursor: UInt64?
        while true {
            let limit = Int.random(in: 1...40, using: &random)
            let reply = try runner.run(
                .listSubscribers(ListSubscribersCommand(event: event, limit: limit, cursor: cursor))
            )
            guard case .subscriptions(let page) = reply, page.subscriptions.count <= limit else {
                throw difference("no page of at most \(limit)")
            }
            lines += page.subscriptions.map { line($0) }
            digest += page.subscriptions.map { line($0, withTTL: false) + "\n" }.joined()
            guard let next = page.nextCursor else { return (lines, digest, page.version) }
            cursor = next
        }
    }

    private mutating func compareEvents() throws {
        var lines: [String] = []
        var cursor: UInt32?
        var version: UInt64 = 0
        repeat {
            let reply = try runner.run(
                .listEvents(
                    ListEventsCommand(limit: Int.random(in: 1...9, using: &random), cursor: cursor))
            )
            guard case .events(let page) = reply else { throw difference("no page of events") }
            lines += page.events.map { line($0) }
            cursor = page.nextCursor
            version = page.version
        } while cursor != nil
        try expect(lines, model.events.map { line($0) }, "events")
        try compareVersion("events", version, lines.joined(separator: "\n"))
    }

    /// Who asks again with the version sees "unchanged" only if nothing that is shown has changed.
    private mutating func compareVersion(
        _ listing: String, _ version: UInt64, _ digest: String
    ) throws {
        if let last = listings[listing], last.version == version, last.digest != digest {
            throw difference(
                "\(listing) has changed under version \(version):\n\(last.digest)\n--\n\(digest)")
        }
        listings[listing] = (version, digest)
    }

    private func compareTotals() throws {
        guard
            case .statistics(let statistics) = try runner.run(
                .statistics(StatisticsCommand(names: ["all"])))
        else { throw difference("no statistics") }
        var actual: [String: Int] = [:]
        for statistic in statistics { actual[statistic.name] = Int(statistic.value) }
        let ended = ["dropped_unsubscribed", "dropped_expired", "dropped_gone"]
        var expected = model.totals.losses
        expected["ended"] = ended.reduce(0) { $0 + (expected.removeValue(forKey: $1) ?? 0) }
        actual["ended"] = ended.reduce(0) { $0 + (actual.removeValue(forKey: $1) ?? 0) }
        expected["events"] = model.events.count
        expected["subscriptions"] = model.subscriptions.count
        expected["raised"] = Int(model.sequence)
        expected["matched"] = model.totals.matched
        expected["delivered"] = model.totals.delivered
        expected["notices_lost"] = model.noticesLost
        expected["pending"] = model.totals.pending
        expected["failed"] = model.totals.losses.filter { $0.key.hasPrefix("failed") }.values
            .reduce(0, +)
        expected["dropped"] = model.totals.lost - (expected["failed"] ?? 0)
        try expect(actual, expected, "totals")
        // Nothing is pending but what waits in a lane or is kept by a transport.
        let waiting = model.lanes.reduce(0) { $0 + $1.backlog }
        try expect(model.totals.pending, waiting + kept.count, "pending in all")
    }

    private mutating func compareJournal() throws {
        try expect(
            journal.waiting.count, model.changes.filter(\.isTold).count, "changes that wait")
        fold()
        let expected = model.subscriptions.filter { one in
            !model.changes.contains { $0.concerns(one.id) }
        }
        for one in expected {
            guard let record = stored[one.id] else {
                throw difference("subscription \(one.id) is not on disk")
            }
            try expect(
                "\(record.event) \(record.socket) \(record.deadline ?? 0) \(record.expire ?? 0)",
                "\(one.event) \(one.address.secretText) \(one.storedDeadline ?? 0) \(one.expire ?? 0)",
                "what the journal holds of \(one.id)")
        }
    }

    // MARK: Words

    private func expect<T: Equatable>(_ actual: T, _ expected: T, _ what: String) throws {
        if actual != expected {
            throw difference("\(what)\n is      \(actual)\n expected \(expected)")
        }
    }

    private func difference(_ text: String) -> Difference {
        Difference(description: "seed \(seed), step \(step): \(text)")
    }

    private func describe(_ answer: Result<CommandReply, CommandError>) -> String {
        switch answer {
        case .failure(let error): "error " + error.code.rawValue
        case .success(.subscribed(let view, let created)): "subscribed \(created) " + line(view)
        case .success(.unsubscribed(let existed)): "unsubscribed \(existed)"
        case .success(.subscription(let view)): "subscription " + line(view)
        case .success(.event(let view, let created)): "event \(created) " + line(view)
        case .success(.raised(let receipt)):
            "raised \(receipt.id.sequence) \(receipt.event) \(receipt.time) \(receipt.matched)"
        default: "something else"
        }
    }

    private func text(_ params: Params) -> String {
        params.items.map { param in
            let value =
                switch param.value {
                case .string(let text): text
                case .integer(let number): String(number)
                case .double, .boolean: "?"
                }
            return "\(param.name ?? "")=\(value)"
        }.joined(separator: " ")
    }

    private func line(_ view: SubscriptionView, withTTL: Bool = true) -> String {
        let counts = view.deliveries
        var losses = counts.failedBy.map { "failed_\($0.reason.rawValue)=\($0.count)" }
        losses += counts.droppedBy.map { "dropped_\($0.reason.rawValue)=\($0.count)" }
        return [
            "\(view.id) \(view.event) \(view.socket) \(view.transport)",
            "\(view.expire ?? 0) \(view.expiresAt ?? 0) \(withTTL ? view.ttlSeconds ?? 0 : 0)",
            "\(view.createdAt) \(counts.matched) \(counts.delivered) \(counts.pending)",
            losses.sorted().joined(separator: ","),
        ].joined(separator: " ")
    }

    func line(_ one: NaiveCore.Subscription) -> String {
        let left = one.deadline.map { $0 - clock.now.boot } ?? 0
        let losses = one.counts.losses.map { "\($0.key)=\($0.value)" }.sorted().joined(
            separator: ",")
        return [
            "\(one.id) \(one.event) \(one.address.text) \(one.address.scheme)",
            "\(one.expire ?? 0) \(one.expiresAt ?? 0) \(left / 1_000_000_000 + (left % 1_000_000_000 > 0 ? 1 : 0))",
            "\(one.created) \(one.counts.matched) \(one.counts.delivered) \(one.counts.pending)",
            losses,
        ].joined(separator: " ")
    }

    private func line(_ view: EventView) -> String {
        "\(view.description.name) \(view.kind) \(view.subscribers) \(view.occurrences)"
    }

    func line(_ event: NaiveCore.Event) -> String {
        let subscribers = model.subscriptions.filter { $0.event == event.name }.count
        return "\(event.name) \(event.kind) \(subscribers) \(event.raised)"
    }
}
