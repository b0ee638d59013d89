/// Names that many subscriptions share, kept once each: a subscription has only the number. Numbers are never given
/// back, so the names of callers that are gone stay: tens of bytes each.
struct NameTable {
    /// The number of no name.
    static let none: UInt32 = 0
    /// Highest number: what fits beside a time in a subscription's record. Names beyond it are not kept.
    static let numberMax: UInt32 = 0xF_FFFF

    private var names: [String] = [""]
    private var numbers: [String: UInt32] = [:]

    /// The name of a number; nil for none.
    subscript(number: UInt32) -> String? {
        number == Self.none ? nil : names[Int(number)]
    }

    /// The number of `name`, a new one where it is not known; `none` for nil, and where there are too many.
    mutating func number(of name: String?) -> UInt32 {
        guard let name else { return Self.none }
        if let known = numbers[name] { return known }
        guard names.count <= Self.numberMax else { return Self.none }
        let number = UInt32(names.count)
        names.append(name)
        numbers[name] = number
        return number
    }
}
