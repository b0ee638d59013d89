internal import EventCore
internal import Net
internal import WireFormats

/// `/metrics`.
extension REST {
    @Sendable static func getMetrics(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        var query = try request.strictQuery(["subscriptions"])
        let wantsSubscriptions = query.choice("subscriptions", of: ["true", "false"]) == "true"
        try query.finish()
        let core = try rest.coreMetrics(for: caller, at: request.received)
        let ticket = request.ticket
        let marks = rest.marks(of: request, by: caller)
        let series = SubscriptionSeries(interface: rest.interface, caller: caller)
        let isTaken = rest.metrics.write(
            first: { CoreSection.write(core, version: Carillon.version, to: &$0) },
            last: { if wantsSubscriptions { series.write(to: &$0) } }
        ) { bytes in
            ticket.complete { response in
                marks.add(to: &response)
                response.contentType = MetricsText.contentType
                response.addField("Cache-Control", "no-store")
                response.body = bytes
            }
        }
        guard isTaken else {
            var problem = Problem(
                503, "unavailable",
                "\(MetricsBook.waitingMax) requests for the metrics wait already.")
            problem.retryAfterSeconds = 1
            throw problem
        }
        return .parked
    }

    func coreMetrics(for caller: Caller, at now: Moment) throws(Problem) -> CoreMetrics {
        do throws(CommandError) {
            let outcome = try Commands.run(
                .metrics(MetricsCommand()), by: caller, on: interface, at: now
            ) { { _ in } }
            guard case .done(.metrics(let metrics)) = outcome else {
                preconditionFailure("the metrics are there at once")
            }
            return metrics
        } catch {
            throw Problem(error, position: Self.inBody)
        }
    }
}
