/// One field line: `field-name ":" OWS field-value OWS` (RFC 9112 §5). Headers and trailers are
/// made of them.
enum HTTPFieldLine {
    /// Takes apart the line in `start ..< end`, which is not empty and holds no control character
    /// but tabs.
    static func parse(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(HTTPParseError)
        -> HTTPField
    {
        // RFC 9112 §5.2 and §2.2: white space at the start folds a line, or follows the request
        // line; both refused.
        guard bytes[start] != UInt8(ascii: " "), bytes[start] != UInt8(ascii: "\t") else {
            throw .foldedField
        }
        let colon = ByteSet.token.end(bytes, from: start, to: end)
        // §5.1: no white space between the name and the colon.
        guard colon > start, colon < end, bytes[colon] == UInt8(ascii: ":") else { throw .badField }
        var first = colon &+ 1
        while first < end, isSpace(bytes[first]) { first &+= 1 }
        var last = end
        while last > first, isSpace(bytes[last &- 1]) { last &-= 1 }
        return HTTPField(name: HTTPRange(start, colon), value: HTTPRange(first, last))
    }

    /// Whether a range holds this ASCII text, letters in any case. `text` has lower-case letters
    /// only.
    @inline(__always)
    static func equals(_ bytes: Span<UInt8>, _ range: HTTPRange, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count {
            let byte = bytes[range.start &+ offset]
            let isCapital = byte &- UInt8(ascii: "A") < 26
            // As many bytes lie behind `utf8Start` as were counted above.
            guard unsafe (isCapital ? byte | 0x20 : byte) == text.utf8Start[offset] else {
                return false
            }
        }
        return true
    }

    /// `OWS = *( SP / HTAB )`.
    @inline(__always)
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
