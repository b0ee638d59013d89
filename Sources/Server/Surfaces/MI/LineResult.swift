internal import EventCore
internal import WireFormats

/// Replies and errors of commands as the trees and in the words of OpenSIPS 2.4.
enum LineResult {
    /// What a command came to.
    static func reply(_ outcome: MIRunner.Outcome, of row: CommandRow) -> LineReply {
        switch outcome {
        case .success(.plain(let reply)): self.reply(reply)
        case .success(.subscribers(let listing)): self.reply(listing)
        case .failure(let error): self.reply(error, of: row)
        }
    }

    private static func reply(_ reply: CommandReply) -> LineReply {
        switch reply {
        case .subscribed, .unsubscribed, .subscription, .event, .terminating, .rotating, .reloaded:
            return .ok()
        case .raised(let receipt):
            return receipt.matched > 0 ? .ok() : LineReply(480, "Temporarily Unavailable")
        case .events(let page):
            return .ok(
                page.events.map {
                    LineNode("Event", $0.description.name, [.init("id", String($0.number))])
                }, isList: true)
        case .subscriptions, .unchanged:
            preconditionFailure("MIListing puts listings of subscribers together")
        case .occurrence, .occurrences, .foretold, .replayed, .probed:
            preconditionFailure("no command of the management interface shows or tests deliveries")
        case .routes, .routeRun, .metrics:
            preconditionFailure("no command of the table is about routes, or shows metrics")
        case .commands(let names):
            return .ok(names.map { LineNode(nil, $0) }, isList: true)
        case .parameterSets(let sets):
            return .ok(sets.map { LineNode(nil, $0.joined(separator: " ")) }, isList: true)
        case .command(let row):
            return .ok([LineNode("Help", row.help), LineNode("Exported by", row.module)])
        case .statistics(let statistics):
            return .ok(statistics.map { LineNode("\($0.group):\($0.name)", String($0.value)) })
        case .statisticKinds(let statistics):
            return .ok(statistics.map { LineNode("\($0.group):\($0.name)", $0.kind.rawValue) })
        case .version(let text):
            return .ok([LineNode("Server", text)])
        case .uptime(let since, let now, let seconds):
            return .ok([
                LineNode("Now", MIResult.rfc3339(now)),
                LineNode("Up since", MIResult.rfc3339(since)),
                LineNode("Up time", "\(seconds) [sec]"),
            ])
        case .processes(let processes):
            return .ok(processes.map { node($0) }, isList: true)
        case .logLevel(let level, let processes):
            return .ok(processes.map { node($0, level) }, isList: true)
        case .logLevelSet(let level):
            return .ok([LineNode("New global log level", String(level.rawValue))])
        }
    }

    private static func node(_ process: ProcessView) -> LineNode {
        LineNode(
            "Process", nil,
            [
                .init("ID", String(process.id)), .init("PID", String(process.pid)),
                .init("Type", process.type),
            ])
    }

    private static func node(_ process: ProcessView, _ level: LogLevel) -> LineNode {
        LineNode(
            "Process", nil,
            [
                .init("PID", String(process.pid)), .init("Log level", String(level.rawValue)),
                .init("Type", process.type),
            ])
    }

    private static func reply(_ listing: SubscriberListing) -> LineReply {
        let events = listing.events.map { event in
            LineNode(
                "Event", event.name, [.init("id", String(event.number))],
                children: event.subscriptions.map { view in
                    LineNode(
                        "Subscriber", nil,
                        [
                            .init("socket", view.socket),
                            .init("expire", view.expire.map { String($0) } ?? "never"),
                        ])
                })
        }
        return .ok(events, isList: true)
    }

    /// The error of a command. OpenSIPS tells by the command what a missing event is.
    private static func reply(_ error: CommandError, of row: CommandRow) -> LineReply {
        switch error.code {
        case .eventNotFound where row.name == "evi:subscribers":
            LineReply(404, "Event not published")
        case .eventNotFound where row.name == "evi:raise",
            .invalidEvent where row.name == "evi:raise":
            LineReply(404, "Event not registered")
        case .invalidSocket where row.name == "evi:subscribers",
            .targetForbidden where row.name == "evi:subscribers":
            LineReply(404, "Subscriber does not exist")
        case .invalidEvent, .eventNotFound, .invalidSocket, .targetForbidden, .invalidExpire,
            .invalidParameter:
            LineReply(400, "Bad parameter")
        case .invalidParams: LineReply(400, "Bad Params")
        case .eventReserved, .forbidden: LineReply(403, "Forbidden")
        case .subscriptionNotFound: LineReply(404, "Subscriber does not exist")
        case .occurrenceNotFound: LineReply(404, "Occurrence not remembered")
        case .commandNotFound: LineReply(404, "Unknown MI command")
        case .routeNotFound: LineReply(404, "Route does not exist")
        case .invalidMessage: LineReply(400, "Bad parameter")
        case .reloadFailed: LineReply(500, "Reload failed")
        case .idempotencyKeyReused, .idempotencyKeyInUse, .idempotencyKeyUnresolved,
            .tooManyIdempotencyKeys:
            preconditionFailure("no command of the table takes a key")
        case .tooManyEvents, .tooManySubscriptions, .insufficientStorage:
            LineReply(507, "Insufficient Storage")
        case .storeUnavailable, .serviceUnavailable: LineReply(503, "Service Unavailable")
        }
    }
}
