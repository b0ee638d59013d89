/// One call as JSON-RPC 2.0 §4 has it: a request, or a notification if it has no id.
public struct JSONRPCRequest: Sendable {
    /// What the response must carry; nil for a notification, which is never answered, errors included.
    public var id: JSONRPCID?
    /// The method's name, as given.
    public var method: String
    /// The arguments.
    public var params: JSONRPCParams

    /// A request; `id` nil makes it a notification.
    public init(id: JSONRPCID?, method: String, params: JSONRPCParams = .none) {
        self.id = id
        self.method = method
        self.params = params
    }

    /// Whether no response must be sent.
    public var isNotification: Bool { id == nil }
}

/// The arguments of a call.
public enum JSONRPCParams: Sendable, Equatable {
    /// The member `params` is missing.
    case none
    /// An array.
    case positional([JSON])
    /// An object; names differ.
    case named([(String, JSON)])

    /// Whether both are written the same.
    public static func == (one: JSONRPCParams, other: JSONRPCParams) -> Bool {
        switch (one, other) {
        case (.none, .none): true
        case (.positional(let one), .positional(let other)): one == other
        case (.named(let one), .named(let other)): JSON.object(one) == JSON.object(other)
        default: false
        }
    }
}

/// The id of a request, to be given back as it came.
public enum JSONRPCID: Sendable, Hashable {
    /// Only in responses: the request's id could not be found out (JSON-RPC 2.0 §5).
    case null
    /// A whole number, as its text: of any length, never rounded, `1.0` stays `1.0`.
    case number(String)
    /// A string.
    case string(String)

    /// The id of a call of ours.
    public static func integer(_ number: Int64) -> JSONRPCID { .number(String(number)) }
}

/// What a body holds: one call, or several in a batch. Each may have been refused already.
public enum JSONRPCMessage: Sendable {
    /// One call; its response is an object.
    case single(JSONRPCCall)
    /// 1 to `batchMax` calls; their responses are an array, in any order, without those of
    /// notifications.
    case batch([JSONRPCCall])

    /// Most calls in one batch. One more, and the batch is refused as a whole with -32600 and id null.
    public static let batchMax = 64
}

/// One call of a message: to be run, or refused by the protocol.
public enum JSONRPCCall: Sendable {
    /// A call that keeps the protocol.
    case request(JSONRPCRequest)
    /// One that does not. The error is the answer to `replyTo`; nil: it was a notification, and nobody
    /// is told.
    case refused(JSONRPCError, replyTo: JSONRPCID?)
}
