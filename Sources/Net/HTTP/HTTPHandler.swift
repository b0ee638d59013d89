public import EventCore
public import WireFormats

/// What answers requests: the surfaces of Carillon, or `httpecho`.
public protocol HTTPHandler: Sendable {
    /// Answers one request, on the worker that owns the connection; must not block.
    ///
    /// `request` is valid only during the call. Returns `.ready` when `response` is complete. Returns `.parked`
    /// when the answer has to wait for something: the handler has kept `ticket` and somebody will call
    /// `HTTPTicket.complete` exactly once, from any thread, even before this call returns.
    func respond(
        to request: borrowing HTTPRequest, _ response: inout HTTPResponse, ticket: @autoclosure () -> HTTPTicket
    ) -> HTTPAnswer
}

/// Whether an answer is there or will come later.
public enum HTTPAnswer: Sendable {
    /// `response` is the answer.
    case ready
    /// `HTTPTicket.complete` will bring it; until then the connection's later requests wait, others do not.
    case parked
}
