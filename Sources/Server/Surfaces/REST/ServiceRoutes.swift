internal import EventCore
internal import Net
internal import WireFormats

/// Health and the contract.
extension REST {
    @Sendable static func getContract(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        response.contentType = "application/yaml"
        Contract.append(to: &response.body)
        return .ready
    }

    @Sendable static func getLiveness(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        if let reason = rest.readiness.whyDead() { throw unavailable(reason) }
        writeHealth(to: &response)
        return .ready
    }

    @Sendable static func getReadiness(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        if let reason = rest.readiness.whyNot() { throw unavailable(reason) }
        writeHealth(to: &response)
        return .ready
    }

    private static func unavailable(_ reason: String) -> Problem {
        var problem = Problem(503, "unavailable", reason)
        problem.retryAfterSeconds = 1
        return problem
    }

    private static func writeHealth(to response: inout HTTPResponse) {
        response.contentType = "application/json"
        response.addField("Cache-Control", "no-store")
        response.append(#"{"status":"ok"}"#)
    }
}
