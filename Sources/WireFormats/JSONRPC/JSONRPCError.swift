/// The member `error` of a response (JSON-RPC 2.0 §5.1).
public struct JSONRPCError: Error, Sendable, Equatable {
    /// What kind of fault it is; the standard ones are below, OpenSIPS adds codes like those of SIP
    /// (404, 480).
    public var code: Int64
    /// A short sentence.
    public var message: String
    /// Details; the member is missing without.
    public var data: JSON?

    /// An error.
    public init(code: Int64, message: String, data: JSON? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    /// The body is no JSON as we take it.
    public static let unparsable = JSONRPCError(code: -32700, message: "Parse error")
    /// It is JSON, and no request.
    public static let invalidRequest = JSONRPCError(code: -32600, message: "Invalid Request")
    /// No command has this name.
    public static let methodNotFound = JSONRPCError(code: -32601, message: "Method not found")
    /// The command takes other arguments.
    public static let invalidParams = JSONRPCError(code: -32602, message: "Invalid params")
    /// The service is at fault.
    public static let internalFault = JSONRPCError(code: -32603, message: "Internal error")

    /// The same error with details.
    public func with(data: JSON) -> JSONRPCError {
        JSONRPCError(code: code, message: message, data: data)
    }
}
