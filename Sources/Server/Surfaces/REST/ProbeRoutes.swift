internal import EventCore
internal import Net
internal import WireFormats

/// `/subscriptions/{id}/test`.
extension REST {
    @Sendable static func testSubscription(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        var query = try request.strictQuery(["timeout"])
        let timeout = query.duration(
            "timeout", in: ProbeCommand.timeoutRange,
            fallback: ProbeCommand.timeoutMillisecondsDefault)
        try query.finish()
        let command = ProbeCommand(
            id: try subscriptionID(argument), timeoutMilliseconds: timeout)
        if !request.body.isEmpty {
            var members = MemberReader(try request.json())
            try members.finish()
        }
        return try rest.run(
            .probe(command), by: caller, for: request, &response, position: { .parameter($0) }
        ) { reply, response in
            guard case .probed(let view) = reply else {
                preconditionFailure("a test answers with what it found")
            }
            response.contentType = "application/json"
            response.addField("Cache-Control", "no-store")
            Representation.write(view, to: &response.body)
        }
    }
}

extension Representation {
    /// What a test found. Members in the order of openapi.yaml.
    static func write(_ view: ProbeView, to body: inout [UInt8]) {
        body.append(ascii: #"{"subscription":""#)
        body.append(decimal: view.subscription)
        body.append(ascii: #"","event":"#)
        body.append(jsonString: view.event)
        body.append(ascii: #","socket":"#)
        body.append(jsonString: view.socket)
        body.append(ascii: #","transport":"#)
        body.append(jsonString: view.transport)
        body.append(ascii: #","verdict":"#)
        body.append(jsonString: view.finding.verdict.rawValue)
        body.append(ascii: #","code":"#)
        body.append(jsonString: view.finding.code)
        body.append(ascii: #","message":"#)
        body.append(jsonString: view.finding.message)
        if let remedy = view.finding.remedy {
            body.append(ascii: #","remedy":"#)
            body.append(jsonString: remedy)
        }
        body.append(ascii: #","milliseconds":"#)
        body.append(json: Double(view.microseconds) / 1_000)
        if let attempt = view.attempt {
            body.append(ascii: #","attempt":"#)
            write(attempt, to: &body)
        }
        if !view.members.isEmpty {
            body.append(ascii: #","tests":["#)
            writeList(view.members, to: &body, write)
            body.append(ascii: "]")
        }
        body.append(ascii: "}")
    }
}
