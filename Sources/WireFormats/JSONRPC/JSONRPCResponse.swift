/// A response that came on a stream, where only its id says which call it answers.
public struct JSONRPCResponse: Sendable, Equatable {
    /// The id it carries; nil without any, or with one that no call of ours has.
    public let id: JSONRPCID?
    /// What it says to the call with that id.
    public let reply: JSONRPCReply

    /// The id as a whole number, which all ids of ours are; `7.0` is 7, for receivers that know
    /// only doubles.
    public var number: Int64? {
        guard case .number(let text) = id else { return nil }
        return Int64(text) ?? Double(text)?.wholeNumber
    }

    /// Reads one message: a response, or the responses of a batch, in any order.
    public static func all(in message: Span<UInt8>) throws(JSONError) -> [JSONRPCResponse] {
        try JSONReader.document(message) { (reader, message) throws(JSONError) in
            guard try reader.kind(in: message) == .array else {
                return [JSONRPCResponse(try reader.readReply(in: message))]
            }
            var responses: [JSONRPCResponse] = []
            try reader.beginArray(in: message)
            while try reader.nextElement(in: message) {
                responses.append(JSONRPCResponse(try reader.readReply(in: message)))
            }
            return responses
        }
    }

    private init(_ draft: ReplyDraft) {
        id = draft.id
        reply = draft.reply(to: draft.id ?? .null)
    }
}
