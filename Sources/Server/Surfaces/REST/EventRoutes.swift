internal import EventCore
internal import Net
internal import WireFormats

/// `/events`.
extension REST {
    @Sendable static func listEvents(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        var query = try request.strictQuery(["limit", "cursor"])
        let limit = query.number("limit", in: 1...rest.interface.pageMax, fallback: 100)
        let cursor = query.cursor("cursor")
        try query.finish()
        let epoch = rest.interface.epoch
        let matchesAny = EntityTag.matchesAny(request)
        let command = ListEventsCommand(
            limit: limit, cursor: cursor.map { UInt32(clamping: $0) },
            knownVersion: EntityTag.version(in: request, epoch: epoch))
        return try rest.run(
            .listEvents(command), by: caller, for: request, &response, position: { .parameter($0) }
        ) { reply, response in
            switch reply {
            case .unchanged(let version):
                EntityTag.writeNotModified(version: version, epoch: epoch, to: &response)
            case .events(let page) where matchesAny:
                EntityTag.writeNotModified(version: page.version, epoch: epoch, to: &response)
            case .events(let page):
                EntityTag.add(version: page.version, epoch: epoch, to: &response)
                response.contentType = "application/json"
                Representation.write(page, to: &response.body)
            default: preconditionFailure("a listing answers with a listing")
            }
        }
    }

    @Sendable static func getEvent(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        let command = ShowEventCommand(event: try argument.text())
        return try rest.run(
            .showEvent(command), by: caller, for: request, &response, position: asName,
            render: renderEvent)
    }

    @Sendable static func putEvent(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        let event = try argument.text()
        if !request.body.isEmpty {
            var members = MemberReader(try request.json())
            try members.finish()
        }
        return try rest.run(
            .publish(PublishCommand(event: event)), by: caller, for: request, &response,
            position: asName,
            render: renderEvent)
    }

    @Sendable static func raiseEvent(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        var query = try request.strictQuery(["wait", "timeout", "dry_run"])
        let waits = query.choice("wait", of: ["delivered"]) != nil
        let timeout = query.duration("timeout", in: 1...50_000, fallback: 10_000)
        let isDryRun = query.choice("dry_run", of: ["true", "false"]) == "true"
        if isDryRun, waits { query.refuse("wait", "A dry run has no deliveries to wait for.") }
        try query.finish()
        let key = try IdempotencyHeader.key(in: request)
        let event = try argument.text()
        try request.checkMediaType()
        if isDryRun, key != nil {
            throw IdempotencyHeader.refusal(.conflict, "A dry run raises nothing, not even once.")
        }
        if isDryRun {
            return try dryRun(rest, caller, request, event, &response)
        }
        var command = RaiseCommand(
            event: event, params: try RaiseBody.params(in: request.body.span),
            createsEvent: rest.rules.dynamicEvents)
        command.key = key
        if waits {
            command.onWaiting = { [interface = rest.interface] in
                DeliveryDeadlines.set($0, milliseconds: timeout, on: interface)
            }
        }
        // A request without an id of its own is called as its occurrence is.
        let hasID = caller.trace?.requestID != nil
        return try rest.run(
            .raise(command), by: caller, for: request, &response, position: ofRaise,
            render: hasID ? renderRaised : renderRaisedWithID)
    }

    private static func dryRun(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest, _ event: String,
        _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        let command = DryRunCommand(
            event: event, params: try RaiseBody.params(in: request.body.span),
            createsEvent: rest.rules.dynamicEvents)
        return try rest.run(
            .dryRun(command), by: caller, for: request, &response, position: ofRaise
        ) { reply, response in
            guard case .foretold(let forecast) = reply else {
                preconditionFailure("a dry run answers with what it foretells")
            }
            response.contentType = "application/json"
            response.addField("Cache-Control", "no-store")
            Representation.write(forecast, to: &response.body)
        }
    }

    @Sendable private static func renderEvent(
        _ reply: CommandReply, _ response: inout HTTPResponse
    ) {
        guard case .event(let view, let created) = reply else {
            preconditionFailure("showing an event answers with it")
        }
        response.status = created ? 201 : 200
        if created { response.addField("Location", "/events/\(view.description.name)") }
        response.contentType = "application/json"
        Representation.write(view, to: &response.body)
    }

    @Sendable private static func renderRaised(
        _ reply: CommandReply, _ response: inout HTTPResponse
    ) {
        // 202 while deliveries are on their way (RFC 9110 §15.3.3), 200 when all have ended.
        response.status = 202
        switch reply {
        case .raised(let receipt):
            response.contentType = "application/json"
            Representation.write(receipt, to: &response.body)
        case .replayed(let receipt, let view):
            response.addField("Idempotency-Replayed", "true")
            renderRaised(view.map { .occurrence($0) } ?? .raised(receipt), &response)
        case .occurrence(let view):
            if view.state != .pending { response.status = 200 }
            renderOccurrence(reply, &response)
        default: preconditionFailure("raising answers with a receipt")
        }
    }

    @Sendable private static func renderRaisedWithID(
        _ reply: CommandReply, _ response: inout HTTPResponse
    ) {
        switch reply {
        case .raised(let receipt):
            response.addField("X-Request-Id", receipt.id)
        case .occurrence(let view):
            response.addField("X-Request-Id", view.occurrence.id)
        default: break
        }
        renderRaised(reply, &response)
    }

    /// The event's name is the path's parameter `name`.
    @Sendable private static func asName(_ parameter: String) -> Problem.Place.Where {
        .parameter("name")
    }

    @Sendable private static func ofRaise(_ parameter: String) -> Problem.Place.Where {
        parameter == "event" ? .parameter("name") : .body("/" + parameter)
    }
}

extension HTTPResponse {
    /// Adds a header field that names an occurrence.
    fileprivate mutating func addField(_ name: StaticString, _ id: OccurrenceID) {
        addField(name, bytesMax: OccurrenceID.textBytesMax) { id.write(to: &$0) }
    }
}
