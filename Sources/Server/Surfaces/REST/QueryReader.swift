internal import EventCore
internal import WireFormats

/// The parameters of a query, read strictly: what is not declared is an error, and so is saying a thing twice.
struct QueryReader {
    private var values: [(name: String, value: String)] = []
    private var places: [Problem.Place] = []

    /// Most parameters of one query.
    static let parametersMax = 32

    /// Reads `query` (nil = none), whose percent escapes are well formed. Throws 400 for bytes that are no UTF-8;
    /// other faults are gathered for `finish`.
    init(
        _ query: UnsafeBufferPointer<UInt8>?, allowed: [String]
    ) throws(Problem) {
        guard let query, !query.isEmpty else { return }
        for pair in query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            let halves = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try PercentDecoding.text(halves[0], plusIsBlank: true)
            let value =
                halves.count == 2 ? try PercentDecoding.text(halves[1], plusIsBlank: true) : ""
            if !allowed.contains(name) {
                let known = allowed.isEmpty ? "none" : allowed.joined(separator: ", ")
                note(
                    name, .unknown, "There is no such parameter here; the parameters are \(known).")
            } else if values.contains(where: { $0.name == name }) {
                note(name, .duplicate, "It is given twice.")
            } else {
                values.append((name, value))
            }
            guard values.count + places.count <= Self.parametersMax else { break }
        }
    }

    /// The value of `name`, or nil.
    func text(_ name: String) -> String? {
        values.first { $0.name == name }?.value
    }

    /// A whole number written in decimal digits, `fallback` where it is not given.
    mutating func number(_ name: String, in range: ClosedRange<Int>, fallback: Int) -> Int {
        guard let text = text(name) else { return fallback }
        guard let number = decimal(text).flatMap({ Int(exactly: $0) }), range.contains(number)
        else {
            note(
                name, decimal(text) == nil ? .wrongType : .outOfRange,
                "Expected a whole number from \(range.lowerBound) to \(range.upperBound).")
            return fallback
        }
        return number
    }

    /// A place in a list, as `next_cursor` gave it: up to 19 decimal digits.
    mutating func cursor(_ name: String) -> UInt64? {
        guard let text = text(name) else { return nil }
        guard (1...19).contains(text.utf8.count), let number = decimal(text) else {
            note(name, .badFormat, "Expected the next_cursor of the page before.")
            return nil
        }
        return number
    }

    /// One of a few words.
    mutating func choice(_ name: String, of words: [String]) -> String? {
        guard let text = text(name) else { return nil }
        guard words.contains(text) else {
            note(name, .badFormat, "Expected one of \(words.joined(separator: ", ")).")
            return nil
        }
        return text
    }

    /// An event's name.
    mutating func eventName(_ name: String) -> String? {
        guard let text = text(name) else { return nil }
        guard EventName.isValid(text) else {
            note(name, .badFormat, "Expected the name of an event.")
            return nil
        }
        return text
    }

    /// A pattern for names of events.
    mutating func eventGlob(_ name: String) -> EventGlob? {
        guard let text = text(name) else { return nil }
        guard let glob = EventGlob(text) else {
            note(name, .badFormat, "Expected an event's name, in which * and ? may stand.")
            return nil
        }
        return glob
    }

    /// A moment as RFC 3339 writes it, in UTC; milliseconds since 1970.
    mutating func time(_ name: String) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let time = RFC3339.milliseconds(parsing: text.utf8) else {
            note(name, .badFormat, "Expected a time in UTC, like 2026-11-21T09:00:00.000Z.")
            return nil
        }
        return time
    }

    /// A length of time: `500ms` or `2s`; milliseconds.
    mutating func duration(_ name: String, in range: ClosedRange<Int>, fallback: Int) -> Int {
        guard let text = text(name) else { return fallback }
        let isMilliseconds = text.hasSuffix("ms")
        let digits = String(text.dropLast(isMilliseconds ? 2 : 1))
        guard text.hasSuffix("s"), digits.utf8.count <= 9, digits.first != "0",
            let number = decimal(digits)
        else {
            note(name, .badFormat, "Expected a whole number and ms or s, like 500ms.")
            return fallback
        }
        let milliseconds = Int(number) * (isMilliseconds ? 1 : 1_000)
        guard range.contains(milliseconds) else {
            note(
                name, .outOfRange,
                "Expected \(range.lowerBound)ms to \(range.upperBound / 1_000)s.")
            return fallback
        }
        return milliseconds
    }

    /// Notes that a parameter contradicts another one.
    mutating func refuse(_ name: String, _ detail: String) { note(name, .conflict, detail) }

    /// Throws what was found wrong.
    func finish() throws(Problem) {
        if !places.isEmpty { throw Problem(unacceptable: places) }
    }

    private mutating func note(_ name: String, _ fault: CommandError.Fault, _ detail: String) {
        places.append(.init(position: .parameter(name), fault: fault, detail: detail))
    }

    private func decimal(_ text: String) -> UInt64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return UInt64(text)
    }
}

/// Percent escapes (RFC 3986 §2.1) undone.
enum PercentDecoding {
    /// The text of `bytes`, whose escapes the HTTP parser has found well formed. 400 where it is no UTF-8.
    static func text(
        _ bytes: some Collection<UInt8>, plusIsBlank: Bool
    ) throws(Problem) -> String {
        if !bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }),
            let text = String(validating: bytes, as: UTF8.self)
        {
            return text
        }
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index != bytes.endIndex {
            let byte = bytes[index]
            bytes.formIndex(after: &index)
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = hexDigit(&index, of: bytes), let low = hexDigit(&index, of: bytes)
                else {
                    throw Problem(400, "malformed_request", "A % must begin a percent escape.")
                }
                plain.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank:
                plain.append(UInt8(ascii: " "))
            default:
                plain.append(byte)
            }
        }
        guard let text = String(validating: plain, as: UTF8.self) else {
            throw Problem(400, "malformed_request", "The target is not UTF-8 when decoded.")
        }
        return text
    }

    private static func hexDigit<Bytes: Collection<UInt8>>(
        _ index: inout Bytes.Index, of bytes: Bytes
    ) -> UInt8? {
        guard index != bytes.endIndex else { return nil }
        let byte = bytes[index]
        bytes.formIndex(after: &index)
        switch byte {
        case 0x30...0x39: return byte - 0x30
        case 0x41...0x46: return byte - 0x41 + 10
        case 0x61...0x66: return byte - 0x61 + 10
        default: return nil
        }
    }
}
