/// The first line of a message, as places in its bytes.
struct SIPStartLine: Sendable {
    /// Else it is a reply.
    private(set) var isRequest = false
    /// A request's.
    private(set) var method = 0..<0
    private(set) var uri = 0..<0
    /// A reply's; 0 in a request.
    private(set) var status = 0
    private(set) var reason = 0..<0

    /// None yet.
    init() {}

    /// Takes the line in `start ..< end` apart: `Request-Line / Status-Line`.
    init(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(SIPError) {
        if Self.isVersion(bytes, start, min(end, start + 7)),
            end == start + 7 || bytes[start + 7] == blank
        {
            try reply(bytes, start + 7, end)
        } else {
            try request(bytes, start, end)
        }
    }

    /// `Request-Line = Method SP Request-URI SP SIP-Version CRLF`.
    private mutating func request(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(SIPError) {
        isRequest = true
        let methodEnd = ByteSet.sipToken.end(bytes, from: start, to: end)
        guard methodEnd < end else { throw SIPError(.badStartLine, at: start, in: bytes) }
        guard methodEnd > start, bytes[methodEnd] == blank else {
            throw SIPError(.badMethod, at: methodEnd, in: bytes)
        }
        method = start..<methodEnd
        let uriStart = methodEnd + 1
        var uriEnd = uriStart
        while uriEnd < end, bytes[uriEnd] != blank, bytes[uriEnd] != tab { uriEnd += 1 }
        guard uriEnd > uriStart else { throw SIPError(.badRequestURI, at: uriStart, in: bytes) }
        uri = uriStart..<uriEnd
        guard uriEnd < end else { throw SIPError(.badVersion, at: end, in: bytes) }
        // RFC 4475 §3.1.2.5 and .6: blanks in the URI or behind the version make the line wrong.
        guard Self.isVersion(bytes, uriEnd + 1, end) else {
            throw SIPError(.badVersion, at: uriEnd + 1, in: bytes)
        }
    }

    /// `Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF`. The blank before an empty
    /// phrase may be missing: editors and people cut it off.
    private mutating func reply(_ bytes: Span<UInt8>, _ blankPlace: Int, _ end: Int)
        throws(SIPError)
    {
        let start = blankPlace + 1
        guard end >= start + 3, end == start + 3 || bytes[start + 3] == blank else {
            throw SIPError(.badStatus, at: min(start, end), in: bytes)
        }
        for index in start..<(start + 3) {
            guard bytes[index].isDigit else { throw SIPError(.badStatus, at: index, in: bytes) }
            status = status * 10 + Int(bytes[index] - UInt8(ascii: "0"))
        }
        guard (100...699).contains(status) else {
            throw SIPError(.badStatus, at: start, in: bytes)
        }
        reason = min(start + 4, end)..<end
    }

    /// `SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT`: 2.0 is the only one (§7.1), in any case.
    private static func isVersion(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end - start == 7 else { return false }
        let name =
            bytes[start].lowercasedASCII == UInt8(ascii: "s")
            && bytes[start + 1].lowercasedASCII == UInt8(ascii: "i")
            && bytes[start + 2].lowercasedASCII == UInt8(ascii: "p")
        return name && bytes[start + 3] == UInt8(ascii: "/")
            && bytes[start + 4] == UInt8(ascii: "2") && bytes[start + 5] == UInt8(ascii: ".")
            && bytes[start + 6] == UInt8(ascii: "0")
    }

    private var blank: UInt8 { UInt8(ascii: " ") }
    private var tab: UInt8 { UInt8(ascii: "\t") }
}
