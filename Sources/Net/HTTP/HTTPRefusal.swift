public import WireFormats

/// Why the server itself answers a request, and closes: the handler never sees such a request.
public struct HTTPRefusal: Sendable {
    /// 400 to 505.
    public let status: Int
    /// The stable word for machines: `bad_chunk`.
    public let code: StaticString
    /// The sentence for people: what was expected. Printable ASCII without `"` and `\`.
    public let detail: StaticString

    /// A refusal of the server's own.
    public init(status: Int, code: StaticString, detail: StaticString) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// What the parser found.
    public init(_ error: HTTPParseError) {
        self.init(status: error.status, code: error.code, detail: error.detail)
    }

    /// Fills in the status, the content type and the document:
    /// `{"type":"about:blank","title":"Bad Request","status":400,"code":"…","detail":"…"}`.
    public func writeProblem(to response: inout HTTPResponse) {
        response.status = status
        response.contentType = "application/problem+json"
        response.append(#"{"type":"about:blank","title":""#)
        response.append(HTTPStatus.reason(status))
        response.append(#"","status":"#)
        response.append(String(status))
        response.append(#","code":""#)
        response.append(code)
        response.append(#"","detail":""#)
        response.append(detail)
        response.append(#""}"#)
    }
}
