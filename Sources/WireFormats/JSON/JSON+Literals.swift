/// Replies are written in code as they look: `["name": "E_X", "id": 4, "subscribers": .array(list)]`.
extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral,
    ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    /// An object with its members in the order written.
    public init(dictionaryLiteral members: (String, JSON)...) { self = .object(members) }

    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// A string.
    public init(stringLiteral text: String) { self = .string(text) }

    /// An integer.
    public init(integerLiteral number: Int64) { self = .integer(number) }

    /// A number with a fraction.
    public init(floatLiteral number: Double) { self = .number(number) }

    /// `true` or `false`.
    public init(booleanLiteral flag: Bool) { self = .boolean(flag) }

    /// `null`.
    public init(nilLiteral: ()) { self = .null }
}
