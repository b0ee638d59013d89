internal import EventCore
internal import Net
internal import WireFormats

/// `POST /mi`.
extension REST {
    /// 200 with the response or responses, 204 where there was nothing to answer.
    ///
    /// OpenSIPS answers everything with 200. What is no JSON at all is 400 here, by the one rule for 400.
    @Sendable static func callMI(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        try request.checkMediaType()
        let ticket = request.ticket
        // An answer that comes later says itself who may read it.
        let marks = rest.marks(of: request, by: caller)
        let message = JSONRPCMessage(parsing: request.body.span)
        if case .single(.refused(.unparsable, _)) = message { response.status = 400 }
        let text = rest.mi.answer(
            message, by: caller, at: request.received
        ) { text in
            ticket.complete { response in
                marks.add(to: &response)
                write(text, to: &response)
            }
        }
        guard let text else { return .parked }
        write(text, to: &response)
        return .ready
    }

    private static func write(_ text: [UInt8], to response: inout HTTPResponse) {
        if text.isEmpty {
            response.status = 204
        } else {
            response.contentType = "application/json"
            response.body.append(contentsOf: text)
        }
    }
}
