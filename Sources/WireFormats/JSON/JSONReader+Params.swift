public import EventCore

extension JSONReader {
    /// Reads a string, number or boolean. `nestedParam` for an array or object, `nullParam` for null,
    /// `numberOutOfRange` for a number that no 64-bit integer is near to.
    public mutating func readValue(in bytes: Span<UInt8>) throws(JSONError) -> Value {
        switch try kind(in: bytes) {
        case .string: return .string(try readString(in: bytes))
        case .boolean: return .boolean(try readBoolean(in: bytes))
        case .number:
            let start = offset
            switch try readNumber(in: bytes) {
            case .integer(let number): return .integer(number)
            case .double(let number):
                guard paramRange.contains(number) else { throw .paramOutOfRange(at: start) }
                return .double(number)
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

/// The doubles that a param may have: where 64-bit integers are. Beyond, every double is whole: to JSON Schema an integer
/// like any other, and one that does not fit.
let paramRange = -0x1p63..<0x1p63

extension JSONError {
    static func paramOutOfRange(at offset: Int, pointer: String = "") -> JSONError {
        JSONError(
            .numberOutOfRange, offset: offset, "expected a number from -2^63 to 2^63 - 1",
            pointer: pointer)
    }

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
