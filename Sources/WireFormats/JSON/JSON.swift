public import EventCore

/// A JSON value as a tree, members in order. For what is not read piece by piece: commands and their
/// replies.
public enum JSON: Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case boolean(Bool)
    /// A number without fraction and exponent.
    case integer(Int64)
    /// Any other number; finite.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object; the names of one that was read differ.
    case object([(String, JSON)])

    /// Reads a whole document, as strict as `JSONReader`; integers beyond 64 bits are refused, never
    /// rounded.
    public init(parsing bytes: Span<UInt8>) throws(JSONError) {
        self = try JSONReader.document(bytes) { (reader, bytes) throws(JSONError) in
            try reader.readTree(in: bytes)
        }
    }

    /// A param's value.
    public init(_ value: EventCore.Value) {
        switch value {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .number(number)
        case .boolean(let flag): self = .boolean(flag)
        }
    }

    /// The value of the member `name`; nil if there is none, or this is no object.
    public subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.0.utf8.elementsEqual(name.utf8) }?.1
    }

    /// The string, if it is one.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The boolean, if it is one.
    public var booleanValue: Bool? {
        if case .boolean(let flag) = self { flag } else { nil }
    }

    /// The whole number, if it is one. `3600.0` and `36e2` are, as JSON Schema has it, up to 2^53.
    public var integerValue: Int64? {
        switch self {
        case .integer(let number): number
        case .number(let number): number.wholeNumber
        case .null, .boolean, .string, .array, .object: nil
        }
    }

    /// An occurrence's params: an object gives named ones, an array bare values, `{}` and `[]` give
    /// none.
    ///
    /// `nestedParam`, `nullParam` and `wrongType` as `JSONReader.readParams`; the error's pointer
    /// begins with `pointer`, its offset is 0.
    public func params(at pointer: JSONPointer) throws(JSONError) -> Params {
        var items: [Param] = []
        switch self {
        case .object(let members):
            for (name, value) in members {
                items.append(Param(name: name, value: try value.value(at: pointer.child(name))))
            }
        case .array(let elements):
            for (index, value) in elements.enumerated() {
                items.append(Param(value: try value.value(at: pointer.child(index))))
            }
        case .null, .boolean, .integer, .number, .string:
            throw JSONError(
                .wrongType, offset: 0, "expected an object or an array of params",
                pointer: pointer.text)
        }
        return Params(unchecked: items)
    }

    private func value(at pointer: JSONPointer) throws(JSONError) -> EventCore.Value {
        switch self {
        case .string(let text): return .string(text)
        case .integer(let number): return .integer(number)
        case .number(let number):
            guard paramRange.contains(number) else {
                throw .paramOutOfRange(at: 0, pointer: pointer.text)
            }
            return .double(number)
        case .boolean(let flag): return .boolean(flag)
        case .null: throw .nullParam(at: 0, pointer: pointer.text)
        case .array, .object: throw .nestedParam(at: 0, pointer: pointer.text)
        }
    }
}

extension JSON: Equatable {
    /// Whether both are written the same: members in the same order, names and strings equal byte for
    /// byte, `1` and `1.0` different, `0.0` and `-0.0` different.
    public static func == (one: JSON, other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.boolean(let one), .boolean(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.number(let one), .number(let other)): one.bitPattern == other.bitPattern
        case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)):
            one.elementsEqual(other) { $0.0.utf8.elementsEqual($1.0.utf8) && $0.1 == $1.1 }
        default: false
        }
    }
}

extension JSONReader {
    /// Reads one value of any kind as a tree.
    public mutating func readTree(in bytes: Span<UInt8>) throws(JSONError) -> JSON {
        switch try kind(in: bytes) {
        case .null:
            try readNull(in: bytes)
            return .null
        case .boolean: return .boolean(try readBoolean(in: bytes))
        case .string: return .string(try readString(in: bytes))
        case .number:
            switch try readNumber(in: bytes) {
            case .integer(let number): return .integer(number)
            case .double(let number): return .number(number)
            }
        case .array:
            var elements: [JSON] = []
            try beginArray(in: bytes)
            while try nextElement(in: bytes) { elements.append(try readTree(in: bytes)) }
            return .array(elements)
        case .object:
            var members: [(String, JSON)] = []
            var names = JSONNames()
            try beginObject(in: bytes)
            while let name = try nextName(in: bytes, seen: &names) {
                members.append((name, try readTree(in: bytes)))
            }
            return .object(members)
        }
    }
}

extension [UInt8] {
    /// Appends a tree as compact JSON, members in order.
    public mutating func append(tree: JSON) {
        switch tree {
        case .null: append(ascii: "null")
        case .boolean(let flag): append(json: flag)
        case .integer(let number): append(decimal: number)
        case .number(let number): append(json: number)
        case .string(let text): append(jsonString: text)
        case .array(let elements):
            append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                append(tree: element)
            }
            append(UInt8(ascii: "]"))
        case .object(let members):
            append(UInt8(ascii: "{"))
            for (index, (name, value)) in members.enumerated() {
                if index > 0 { append(UInt8(ascii: ",")) }
                append(jsonString: name)
                append(UInt8(ascii: ":"))
                append(tree: value)
            }
            append(UInt8(ascii: "}"))
        }
    }
}
