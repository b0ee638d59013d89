internal import EventCore

/// The parameters of a query, read strictly: what is not declared is an error, and so is saying a thing twice.
///
/// It reads the request's own bytes, so it is valid during the call that answers the request, on its thread. Until a
/// value is asked for as a text nothing is copied, unless it has percent escapes.
struct QueryReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// The names that may be there.
    private let names: [StaticString]
    /// Where in `bytes` the value of each name stands, undecoded; at the places of `names`.
    private var ranges = InlineArray<8, Range<Int>>(repeating: 0..<0)
    /// One bit for each name that was given.
    private var given: UInt8 = 0
    /// The values that are not in `bytes` as they are.
    private var decoded: [(place: Int, text: String)] = []
    private var faults: [Problem.Place] = []

    /// Most parameters of one query.
    static let parametersMax = 32
    /// Most names that one query may declare.
    static let namesMax = 8

    /// Reads `query` (nil = none), whose percent escapes are well formed. Throws 400 for bytes that are no UTF-8;
    /// other faults are gathered for `finish`. `allowed` are ASCII.
    init(
        _ query: UnsafeBufferPointer<UInt8>?, allowed: [StaticString]
    ) throws(Problem) {
        bytes = query ?? UnsafeBufferPointer(start: nil, count: 0)
        names = allowed
        precondition(allowed.count <= Self.namesMax, "one bit and one range for each")
        var start = 0
        while start < bytes.count {
            let end = try readPair(from: start)
            guard given.nonzeroBitCount + faults.count <= Self.parametersMax else { break }
            start = end + 1
        }
    }

    /// The value of `name`, or nil.
    func text(_ name: StaticString) -> String? {
        guard let place = placeGiven(name) else { return nil }
        if let text = decodedText(place) { return text }
        return String(decoding: bytes[ranges[place]], as: UTF8.self)
    }

    /// What `read` makes of the bytes of the value of `name`; nil where it is not given.
    func read<Value>(
        _ name: StaticString, as read: (UnsafeBufferPointer<UInt8>) -> Value
    ) -> Value? {
        guard let place = placeGiven(name) else { return nil }
        if var text = decodedText(place) { return text.withUTF8(read) }
        return read(UnsafeBufferPointer(rebasing: bytes[ranges[place]]))
    }

    /// Notes what is wrong with a parameter.
    mutating func note(_ name: StaticString, _ fault: CommandError.Fault, _ detail: String) {
        note(name.description, fault, detail)
    }

    /// Throws what was found wrong.
    func finish() throws(Problem) {
        if !faults.isEmpty { throw Problem(unacceptable: faults) }
    }

    /// Part of a pair, and whether it is ASCII that means itself.
    private struct Part {
        var range: Range<Int>
        var isPlain = true
    }

    /// Reads the pair `name=value` that begins at `start`, and notes what is wrong with it; without `=` its value is
    /// empty, and no pair at all where the end is there at once. Returns its end.
    private mutating func readPair(from start: Int) throws(Problem) -> Int {
        var name: Part?
        var part = Part(range: start..<start)
        var end = start
        reading: while end < bytes.count {
            switch bytes[end] {
            case UInt8(ascii: "&"): break reading
            case UInt8(ascii: "=") where name == nil:
                part.range = start..<end
                name = part
                part = Part(range: (end + 1)..<(end + 1))
            case UInt8(ascii: "%"), UInt8(ascii: "+"), 0x80...: part.isPlain = false
            default: break
            }
            end += 1
        }
        part.range = part.range.lowerBound..<end
        if let name {
            try take(name, part)
        } else if end > start {
            try take(part, Part(range: end..<end))
        }
        return end
    }

    private mutating func take(_ name: Part, _ value: Part) throws(Problem) {
        let otherName = name.isPlain ? nil : try decode(name)
        let otherValue = value.isPlain ? nil : try decode(value)
        let place = names.firstIndex { known in
            otherName.map { $0.utf8.elementsEqual(known.utf8) }
                ?? UnsafeBufferPointer(rebasing: bytes[name.range]).isExactly(known)
        }
        guard let place, given & 1 << UInt8(place) == 0 else {
            let text = otherName ?? String(decoding: bytes[name.range], as: UTF8.self)
            if place != nil { return note(text, .duplicate, "It is given twice.") }
            let known =
                names.isEmpty ? "none" : names.map(\.description).joined(separator: ", ")
            return note(
                text, .unknown, "There is no such parameter here; the parameters are \(known).")
        }
        given |= 1 << UInt8(place)
        ranges[place] = value.range
        if let otherValue { decoded.append((place, otherValue)) }
    }

    private func decode(_ part: Part) throws(Problem) -> String {
        try PercentDecoding.text(
            UnsafeBufferPointer(rebasing: bytes[part.range]), plusIsBlank: true)
    }

    /// The place of `name`; nil where it is not given.
    private func placeGiven(_ name: StaticString) -> Int? {
        guard given != 0 else { return nil }
        let place = names.firstIndex { $0.utf8.isExactly(name) }
        guard let place, given & 1 << UInt8(place) != 0 else { return nil }
        return place
    }

    private func decodedText(_ place: Int) -> String? {
        decoded.isEmpty ? nil : decoded.first { $0.place == place }?.text
    }

    private mutating func note(_ name: String, _ fault: CommandError.Fault, _ detail: String) {
        faults.append(.init(position: .parameter(name), fault: fault, detail: detail))
    }
}

extension StaticString {
    /// Its bytes.
    fileprivate var utf8: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}
