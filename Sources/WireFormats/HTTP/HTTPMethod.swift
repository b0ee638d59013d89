/// What a request asks to be done (RFC 9110 §9). Methods are case-sensitive: `get` is `other`.
public enum HTTPMethod: UInt8, Sendable, Equatable {
    case get, head, post, put, patch, delete, options, trace
    /// Never reaches a handler: the server answers 501 itself.
    case connect
    /// Any other token, QUERY among them.
    case other
}

/// The versions spoken here; every other one is refused with 505 or 400.
public enum HTTPVersion: UInt8, Sendable, Equatable {
    /// HTTP/1.0: the connection ends with the answer unless the client asked for `keep-alive`.
    case http10
    /// HTTP/1.1: the connection persists unless one side says `close`.
    case http11
}
