/// Responses and calls, with their members in the order OpenSIPS writes them.
extension [UInt8] {
    /// Appends `{"jsonrpc":"2.0","result":…,"id":…}`; `writeResult` appends the result, one JSON value.
    public mutating func appendResponse(
        to id: JSONRPCID, writeResult: (inout [UInt8]) -> Void
    ) {
        append(ascii: #"{"jsonrpc":"2.0","result":"#)
        writeResult(&self)
        appendEnd(id)
    }

    /// Appends `{"jsonrpc":"2.0","result":…,"id":…}`.
    public mutating func appendResponse(to id: JSONRPCID, result: JSON) {
        appendResponse(to: id) { $0.append(tree: result) }
    }

    /// Appends `{"jsonrpc":"2.0","error":{"code":…,"message":…,"data":…},"id":…}`; `data` only where
    /// there is some.
    public mutating func appendResponse(to id: JSONRPCID, error: JSONRPCError) {
        append(ascii: #"{"jsonrpc":"2.0","error":{"code":"#)
        append(decimal: error.code)
        append(ascii: #","message":"#)
        append(jsonString: error.message)
        if let data = error.data {
            append(ascii: #","data":"#)
            append(tree: data)
        }
        append(UInt8(ascii: "}"))
        appendEnd(id)
    }

    /// Appends a batch's responses as an array, each as one of the functions above wrote it. Nothing
    /// for none: JSON-RPC 2.0 §6 wants no empty array.
    public mutating func appendBatch(_ responses: [[UInt8]]) {
        if responses.isEmpty { return }
        append(UInt8(ascii: "["))
        for (index, response) in responses.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            append(contentsOf: response)
        }
        append(UInt8(ascii: "]"))
    }

    /// Appends a call of ours: `{"jsonrpc":"2.0","id":…,"method":…,"params":…}`, a notification without
    /// `id`. `params` is one JSON array or object, see `NotificationFormat.jsonParams`; the member is
    /// missing if it is empty.
    public mutating func appendCall(method: String, params: [UInt8], id: Int64?) {
        append(ascii: #"{"jsonrpc":"2.0","#)
        if let id {
            append(ascii: #""id":"#)
            append(decimal: id)
            append(UInt8(ascii: ","))
        }
        append(ascii: #""method":"#)
        append(jsonString: method)
        if !params.isEmpty {
            append(ascii: #","params":"#)
            append(contentsOf: params)
        }
        append(UInt8(ascii: "}"))
    }

    private mutating func appendEnd(_ id: JSONRPCID) {
        append(ascii: #","id":"#)
        switch id {
        case .null: append(ascii: "null")
        case .number(let text): append(utf8: text)
        case .string(let text): append(jsonString: text)
        }
        append(UInt8(ascii: "}"))
    }
}
