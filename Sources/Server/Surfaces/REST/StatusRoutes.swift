internal import EventCore
internal import Net
internal import WireFormats

/// `/status`.
extension REST {
    @Sendable static func getStatus(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        // Checked by a command that takes the same role: how the parts are is nothing that the core knows.
        _ = try rest.coreMetrics(for: caller, at: request.received)
        let parts = rest.status.read(at: request.received.wall)
        let isUp = rest.readiness.isRunning && rest.readiness.whyDead() == nil
        response.contentType = "application/json"
        response.addField("Cache-Control", "no-store")
        Representation.write(
            parts, state: isUp ? StatusBoard.overall(parts) : .down, started: rest.interface.epoch,
            now: request.received.wall, to: &response.body)
        return .ready
    }
}

extension Representation {
    /// How the service is and how each of its parts is.
    fileprivate static func write(
        _ parts: [PartStatus], state: PartState, started: Int64, now: Int64,
        to body: inout [UInt8]
    ) {
        body.append(ascii: #"{"state":"#)
        body.append(jsonString: state.rawValue)
        body.append(ascii: #","version":"#)
        body.append(jsonString: Carillon.version)
        body.append(ascii: #","started":""#)
        body.append(rfc3339: started)
        body.append(ascii: #"","uptime_seconds":"#)
        body.append(decimal: max(0, (now - started) / 1_000))
        body.append(ascii: #","parts":["#)
        writeList(parts, to: &body) { part, body in
            body.append(ascii: #"{"name":"#)
            body.append(jsonString: part.condition.name)
            body.append(ascii: #","state":"#)
            body.append(jsonString: part.condition.state.rawValue)
            body.append(ascii: #","since":""#)
            body.append(rfc3339: part.since)
            body.append(ascii: "\"")
            if let reason = part.condition.reason {
                body.append(ascii: #","reason":"#)
                body.append(jsonString: reason)
            }
            body.append(ascii: "}")
        }
        body.append(ascii: "]}")
    }
}
