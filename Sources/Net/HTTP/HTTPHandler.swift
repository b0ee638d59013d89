/// What answers requests: the surfaces of Carillon, or `httpecho`.
public protocol HTTPHandler: Sendable {
    /// Answers one request, on the worker that owns the connection; must not block.
    ///
    /// `request` is valid only during the call. Returns `.ready` when `response` is complete.
    /// Returns `.parked` when the answer has to wait for something: the handler has kept
    /// `request.ticket` and somebody will call `HTTPTicket.complete` exactly once, from any thread,
    /// even before this call returns. Returns `.streaming` for an answer without an end: `response` then holds
    /// its status, Content-Type and fields, and the connection closes after it.
    func respond(to request: borrowing HTTPRequest, _ response: inout HTTPResponse) -> HTTPAnswer

    /// Writes the answer to what the server itself refuses: broken requests, limits, deadlines.
    /// Called on the worker; the status is already set and the connection closes afterwards
    /// whatever is written here.
    ///
    /// The default is an RFC 9457 problem document with the members type, title, status, code and
    /// detail.
    func refuse(_ refusal: HTTPRefusal, _ response: inout HTTPResponse)
}

/// Whether an answer is there or will come later.
public enum HTTPAnswer: Sendable {
    /// `response` is the answer.
    case ready
    /// `HTTPTicket.complete` will bring it; until then the connection's later requests wait, others
    /// do not.
    case parked
    /// The header is in `response`; the stream is asked for the rest, for as long as the client stays.
    case streaming(any HTTPStream)
}

extension HTTPHandler {
    /// An RFC 9457 problem document.
    public func refuse(_ refusal: HTTPRefusal, _ response: inout HTTPResponse) {
        refusal.writeProblem(to: &response)
    }
}
