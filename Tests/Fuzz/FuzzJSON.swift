import WireFormats

/// Any bytes: read as a tree, as params and as JSON-RPC; what was read must be written and read back equal.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    _ = JSONRPCMessage(parsing: bytes.span)
    _ = JSONRPCReply(parsing: bytes.span, id: 1)
    _ = try? JSONReader.document(bytes.span) { (reader, bytes) throws(JSONError) in
        try reader.readParams(in: bytes)
    }
    guard let tree = try? JSON(parsing: bytes.span) else { return 0 }
    var written: [UInt8] = []
    written.append(tree: tree)
    precondition((try? JSON(parsing: written.span)) == tree, "read back different")
    return 0
}
