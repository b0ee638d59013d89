/// What one param holds: exactly the scalar types of JSON, integers kept apart from other numbers.
public enum Value: Sendable, Hashable {
    /// Text; any Unicode scalar, U+0000 included (a transport that cannot carry it fails the delivery).
    case string(String)
    /// A number written without fraction and exponent. 64 bits; beyond that parsing is an error.
    case integer(Int64)
    /// Any other number; finite.
    case double(Double)
    /// `true` or `false`.
    case boolean(Bool)
}

/// One value of an occurrence, with its name if the params are named.
public struct Param: Sendable, Hashable {
    /// The name, or nil in a list of bare values.
    public var name: String?
    /// The value.
    public var value: Value

    /// A param; `name` nil for a bare value.
    public init(name: String? = nil, value: Value) {
        self.name = name
        self.value = value
    }
}

/// An occurrence's values in the order given: all named, all bare, or none.
public struct Params: Sendable, Hashable {
    /// The params in order. All have a name or none has.
    public let items: [Param]

    /// No params: the notification then has no `params` member (OpenSIPS).
    public static let none = Params(unchecked: [])

    /// Named params in order. Duplicate names are the surface's to refuse (REST does, the script does not).
    public init(named pairs: [(String, Value)]) {
        items = pairs.map { Param(name: $0.0, value: $0.1) }
    }

    /// Bare values in order.
    public init(values: [Value]) {
        items = values.map { Param(value: $0) }
    }

    /// Items of which the caller knows that all are named or none is.
    public init(unchecked items: [Param]) {
        self.items = items
    }

    /// Whether there are none.
    public var isEmpty: Bool { items.isEmpty }

    /// Whether they are named; false for none.
    public var isNamed: Bool { items.first?.name != nil }
}
