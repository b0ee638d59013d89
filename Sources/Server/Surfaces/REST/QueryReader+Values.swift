internal import EventCore
internal import WireFormats

/// What the values of a query are read as. What is not as expected there is noted for `finish`.
extension QueryReader {
    /// A whole number written in decimal digits, `fallback` where it is not given.
    mutating func number(_ name: StaticString, in range: ClosedRange<Int>, fallback: Int) -> Int {
        guard let value = read(name, as: Self.decimal) else { return fallback }
        guard let number = value.flatMap({ Int(exactly: $0) }), range.contains(number) else {
            note(
                name, value == nil ? .wrongType : .outOfRange,
                "Expected a whole number from \(range.lowerBound) to \(range.upperBound).")
            return fallback
        }
        return number
    }

    /// A place in a list, as `next_cursor` gave it: up to 19 decimal digits.
    mutating func cursor(_ name: StaticString) -> UInt64? {
        let value = read(name) { $0.count <= 19 ? Self.decimal($0) : nil }
        guard let value else { return nil }
        if value == nil { note(name, .badFormat, "Expected the next_cursor of the page before.") }
        return value
    }

    /// One of a few words; they are asked for only where it is given.
    mutating func choice(_ name: StaticString, of words: @autoclosure () -> [String]) -> String? {
        guard let text = text(name) else { return nil }
        let words = words()
        guard words.contains(text) else {
            note(name, .badFormat, "Expected one of \(words.joined(separator: ", ")).")
            return nil
        }
        return text
    }

    /// An event's name.
    mutating func eventName(_ name: StaticString) -> String? {
        guard let text = text(name) else { return nil }
        guard EventName.isValid(text) else {
            note(name, .badFormat, "Expected the name of an event.")
            return nil
        }
        return text
    }

    /// A pattern for names of events.
    mutating func eventGlob(_ name: StaticString) -> EventGlob? {
        guard let text = text(name) else { return nil }
        guard let glob = EventGlob(text) else {
            note(name, .badFormat, "Expected an event's name, in which * and ? may stand.")
            return nil
        }
        return glob
    }

    /// A moment as RFC 3339 writes it, in UTC; milliseconds since 1970.
    mutating func time(_ name: StaticString) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let time = RFC3339.milliseconds(parsing: text.utf8) else {
            note(name, .badFormat, "Expected a time in UTC, like 2026-11-21T09:00:00.000Z.")
            return nil
        }
        return time
    }

    /// A length of time: `500ms` or `2s`; milliseconds.
    mutating func duration(_ name: StaticString, in range: ClosedRange<Int>, fallback: Int) -> Int {
        guard let value = read(name, as: Self.milliseconds) else { return fallback }
        guard let milliseconds = value else {
            note(name, .badFormat, "Expected a whole number and ms or s, like 500ms.")
            return fallback
        }
        guard range.contains(milliseconds) else {
            note(
                name, .outOfRange,
                "Expected \(range.lowerBound)ms to \(range.upperBound / 1_000)s.")
            return fallback
        }
        return milliseconds
    }

    /// Notes that a parameter contradicts another one.
    mutating func refuse(_ name: StaticString, _ detail: String) { note(name, .conflict, detail) }

    /// `500ms` or `2s` in milliseconds: up to nine digits, of which the first is not 0; nil for anything else.
    private static func milliseconds(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        guard text.last == UInt8(ascii: "s") else { return nil }
        let isMilliseconds = text.dropLast().last == UInt8(ascii: "m")
        let digits = UnsafeBufferPointer(rebasing: text.dropLast(isMilliseconds ? 2 : 1))
        guard digits.count <= 9, digits.first != UInt8(ascii: "0"), let number = decimal(digits)
        else { return nil }
        return Int(number) * (isMilliseconds ? 1 : 1_000)
    }

    /// The number that decimal digits alone write; nil for anything else, and for one of more than 64 bits.
    private static func decimal(_ digits: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard !digits.isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (product, isLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isLarger) = product.addingReportingOverflow(UInt64(byte - 0x30))
            guard !isLarge, !isLarger else { return nil }
            number = sum
        }
        return number
    }
}
