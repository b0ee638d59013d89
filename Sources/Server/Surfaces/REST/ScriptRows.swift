internal import EventCore
internal import Net
internal import WireFormats

/// `/routes`.
extension REST {
    @Sendable static func listRoutes(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        return try rest.run(
            .listRoutes, by: caller, for: request, &response, position: { .parameter($0) }
        ) { reply, response in
            guard case .routes(let routes) = reply else {
                preconditionFailure("a listing answers with a listing")
            }
            response.contentType = "application/json"
            response.addField("Cache-Control", "no-store")
            Representation.write(routes, to: &response.body)
        }
    }

    @Sendable static func runRoute(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        var command = RunRouteCommand(name: try argument.text())
        if !request.body.isEmpty {
            var members = MemberReader(try request.json())
            command.kind = members.choice("kind", of: RouteView.kinds)
            command.variables = members.scalars("variables")
            command.params = members.params("params")
            command.message = members.optionalText("sip")
            command.source = (
                members.optionalText("source_ip"),
                members.wholeNumber("source_port", in: 1...65_535)
            )
            try members.finish()
        }
        return try rest.run(
            .runRoute(command), by: caller, for: request, &response, position: ofRun,
            render: renderRun)
    }

    @Sendable private static func renderRun(_ reply: CommandReply, _ response: inout HTTPResponse) {
        guard case .routeRun(let run) = reply else {
            preconditionFailure("running a route answers with what it did")
        }
        response.contentType = "application/json"
        Representation.write(run, to: &response.body)
    }

    @Sendable private static func ofRun(_ parameter: String) -> Problem.Place.Where {
        parameter == "name" ? .parameter("name") : .body("/" + parameter)
    }
}

extension Representation {
    /// The routes of a script.
    static func write(_ routes: [RouteView], to body: inout [UInt8]) {
        body.append(ascii: #"{"routes":["#)
        writeList(routes, to: &body) { route, body in
            body.append(ascii: #"{"kind":"#)
            body.append(jsonString: route.kind)
            body.append(ascii: #","name":"#)
            body.append(jsonString: route.name)
            if let seconds = route.seconds {
                body.append(ascii: #","seconds":"#)
                body.append(decimal: seconds)
            }
            body.append(ascii: #","position":"#)
            body.append(jsonString: route.position)
            body.append(ascii: #","runs":"#)
            body.append(decimal: route.runs)
            body.append(ascii: #","aborted":"#)
            body.append(decimal: route.aborted)
            body.append(ascii: "}")
        }
        body.append(ascii: "]}")
    }

    /// What a run did.
    static func write(_ run: RouteRunView, to body: inout [UInt8]) {
        body.append(ascii: #"{"kind":"#)
        body.append(jsonString: run.kind)
        body.append(ascii: #","name":"#)
        body.append(jsonString: run.name)
        switch run.end {
        case .finished(let end, let code):
            body.append(ascii: #","outcome":"finished","end":"#)
            body.append(jsonString: end)
            body.append(ascii: #","return_code":"#)
            body.append(decimal: code)
        case .aborted(let reason, let message):
            body.append(ascii: #","outcome":"aborted","reason":"#)
            body.append(jsonString: reason)
            body.append(ascii: #","message":"#)
            body.append(jsonString: message)
        }
        body.append(ascii: #","steps":"#)
        body.append(decimal: run.steps)
        body.append(ascii: #","logged":["#)
        writeList(run.lines, to: &body) { line, body in
            body.append(ascii: #"{"level":"#)
            body.append(jsonString: line.level)
            body.append(ascii: #","text":"#)
            body.append(jsonString: line.text)
            body.append(ascii: "}")
        }
        body.append(ascii: #"],"raised":["#)
        writeList(run.raised, to: &body, write)
        body.append(ascii: #"],"subscribed":["#)
        writeList(run.subscribed, to: &body) { subscribed, body in
            body.append(ascii: #"{"event":"#)
            body.append(jsonString: subscribed.event)
            body.append(ascii: #","socket":"#)
            body.append(jsonString: subscribed.socket)
            if let expire = subscribed.expire {
                body.append(ascii: #","expire":"#)
                body.append(decimal: expire)
            }
            body.append(ascii: #","permanent":"#)
            body.append(json: subscribed.expire == nil)
            body.append(ascii: "}")
        }
        body.append(ascii: "]}")
    }
}
