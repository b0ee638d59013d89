/// Finds the lines of a message and what each begins with (RFC 3261 §7). It goes over every byte of
/// the header once to find the line's end, which refuses every control character, and over names a
/// second time.
struct SIPParser {
    private(set) var startLine = SIPStartLine()
    private(set) var fields: [SIPField] = []
    private(set) var body = 0..<0
    private let limits: SIPLimits
    private var singletons = SIPSingletons()
    private var contentLength: (bytes: Int, offset: Int)?

    init(limits: SIPLimits) {
        self.limits = limits
    }

    /// `SIP-message = start-line *message-header CRLF [message-body]`.
    mutating func parse(_ bytes: Span<UInt8>) throws(SIPError) {
        guard bytes.count <= limits.messageBytesMax else {
            throw SIPError(.messageTooLong, at: limits.messageBytesMax, in: bytes)
        }
        var next = 0
        // §7.5: CR LF before the start line are ignored.
        while next < bytes.count, bytes[next] == UInt8(ascii: "\r") || bytes[next] == lineFeed {
            next &+= 1
        }
        guard next < bytes.count else { throw SIPError(.empty, at: 0, in: bytes) }

        let start = next
        let startEnd = try lineEnd(bytes, &next)
        guard startEnd - start <= limits.startLineBytesMax else {
            throw SIPError(.startLineTooLong, at: start + limits.startLineBytesMax, in: bytes)
        }
        startLine = try SIPStartLine(bytes, start, startEnd)
        fields.reserveCapacity(24)
        while next < bytes.count {
            let begin = next
            let end = try lineEnd(bytes, &next)
            if end == begin { break }
            try field(bytes, begin, end, &next)
        }
        try findBody(bytes, next)
    }

    /// `message-header = field-name HCOLON field-value CRLF`, with the lines that continue it.
    private mutating func field(
        _ bytes: Span<UInt8>, _ start: Int, _ firstEnd: Int, _ next: inout Int
    ) throws(SIPError) {
        guard !isBlank(bytes[start]) else {
            throw SIPError(.strayContinuation, at: start, in: bytes)
        }
        guard fields.count < limits.fieldCountMax else {
            throw SIPError(.tooManyFields, at: start, in: bytes)
        }
        let nameEnd = ByteSet.sipToken.end(bytes, from: start, to: firstEnd)
        // HCOLON = *( SP / HTAB ) ":" SWS
        var colon = nameEnd
        while colon < firstEnd, isBlank(bytes[colon]) { colon &+= 1 }
        guard nameEnd > start, colon < firstEnd, bytes[colon] == UInt8(ascii: ":") else {
            throw SIPError(.badField, at: nameEnd, in: bytes)
        }
        var end = firstEnd
        var isFolded = false
        while next < bytes.count, isBlank(bytes[next]) {
            end = try lineEnd(bytes, &next)
            isFolded = true
        }
        guard end - start <= limits.fieldBytesMax else {
            throw SIPError(.fieldTooLong, at: start + limits.fieldBytesMax, in: bytes)
        }
        var valueStart = colon &+ 1
        while valueStart < end, bytes[valueStart].isWhiteSpace { valueStart &+= 1 }
        while end > valueStart, bytes[end &- 1].isWhiteSpace { end &-= 1 }
        let key = SIPNameKey(bytes, start, nameEnd).inFull
        guard singletons.admit(key) else { throw SIPError(.duplicateField, at: start, in: bytes) }
        if key == SIPHeaderName.contentLength.key {
            contentLength = (try number(bytes, valueStart, end), start)
        }
        // All places are below `messageBytesMax`, which the message was held against.
        fields.append(
            SIPField(
                key: key, nameStart: Int32(truncatingIfNeeded: start),
                valueStart: Int32(truncatingIfNeeded: valueStart),
                valueEnd: Int32(truncatingIfNeeded: end), isFolded: isFolded))
    }

    /// §18.3: the body has as many bytes as Content-Length says, or all that are there where it
    /// says nothing.
    private mutating func findBody(_ bytes: Span<UInt8>, _ start: Int) throws(SIPError) {
        body = start..<bytes.count
        guard let contentLength else { return }
        guard contentLength.bytes <= body.count else {
            throw SIPError(.bodyTooShort, at: contentLength.offset, in: bytes)
        }
        body = start..<(start + contentLength.bytes)
    }

    private func number(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int
    ) throws(SIPError) -> Int {
        guard start < end else { throw SIPError(.badContentLength, at: start, in: bytes) }
        var number = 0
        for index in start..<end {
            guard bytes[index].isDigit else {
                throw SIPError(.badContentLength, at: index, in: bytes)
            }
            // Anything beyond the message is too much, however much it is.
            number = min(
                number * 10 + Int(bytes[index] - UInt8(ascii: "0")), limits.messageBytesMax + 1)
        }
        return number
    }

    /// The end of the line that begins at `next`, which then is the beginning of the line behind
    /// it. The text's end ends a line too.
    @inline(__always)
    private func lineEnd(_ bytes: Span<UInt8>, _ next: inout Int) throws(SIPError) -> Int {
        let end = ByteScan.firstControl(bytes, from: next, to: bytes.count)
        guard end < bytes.count else {
            next = end
            return end
        }
        switch bytes[end] {
        case lineFeed: next = end &+ 1
        case UInt8(ascii: "\r"):
            guard end &+ 1 < bytes.count, bytes[end &+ 1] == lineFeed else {
                throw SIPError(.bareCarriageReturn, at: end, in: bytes)
            }
            next = end &+ 2
        default: throw SIPError(.badByte, at: end, in: bytes)
        }
        return end
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private var lineFeed: UInt8 { UInt8(ascii: "\n") }
}
