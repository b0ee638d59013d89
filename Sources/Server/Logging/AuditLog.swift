internal import Dispatch
internal import EventCore
internal import Logging
internal import Synchronization

/// A line in the log for every change, and for every command that its caller may not give: who, from where, what, and
/// what came of it.
///
///     AUDIT: what=subscribe who=board from=192.0.2.7:40312 event=E_A socket=udp:127.0.0.1:8888 expire=60 result=created id=7
///
/// Written on a queue of its own, so that a slow log delays no answer. What the queue cannot hold is counted, and the
/// count is logged.
final class AuditLog: Sendable {
    private struct State {
        var waiting: [AuditRecord] = []
        var isWriting = false
        var lost = 0
    }

    private let state = Lock(State())
    private let queue = DispatchQueue(label: "carillon.audit")
    private let log: Logger

    /// Most records that wait to be written.
    static let waitingMax = 65_536

    init(_ log: Logger) {
        self.log = log
    }

    /// Takes a record; any thread, never blocks.
    func take(_ record: AuditRecord) {
        guard log.logLevel <= .notice || record.changesLogLevel else { return }
        let begins = state.withLock { state in
            guard state.waiting.count < Self.waitingMax else {
                state.lost += 1
                return false
            }
            state.waiting.append(record)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { queue.async { self.write() } }
    }

    /// Returns when everything taken before is written.
    func flush() { queue.sync {} }

    private func write() {
        while true {
            let (records, lost) = state.withLock { state -> ([AuditRecord], Int) in
                defer {
                    state.isWriting = !state.waiting.isEmpty
                    state.waiting.removeAll()
                    state.lost = 0
                }
                return (state.waiting, state.lost)
            }
            if records.isEmpty { return }
            for record in records {
                // At the level in force, where that is higher: a change of it would hide itself.
                log.log(level: max(.notice, log.logLevel), "\(Self.line(record))")
            }
            if lost > 0 { log.warning("AUDIT: lines lost, the log is too slow lines=\(lost)") }
        }
    }

    /// The line of a record.
    static func line(_ record: AuditRecord) -> String {
        let what = Subject(record.command)
        var pairs = [
            ("what", what.name), ("who", record.caller.identity.name ?? "-"),
            ("from", String(describing: record.caller.origin)),
        ]
        if let requestID = record.caller.trace?.requestID { pairs.append(("request", requestID)) }
        pairs += what.pairs
        if let end = record.end {
            pairs += [
                ("event", end.event), ("socket", end.socket), ("reason", end.reason.rawValue),
            ]
        }
        pairs += outcome(record.result)
        return "AUDIT: " + pairs.map { "\($0.0)=\(LogText.value($0.1))" }.joined(separator: " ")
    }

    /// What came of it. A socket is shown as the transport prints it, without secrets; one that was refused is not shown.
    private static func outcome(
        _ result: Result<CommandReply, CommandError>
    ) -> [(String, String)] {
        switch result {
        case .success(.subscribed(let view, let created)):
            return [("id", String(view.id))] + pairs(of: view) + [
                ("result", created ? "created" : "renewed")
            ]
        case .success(.subscription(let view)):
            return [("event", view.event)] + pairs(of: view) + [("result", "renewed")]
        case .success(.unsubscribed(let existed)):
            return [("result", existed ? "ended" : "absent")]
        case .success(.event(_, let created)):
            return [("result", created ? "created" : "present")]
        case .success(.probed(let view)):
            return [
                ("event", view.event), ("socket", view.socket), ("result", view.finding.code),
            ]
        case .success:
            return [("result", "done")]
        case .failure(let error):
            return [("result", error.code.rawValue)]
        }
    }

    private static func pairs(of view: SubscriptionView) -> [(String, String)] {
        [
            ("socket", view.socket), ("expire", view.expire.map { String($0) } ?? "never"),
        ]
    }

    /// What a command is called, and what it is about.
    private struct Subject {
        let name: String
        var pairs: [(String, String)] = []

        init(_ command: Command) {
            switch command {
            case .subscribe(let command): self.init("subscribe", event: command.event)
            case .renew(let command): self.init("renew", id: command.id)
            case .unsubscribe(let command): self.init("unsubscribe", id: command.id)
            case .probe(let command): self.init("test", id: command.id)
            case .publish(let command): self.init("publish", event: command.event)
            case .raise(let command): self.init("raise", event: command.event)
            case .dryRun(let command): self.init("dry_run", event: command.event)
            case .showOccurrence(let command):
                self.init("show_occurrence")
                pairs.append(("id", String(describing: command.id)))
            case .listOccurrences: self.init("list_occurrences")
            case .showSubscription(let command): self.init("show", id: command.id)
            case .showEvent(let command): self.init("show", event: command.event)
            case .listSubscribers(let command): self.init("list_subscribers", event: command.event)
            case .listEvents: self.init("list_events")
            case .statistics, .listStatistics: self.init("statistics")
            case .metrics: self.init("metrics")
            case .which: self.init("which")
            case .help: self.init("help")
            case .version: self.init("version")
            case .uptime: self.init("uptime")
            case .processes: self.init("ps")
            case .logLevel(let command):
                self.init("log_level")
                if let level = command.level { pairs.append(("level", String(level))) }
            case .kill: self.init("kill")
            case .rotate(let command):
                self.init("rotate")
                pairs.append(("file", command.file))
            case .reload: self.init("reload")
            case .listRoutes: self.init("list_routes")
            case .runRoute(let command):
                self.init("run_route")
                pairs.append(("route", command.name))
            }
        }

        private init(_ name: String, event: String? = nil, id: UInt64? = nil) {
            self.name = name
            if let event { pairs.append(("event", event)) }
            if let id { pairs.append(("id", String(id))) }
        }
    }
}

extension AuditRecord {
    /// Whether it tells of how much is logged from now on.
    fileprivate var changesLogLevel: Bool {
        if case .logLevel(let command) = command { command.level != nil } else { false }
    }
}
