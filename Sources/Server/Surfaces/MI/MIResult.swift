internal import EventCore
internal import WireFormats

/// Replies and errors of commands in the shapes and words of OpenSIPS 4.
enum MIResult {
    /// The `result` of a reply, or the error that OpenSIPS makes of it.
    static func json(_ reply: CommandReply) -> Result<JSON, JSONRPCError> {
        switch reply {
        case .subscribed, .unsubscribed, .subscription, .event:
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
            return .success(.object([("Events", .array(events))]))
        case .subscriptions, .unchanged:
            preconditionFailure("MIListing writes listings of subscribers")
        case .commands(let rows):
            return .success(.array(rows.map { .string($0.name) }))
        case .command(let row):
            return .success(
                .object([("Help", .string(row.help)), ("Exported by", .string(row.module))]))
        case .statistics(let statistics):
            return .success(
                .object(statistics.map { ("\($0.group):\($0.name)", .integer($0.value)) }))
        case .version(let text):
            return .success(.object([("Server", .string(text))]))
        case .uptime(let since, let now, let seconds):
            return .success(
                .object([
                    ("Now", .string(time(now))), ("Up since", .string(time(since))),
                    ("Up time", .string("\(seconds) [sec]")),
                ]))
        }
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
        case .eventNotFound, .invalidEvent, .invalidSocket, .targetForbidden:
            return JSONRPCError(code: 400, message: "Bad parameter value", data: detail)
        case .invalidParams:
            return JSONRPCError(code: 400, message: "Bad Params", data: detail)
        case .eventReserved, .forbidden:
            return JSONRPCError(code: 403, message: "Forbidden", data: detail)
        case .subscriptionNotFound:
            return subscriberNotFound
        case .commandNotFound:
            return JSONRPCError(code: 404, message: "Unknown MI command", data: detail)
        case .tooManyEvents, .tooManySubscriptions, .insufficientStorage:
            return JSONRPCError(code: 507, message: "Insufficient Storage", data: detail)
        case .storeUnavailable:
            return JSONRPCError(code: 503, message: "Service Unavailable", data: detail)
        }
    }

    /// What a listing of a subscriber that is not there answers.
    static let subscriberNotFound = JSONRPCError(code: 404, message: "Subscriber does not exist")

    private static func time(_ milliseconds: Int64) -> String {
        var text: [UInt8] = []
        text.append(rfc3339: milliseconds)
        return String(decoding: text, as: UTF8.self)
    }
}
