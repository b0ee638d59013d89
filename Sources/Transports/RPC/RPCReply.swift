internal import WireFormats

/// Reads what a receiver answered to a request.
enum RPCReply {
    /// Whether `body` is a JSON-RPC 2.0 response with a `result` and this `id`, a string.
    static func isResult(_ body: [UInt8], id: [UInt8]) -> Bool {
        let reply = JSONRPCReply(
            parsing: body.span, id: .string(String(decoding: id, as: UTF8.self)))
        if case .result = reply { return true }
        return false
    }
}
