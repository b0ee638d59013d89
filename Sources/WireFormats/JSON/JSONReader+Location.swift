extension JSONError {
    /// The same error with the pointer to the value at its offset, found by reading the text once more
    /// up to there. So nothing keeps track of names while all goes well. Unchanged if it has a pointer
    /// or the place is no value's start.
    public func located(in bytes: Span<UInt8>) -> JSONError {
        guard pointer.isEmpty, var reader = try? JSONReader(in: bytes) else { return self }
        var error = self
        let path = try? reader.path(to: offset, from: .root, in: bytes)
        error.pointer = path?.text ?? ""
        return error
    }
}

extension JSONReader {
    /// The pointer to the value that begins at `target`, if that is the value here or within it; nil
    /// behind the value.
    fileprivate mutating func path(
        to target: Int, from here: JSONPointer, in bytes: Span<UInt8>
    ) throws(JSONError) -> JSONPointer? {
        if offset == target { return here }
        switch try kind(in: bytes) {
        case .object:
            var names = JSONNames()
            try beginObject(in: bytes)
            while let name = try nextName(in: bytes, seen: &names) {
                if let found = try path(to: target, from: here.child(name), in: bytes) {
                    return found
                }
            }
        case .array:
            var index = 0
            try beginArray(in: bytes)
            while try nextElement(in: bytes) {
                if let found = try path(to: target, from: here.child(index), in: bytes) {
                    return found
                }
                index += 1
            }
        case .string, .number, .boolean, .null: try skipValue(in: bytes)
        }
        return nil
    }
}
