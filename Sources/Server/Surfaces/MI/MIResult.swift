internal import EventCore
internal import WireFormats

/// Replies and errors of commands in the shapes and words of OpenSIPS 4.
enum MIResult {
    /// The `result` of a reply, or the error that OpenSIPS makes of it.
    static func json(_ reply: MIReply) -> Result<JSON, JSONRPCError> {
        switch reply {
        case .plain(let reply): json(reply)
        case .subscribers(let listing): .success(json(listing))
        }
    }

    private static func json(_ reply: CommandReply) -> Result<JSON, JSONRPCError> {
        switch reply {
        case .subscribed, .unsubscribed, .subscription, .event, .terminating, .rotating, .reloaded:
            return .success("OK")
        case .raised(let receipt):
            // OpenSIPS: raising for nobody is an error to the caller. The occurrence is counted all the same.
            return receipt.matched > 0
                ? .success("OK")
                : .failure(JSONRPCError(code: 480, message: "Temporarily Unavailable"))
        case .events(let page):
            let events = page.events.map { event -> JSON in
                .object([
                    ("name", .string(event.description.name)),
                    ("id", .integer(Int64(event.number))),
                ])
            }
            return .success(["Events": .array(events)])
        case .subscriptions, .unchanged:
            preconditionFailure("MIListing puts listings of subscribers together")
        case .occurrence, .occurrences, .foretold, .replayed, .probed:
            preconditionFailure("no command of the management interface shows or tests deliveries")
        case .routes, .routeRun, .metrics:
            preconditionFailure("no command of the table is about routes, or shows metrics")
        case .commands(let names):
            return .success(.array(names.map { .string($0) }))
        case .parameterSets(let sets):
            return .success(.array(sets.map { .array($0.map { .string($0) }) }))
        case .command(let row):
            return .success(["Help": .string(row.help), "Exported by": .string(row.module)])
        case .statistics(let statistics):
            return .success(
                .object(statistics.map { ("\($0.group):\($0.name)", .integer($0.value)) }))
        case .statisticKinds(let statistics):
            return .success(
                .object(statistics.map { ("\($0.group):\($0.name)", .string($0.kind.rawValue)) }))
        case .version(let text):
            return .success(["Server": .string(text)])
        case .uptime(let since, let now, let seconds):
            return .success([
                "Now": .string(rfc3339(now)), "Up since": .string(rfc3339(since)),
                "Up time": .string("\(seconds) [sec]"),
            ])
        case .processes(let processes):
            return .success(["Processes": .array(processes.map(json))])
        case .logLevel(let level, let processes):
            return .success(["Processes": .array(processes.map { json($0, level) })])
        case .logLevelSet(let level):
            return .success(["New global log level": .integer(level.rawValue)])
        }
    }

    private static func json(_ process: ProcessView) -> JSON {
        [
            "ID": .integer(Int64(process.id)), "PID": .integer(Int64(process.pid)),
            "Type": .string(process.type),
        ]
    }

    private static func json(_ process: ProcessView, _ level: LogLevel) -> JSON {
        [
            "PID": .integer(Int64(process.pid)), "Log level": .integer(level.rawValue),
            "Type": .string(process.type),
        ]
    }

    private static func json(_ listing: SubscriberListing) -> JSON {
        let events = listing.events.map { event -> JSON in
            let entries = event.subscriptions.map(json)
            let content: (String, JSON) =
                if case .subscriber = listing.scope, let entry = entries.first {
                    ("Subscriber", entry)
                } else {
                    ("Subscribers", .array(entries))
                }
            return .object([
                ("name", .string(event.name)), ("id", .integer(Int64(event.number))), content,
            ])
        }
        if case .allEvents = listing.scope { return ["Events": .array(events)] }
        return ["Event": events.first ?? .object([])]
    }

    private static func json(_ view: SubscriptionView) -> JSON {
        guard let expire = view.expire, let ttl = view.ttlSeconds else {
            return ["socket": .string(view.socket), "expire": "never"]
        }
        return [
            "socket": .string(view.socket), "expire": .integer(expire), "ttl": .integer(ttl),
        ]
    }

    /// The error of a command. OpenSIPS tells by the command what a missing event is.
    static func error(_ error: CommandError, of row: CommandRow) -> JSONRPCError {
        let detail = JSON.string(error.message)
        switch error.code {
        case .invalidParameter, .invalidExpire:
            return .invalidParams.with(data: detail)
        case .eventNotFound where row.name == "evi:subscribers":
            return JSONRPCError(code: 404, message: "Event not published")
        case .eventNotFound where row.name == "evi:raise":
            return JSONRPCError(code: 404, message: "Event not registered")
        case .invalidEvent where row.name == "evi:raise":
            return JSONRPCError(code: 404, message: "Event not registered")
        case .invalidSocket where row.name == "evi:subscribers",
            .targetForbidden where row.name == "evi:subscribers":
            return subscriberNotFound
        case .eventNotFound, .invalidEvent, .invalidSocket, .targetForbidden, .invalidMessage:
            return JSONRPCError(code: 400, message: "Bad parameter value", data: detail)
        case .invalidParams:
            return JSONRPCError(code: 400, message: "Bad Params", data: detail)
        case .eventReserved, .forbidden:
            return JSONRPCError(code: 403, message: "Forbidden", data: detail)
        case .subscriptionNotFound:
            return subscriberNotFound
        case .occurrenceNotFound:
            return JSONRPCError(code: 404, message: "Occurrence not remembered", data: detail)
        case .commandNotFound:
            return JSONRPCError(code: 404, message: "Unknown MI command", data: detail)
        case .routeNotFound:
            return JSONRPCError(code: 404, message: "Route does not exist", data: detail)
        case .reloadFailed:
            return JSONRPCError(code: 500, message: "Reload failed", data: detail)
        case .idempotencyKeyReused, .idempotencyKeyInUse, .idempotencyKeyUnresolved,
            .tooManyIdempotencyKeys:
            preconditionFailure("no command of the table takes a key")
        case .tooManyEvents, .tooManySubscriptions, .insufficientStorage:
            return JSONRPCError(code: 507, message: "Insufficient Storage", data: detail)
        case .storeUnavailable, .serviceUnavailable:
            return JSONRPCError(code: 503, message: "Service Unavailable", data: detail)
        }
    }

    /// What a listing of a subscriber that is not there answers.
    static let subscriberNotFound = JSONRPCError(code: 404, message: "Subscriber does not exist")

    /// A moment as text; OpenSIPS writes that of `ctime`, which says no zone.
    static func rfc3339(_ milliseconds: Int64) -> String {
        var text: [UInt8] = []
        text.append(rfc3339: milliseconds)
        return String(decoding: text, as: UTF8.self)
    }
}
