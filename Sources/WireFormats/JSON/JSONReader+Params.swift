public import EventCore

extension JSONReader {
    /// Reads a string, number or boolean. `nestedParam` for an array or object, `nullParam` for null.
    public mutating func readValue(in bytes: Span<UInt8>) throws(JSONError) -> Value {
        switch try kind(in: bytes) {
        case .string: return .string(try readString(in: bytes))
        case .boolean: return .boolean(try readBoolean(in: bytes))
        case .number:
            switch try readNumber(in: bytes) {
            case .integer(let number): return .integer(number)
            case .double(let number): return .double(number)
            }
        case .object, .array: throw .nestedParam(at: offset)
        case .null: throw .nullParam(at: offset)
        }
    }

    /// Reads an occurrence's params in the order given: an object gives named ones, an array bare
    /// values, `{}` and `[]` give none. `wrongType` for anything else.
    public mutating func readParams(in bytes: Span<UInt8>) throws(JSONError) -> Params {
        switch try kind(in: bytes) {
        case .object: return Params(unchecked: try readNamed(in: bytes))
        case .array: return Params(unchecked: try readBare(in: bytes))
        case .string, .number, .boolean, .null: throw wrongType("an object or an array of params")
        }
    }

    private mutating func readNamed(in bytes: Span<UInt8>) throws(JSONError) -> [Param] {
        var items: [Param] = []
        items.reserveCapacity(likelyParams)
        var names = JSONNames()
        try beginObject(in: bytes)
        while let name = try nextName(in: bytes, seen: &names) {
            items.append(Param(name: name, value: try readValue(in: bytes)))
        }
        return items
    }

    private mutating func readBare(in bytes: Span<UInt8>) throws(JSONError) -> [Param] {
        var items: [Param] = []
        items.reserveCapacity(likelyParams)
        try beginArray(in: bytes)
        while try nextElement(in: bytes) { items.append(Param(value: try readValue(in: bytes))) }
        return items
    }
}

/// Room made beforehand, so that the params of nearly every event need memory once.
private let likelyParams = 8

extension JSONError {
    static func nestedParam(at offset: Int, pointer: String = "") -> JSONError {
        JSONError(
            .nestedParam, offset: offset,
            "expected a string, a number, true or false, not an array or an object",
            pointer: pointer)
    }

    static func nullParam(at offset: Int, pointer: String = "") -> JSONError {
        JSONError(
            .nullParam, offset: offset, "expected a string, a number, true or false, not null",
            pointer: pointer)
    }
}
