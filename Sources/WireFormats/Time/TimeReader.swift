/// Instants that were written as text.
public enum RFC3339 {
    /// Milliseconds since 1970 of `2026-11-21T03:43:52.123Z` or `…+01:00` (RFC 3339 §5.6); nil for
    /// anything else. What is less than a millisecond is cut off; a leap second is the first second
    /// after it.
    public static func milliseconds(parsing text: some Sequence<UInt8>) -> Int64? {
        var reader = FieldReader(rest: ArraySlice(Array(text)))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
            reader.take("-"), let day = reader.number(2),
            reader.take("T") || reader.take("t") || reader.take(" "),
            let date = CivilDate(year: year, month: month, day: day),
            let hour = reader.number(2), hour < 24, reader.take(":"),
            let minute = reader.number(2), minute < 60, reader.take(":"),
            let second = reader.number(2), second <= 60,
            let fraction = reader.fraction(), let offset = reader.offset(), reader.rest.isEmpty
        else { return nil }
        let minutes = date.daysSince1970 * 1_440 + hour * 60 + minute - offset
        return Int64((minutes * 60 + second) * 1_000 + fraction)
    }
}

/// Takes fields of fixed widths off a text.
private struct FieldReader {
    var rest: ArraySlice<UInt8>

    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(_ digits: Int) -> Int? {
        let field = rest.prefix(digits)
        guard field.count == digits, let number = field.decimal(atMost: 9_999) else { return nil }
        rest = rest.dropFirst(digits)
        return number
    }

    /// `.123456`, as milliseconds; 0 where there is none, nil where a point has no digits.
    mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        let digits = rest.prefix { $0.isDigit }
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        return (0..<3).reduce(0) { value, place in
            let digit = place < digits.count ? Int(digits[digits.startIndex + place] - 0x30) : 0
            return value * 10 + digit
        }
    }

    /// `Z` or `+01:00`, as minutes.
    mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isNegative = rest.first == UInt8(ascii: "-")
        guard isNegative || rest.first == UInt8(ascii: "+") else { return nil }
        rest.removeFirst()
        guard let hours = number(2), hours < 24, take(":"), let minutes = number(2), minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 60 + minutes)
    }
}
