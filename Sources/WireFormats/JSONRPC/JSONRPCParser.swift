extension JSONRPCMessage {
    /// Reads a body. Never fails: what is wrong with it is the answer, a `refused` call.
    ///
    /// JSON-RPC 2.0 §5.1: bytes that are no JSON give one -32700 with id null, whatever a batch held
    /// before. A request that is none gives -32600 with id null, even where an id could be read: its
    /// examples have it so. Unknown members are ignored.
    public init(parsing bytes: Span<UInt8>) {
        do {
            self = try JSONReader.document(bytes) { (reader, bytes) throws(JSONError) in
                guard try reader.kind(in: bytes) == .array else {
                    return .single(try reader.readCall(in: bytes))
                }
                return try reader.readBatch(in: bytes)
            }
        } catch {
            self = .single(.refused(.unparsable, replyTo: .null))
        }
    }
}

extension JSONReader {
    fileprivate mutating func readBatch(in bytes: Span<UInt8>) throws(JSONError) -> JSONRPCMessage {
        var calls: [JSONRPCCall] = []
        var isTooLong = false
        try beginArray(in: bytes)
        while try nextElement(in: bytes) {
            if calls.count < JSONRPCMessage.batchMax {
                calls.append(try readCall(in: bytes))
            } else {
                // It is refused, but as what is not yet known: the rest may be no JSON.
                isTooLong = true
                try skipValue(in: bytes)
            }
        }
        if calls.isEmpty || isTooLong { return .single(.refused(.invalidRequest, replyTo: .null)) }
        return .batch(calls)
    }

    /// Reads one call to its end, whatever is wrong with it, so that the next one can be read.
    fileprivate mutating func readCall(in bytes: Span<UInt8>) throws(JSONError) -> JSONRPCCall {
        guard try kind(in: bytes) == .object else {
            try skipValue(in: bytes)
            return .refused(.invalidRequest, replyTo: .null)
        }
        var draft = RequestDraft()
        var names = JSONNames()
        try beginObject(in: bytes)
        while let name = try nextName(in: bytes, seen: &names) {
            switch name {
            case "jsonrpc": draft.version = try readStringOrSkip(in: bytes)
            case "method": draft.method = try readStringOrSkip(in: bytes)
            case "id": try readID(into: &draft, in: bytes)
            case "params": try readParams(into: &draft, in: bytes)
            default: try skipValue(in: bytes)
            }
        }
        return draft.call
    }

    private mutating func readID(
        into draft: inout RequestDraft, in bytes: Span<UInt8>
    ) throws(JSONError) {
        if let id = try readIDOrSkip(in: bytes), id != .null {
            draft.id = id
        } else {
            draft.isInvalid = true
        }
    }

    private mutating func readParams(
        into draft: inout RequestDraft, in bytes: Span<UInt8>
    ) throws(JSONError) {
        switch try kind(in: bytes) {
        case .object, .array: break
        case .string, .number, .boolean, .null:
            draft.isInvalid = true
            return try skipValue(in: bytes)
        }
        var attempt = self
        do {
            switch try attempt.readTree(in: bytes) {
            case .object(let members): draft.params = .named(members)
            case .array(let elements): draft.params = .positional(elements)
            case .null, .boolean, .integer, .number, .string: draft.isInvalid = true
            }
            self = attempt
        } catch {
            if error.isSyntax { throw error }
            // JSON, with a number that cannot be kept exactly: the call's fault, not the body's.
            draft.unusable = error.located(in: bytes)
            try skipValue(in: bytes)
        }
    }
}

extension JSONReader {
    /// Reads a string; over any other value, which gives nil.
    mutating func readStringOrSkip(in bytes: Span<UInt8>) throws(JSONError) -> String? {
        if try kind(in: bytes) == .string { return try readString(in: bytes) }
        try skipValue(in: bytes)
        return nil
    }

    /// Reads an id; over what can be none, which gives nil. JSON-RPC 2.0 §4: a string, a number without
    /// fraction, or null.
    mutating func readIDOrSkip(in bytes: Span<UInt8>) throws(JSONError) -> JSONRPCID? {
        let start = offset
        switch try kind(in: bytes) {
        case .string: return .string(try readString(in: bytes))
        case .null:
            try readNull(in: bytes)
            return .null
        case .number:
            let isWhole = try scanNumber(in: bytes).isWhole
            let text = unsafe bytes.extracting(start..<offset).withUnsafeBufferPointer {
                unsafe String(decoding: $0, as: UTF8.self)
            }
            return isWhole ? .number(text) : nil
        case .object, .array, .boolean:
            try skipValue(in: bytes)
            return nil
        }
    }
}

/// A request of which not all members are known yet.
private struct RequestDraft {
    var version: String?
    var method: String?
    var id: JSONRPCID?
    var params = JSONRPCParams.none
    /// A member is of a type it must not have.
    var isInvalid = false
    /// Why the params cannot be used.
    var unusable: JSONError?

    var call: JSONRPCCall {
        guard !isInvalid, version == "2.0", let method else {
            return .refused(.invalidRequest, replyTo: .null)
        }
        if let unusable {
            let reason = JSON.string("\(unusable.message) at \(unusable.pointer)")
            return .refused(.invalidParams.with(data: reason), replyTo: id)
        }
        return .request(JSONRPCRequest(id: id, method: method, params: params))
    }
}
