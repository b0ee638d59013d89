internal import EventCore
internal import Net
internal import WireFormats

/// `X-Request-Id` and `traceparent` of requests.
enum RequestID {
    /// The id that the client sent, where it is one; nil else. Nothing is copied.
    static func sent(in request: borrowing HTTPRequest) -> UnsafeBufferPointer<UInt8>? {
        guard let id = request.field("X-Request-Id"), Trace.isRequestID(id) else { return nil }
        return id
    }

    /// What the client sent; nil where that is nothing, and `makesID` false. Else an id of our own, so that a change is
    /// found again in the audit.
    /// `sent` is what `sent(in:)` said.
    static func trace(
        of request: borrowing HTTPRequest, sent: UnsafeBufferPointer<UInt8>?, makesID: Bool
    ) -> Trace? {
        let parent = request.field("traceparent")
        let id = sent.map { String(decoding: $0, as: UTF8.self) }
        guard id != nil || parent != nil || makesID else { return nil }
        let trace = Trace(
            requestID: id ?? (makesID ? made() : nil),
            parent: parent.map { String(decoding: $0, as: UTF8.self) })
        return trace.requestID == nil && trace.parent == nil ? nil : trace
    }

    /// A new one: 16 random hexadecimal digits.
    static func made() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// What every answer to a request says, also one that comes later.
struct AnswerMarks: Sendable {
    let grant: CrossOriginGrant
    let requestID: String?

    /// Says so in an answer that comes later.
    func add(to response: inout HTTPResponse) {
        grant.add(to: &response)
        if let requestID { response.addField("X-Request-Id", requestID) }
    }
}

extension REST {
    /// What an answer that comes later has to say.
    func marks(of request: borrowing HTTPRequest, by caller: Caller) -> AnswerMarks {
        AnswerMarks(
            grant: rules.current.browsers.grant(for: request),
            requestID: caller.trace?.requestID
                ?? RequestID.sent(in: request).map { String(decoding: $0, as: UTF8.self) })
    }
}
