/// What a receiver answered to a call of ours.
public enum JSONRPCReply: Sendable, Equatable {
    /// It was done. The result is at this place of the body: checked to be JSON, otherwise not looked
    /// at.
    case result(Range<Int>)
    /// The receiver says it could not.
    case error(code: Int64, message: String)
    /// The body is no reply to this call; the sentence says what was expected.
    case invalid(String)

    /// Reads a body as the response to the call `id`.
    ///
    /// JSON-RPC 2.0 §5: `jsonrpc` is "2.0", there is `result` or `error` and not both, and the id is
    /// the call's. An error may have the id null instead: then the receiver could not make out ours.
    /// Unknown members are ignored.
    public init(parsing bytes: Span<UInt8>, id: Int64) {
        self.init(parsing: bytes, id: .integer(id))
    }

    /// Reads a body as the response to a call with any kind of id. Strings are compared exactly.
    public init(parsing bytes: Span<UInt8>, id: JSONRPCID) {
        do {
            let draft = try JSONReader.document(bytes) { (reader, bytes) throws(JSONError) in
                try reader.readReply(in: bytes)
            }
            self = draft.reply(to: id)
        } catch {
            self = .invalid("\(error.message) at byte \(error.offset)")
        }
    }
}

extension JSONRPCReply {
    /// Reads a body as the responses to several calls with different ids, in any order (JSON-RPC 2.0 §6): one
    /// reply for each id, in the order of `ids`. A call without a response, and every call where the body
    /// cannot be read, is `.invalid`; one error object instead of the array is everybody's error.
    public static func replies(
        parsing bytes: Span<UInt8>, to ids: [JSONRPCID]
    ) -> [JSONRPCReply] {
        let drafts: [ReplyDraft]
        do {
            drafts = try JSONReader.document(bytes) { (reader, bytes) throws(JSONError) in
                try reader.readReplies(in: bytes)
            }
        } catch {
            let all = JSONRPCReply.invalid("\(error.message) at byte \(error.offset)")
            return ids.map { _ in all }
        }
        if let only = drafts.first, drafts.count == 1, only.hasError, only.id == .null {
            return ids.map { only.reply(to: $0) }
        }
        var byID: [JSONRPCID: ReplyDraft] = [:]
        // Of two responses to one call the first counts.
        for draft in drafts where draft.id.map({ byID[$0] == nil }) == true {
            byID[draft.id ?? .null] = draft
        }
        return ids.map { id in
            byID[id]?.reply(to: id) ?? .invalid("expected a response to each call")
        }
    }
}

extension JSONReader {
    /// The responses of an array, or of the one object there is instead.
    fileprivate mutating func readReplies(
        in bytes: Span<UInt8>
    ) throws(JSONError) -> [ReplyDraft] {
        guard try kind(in: bytes) == .array else { return [try readReply(in: bytes)] }
        var drafts: [ReplyDraft] = []
        try beginArray(in: bytes)
        while try nextElement(in: bytes) { drafts.append(try readReply(in: bytes)) }
        return drafts
    }

    /// Reads a response's members; what they mean is for `ReplyDraft.reply`.
    mutating func readReply(in bytes: Span<UInt8>) throws(JSONError) -> ReplyDraft {
        var draft = ReplyDraft()
        var names = JSONNames()
        try beginObject(in: bytes)
        while let name = try nextName(in: bytes, seen: &names) {
            let start = offset
            switch name {
            case "jsonrpc": draft.version = try readStringOrSkip(in: bytes)
            case "id": draft.id = try readIDOrSkip(in: bytes)
            case "result":
                try skipValue(in: bytes)
                draft.result = start..<offset
            // Not in the specification, but what servers send that speak 1.0 as well: null for none.
            case "error" where try kind(in: bytes) == .null: try readNull(in: bytes)
            case "error":
                draft.hasError = true
                try readReplyError(into: &draft, in: bytes)
            default: try skipValue(in: bytes)
            }
        }
        return draft
    }

    private mutating func readReplyError(
        into draft: inout ReplyDraft, in bytes: Span<UInt8>
    ) throws(JSONError) {
        var names = JSONNames()
        try beginObject(in: bytes)
        while let name = try nextName(in: bytes, seen: &names) {
            switch name {
            case "code": draft.code = try readInteger(in: bytes)
            case "message": draft.message = try readString(in: bytes)
            default: try skipValue(in: bytes)
            }
        }
    }
}

/// A response's members as they were read.
struct ReplyDraft {
    var version: String?
    var id: JSONRPCID?
    var result: Range<Int>?
    var hasError = false
    var code: Int64?
    var message = ""

    func reply(to id: JSONRPCID) -> JSONRPCReply {
        guard version == "2.0" else { return .invalid(#"expected "jsonrpc":"2.0""#) }
        let isOurs = matches(id)
        switch (result, hasError) {
        case (let result?, false) where isOurs: return .result(result)
        case (nil, true) where isOurs || self.id == .null:
            guard let code else { return .invalid("expected the error to have a code") }
            return .error(code: code, message: message)
        case (nil, false), (.some, true): return .invalid("expected either a result or an error")
        default: return .invalid("expected the id of the request")
        }
    }

    /// Whether the reply's id is `id`; `7.0` is 7, for receivers that know only doubles.
    private func matches(_ id: JSONRPCID) -> Bool {
        guard case .number(let sent) = id, case .number(let text) = self.id else {
            return self.id == id
        }
        guard text != sent else { return true }
        guard let number = Int64(sent) else { return false }
        return Double(text)?.wholeNumber == number
    }
}
