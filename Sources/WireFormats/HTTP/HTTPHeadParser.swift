/// Reads the header of a request: the request line and the field lines, up to the empty line (RFC
/// 9112 §2 to §5).
///
/// It goes over every byte twice: once to find the line's end, which also refuses every control
/// character, and once to take the line apart. A header may come in any pieces: what was looked at
/// is remembered, and the result never depends on where the pieces were cut.
struct HTTPHeadParser {
    /// Where the line begins that is not complete yet.
    private var lineStart = 0
    /// No line end lies before this place.
    private var scanned = 0
    /// Where the field lines begin; 0 as long as the request line is not complete.
    private var fieldsStart = 0
    private var seen = HTTPSingletons()

    /// Begins a new request.
    mutating func reset() {
        lineStart = 0
        scanned = 0
        fieldsStart = 0
        seen = []
    }

    /// Goes on with all bytes received since the start of the request, and writes what they say
    /// into `head`. Returns how many bytes the header has, its empty line included, or nil when its
    /// end is not there yet.
    mutating func parse(
        _ bytes: Span<UInt8>, into head: inout HTTPHead, _ limits: borrowing HTTPLimits
    ) throws(HTTPParseError) -> Int? {
        while true {
            guard let end = try lineEnd(bytes, limits) else { return nil }
            let start = lineStart
            lineStart = end + 2
            scanned = lineStart
            if fieldsStart == 0 {
                if start == end {
                    // RFC 9112 §2.2: a server ignores at least one empty line before the request
                    // line. We: one.
                    guard start == 0 else { throw .badRequestLine }
                    continue
                }
                try HTTPRequestLine.parse(bytes, start, end, &head)
                fieldsStart = lineStart
            } else if start == end {
                try finish(&head, limits)
                return lineStart
            } else {
                guard head.fieldCount < limits.fieldCountMax else { throw .tooManyFields }
                let field = try HTTPFieldLine.parse(bytes, start, end)
                head.fields[head.fieldCount] = field
                head.fieldCount &+= 1
                try HTTPFieldRules.apply(field, bytes, &head, &seen)
            }
        }
    }

    /// The place of the CR that ends the current line, or nil when it is not there yet. Refuses
    /// control characters and lines that are too long as soon as they are there.
    @inline(__always)
    private mutating func lineEnd(
        _ bytes: Span<UInt8>, _ limits: borrowing HTTPLimits
    ) throws(HTTPParseError) -> Int? {
        // The last place at which the CR may stand.
        var last = lineStart &+ limits.requestLineBytesMax
        if fieldsStart != 0 {
            last = min(lineStart &+ limits.fieldBytesMax, fieldsStart &+ limits.headerBytesMax)
        }
        let index = ByteScan.firstControl(bytes, from: scanned, to: min(bytes.count, last &+ 1))
        scanned = index
        guard index <= last else { throw tooLong(bytes, last, limits) }
        guard index < bytes.count else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "\r"):
            guard index &+ 1 < bytes.count else { return nil }
            guard bytes[index &+ 1] == UInt8(ascii: "\n") else { throw .bareCarriageReturn }
            return index
        case UInt8(ascii: "\n"): throw .bareLineFeed
        default: throw .badByte
        }
    }

    private func tooLong(
        _ bytes: Span<UInt8>, _ last: Int, _ limits: borrowing HTTPLimits
    ) -> HTTPParseError {
        if fieldsStart != 0 {
            return last == lineStart &+ limits.fieldBytesMax ? .fieldTooLong : .headerTooLarge
        }
        // No space in all of it: then it is the method that has no end, not the target.
        for index in lineStart...last where bytes[index] == UInt8(ascii: " ") {
            return .requestLineTooLong
        }
        return .badMethod
    }

    /// The rules that only hold for the header as a whole.
    private func finish(
        _ head: inout HTTPHead, _ limits: borrowing HTTPLimits
    ) throws(HTTPParseError) {
        if head.version == .http11 {
            // RFC 9112 §3.2: 400 for any HTTP/1.1 request without Host, absolute-form included.
            guard seen.contains(.host) else { throw .missingHost }
        } else {
            // RFC 9112 §6.1: framing of an HTTP/1.0 message with Transfer-Encoding is faulty.
            guard !seen.contains(.transferEncoding) else { throw .codingInOldVersion }
        }
        // RFC 9112 §9.3: close wins; HTTP/1.0 persists only where keep-alive was asked for.
        head.keepsAlive =
            !seen.contains(.close) && (head.version == .http11 || seen.contains(.keepAlive))
        // RFC 9112 §6.1 lets a server refuse both together; it is how requests are smuggled.
        guard !seen.isSuperset(of: [.contentLength, .transferEncoding]) else { throw .twoLengths }
        if case .length(let count) = head.framing {
            guard count <= limits.bodyBytesMax else { throw .bodyTooLarge }
            if count == 0 { head.expectsContinue = false }
        }
    }
}

/// Which fields a header has had, so that none of these comes twice, and what Connection said.
struct HTTPSingletons: OptionSet {
    let rawValue: UInt16
    static let host = HTTPSingletons(rawValue: 1)
    static let contentLength = HTTPSingletons(rawValue: 2)
    static let transferEncoding = HTTPSingletons(rawValue: 4)
    static let contentType = HTTPSingletons(rawValue: 8)
    static let authorization = HTTPSingletons(rawValue: 16)
    static let origin = HTTPSingletons(rawValue: 32)
    static let expect = HTTPSingletons(rawValue: 64)
    static let close = HTTPSingletons(rawValue: 128)
    static let keepAlive = HTTPSingletons(rawValue: 256)
}
