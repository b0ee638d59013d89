internal import EventCore
internal import Net
internal import WireFormats

/// `/occurrences`.
extension REST {
    @Sendable static func listOccurrences(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        var query = try request.strictQuery(["event", "since", "state", "limit", "cursor"])
        let command = ListOccurrencesCommand(
            event: query.eventGlob("event"), since: query.time("since"),
            state: query.choice("state", of: OccurrenceState.allCases.map(\.rawValue))
                .flatMap(OccurrenceState.init),
            limit: query.number("limit", in: 1...rest.interface.pageMax, fallback: 100),
            cursor: query.cursor("cursor"))
        try query.finish()
        return try rest.run(
            .listOccurrences(command), by: caller, for: request, &response,
            position: { .parameter($0) }
        ) { reply, response in
            guard case .occurrences(let page) = reply else {
                preconditionFailure("a listing answers with a listing")
            }
            response.contentType = "application/json"
            response.addField("Cache-Control", "no-store")
            Representation.write(page, to: &response.body)
        }
    }

    @Sendable static func getOccurrence(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        let text = try argument.text()
        guard let id = OccurrenceID(parsing: text) else {
            throw Problem(
                404, CommandError.Code.occurrenceNotFound.rawValue,
                "No occurrence has such an id: it is what a raise answers, like 19c2e55aa10-42.")
        }
        return try rest.run(
            .showOccurrence(ShowOccurrenceCommand(id: id)), by: caller, for: request, &response,
            position: { .parameter($0) }, render: renderOccurrence)
    }

    @Sendable static func renderOccurrence(
        _ reply: CommandReply, _ response: inout HTTPResponse
    ) {
        response.contentType = "application/json"
        response.addField("Cache-Control", "no-store")
        switch reply {
        case .occurrence(let view): Representation.write(whole: view, to: &response.body)
        default: preconditionFailure("showing an occurrence answers with it")
        }
    }
}
