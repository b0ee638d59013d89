/// Puts the chunks of a body together (RFC 9112 §7.1), in place: what is decoded is written over
/// what was read.
///
///     4;name=value CRLF  Wiki CRLF  0 CRLF  Trailer: x CRLF  CRLF
///     └ size ┘└ ext ──┘       └ data ┘  └ last ┘└ trailers ──┘
///
/// Stricter than the grammar in one place: no white space around `;` and `=`, because readers
/// disagree about it.
struct HTTPChunkedDecoder {
    private enum State: UInt8 {
        case sizeFirst, size, extensionFirst, extensionName, valueFirst, value, quoted, escaped,
            quotedEnd
        case lineFeed, data, dataReturn, dataLineFeed, trailers
    }

    private var state = State.sizeFirst
    /// The size while it is read, then how much of the chunk is still to come.
    private var remaining: UInt64 = 0
    private var digits = 0
    private var extensionBytes = 0
    /// Bytes of the body so far.
    private(set) var bodyCount = 0
    /// Bytes kept behind the body: trailer lines, of which `trailerStart` are checked.
    private var trailerBytes = 0
    private var trailerStart = 0
    private var trailerCount = 0

    /// Bytes that have to stay behind the header: the body and the unfinished trailer lines.
    var keptCount: Int { bodyCount &+ trailerBytes }

    /// Goes on with the bytes from `start` to the end; `body` is where the body begins and `start`
    /// is `body + keptCount`. Returns the place behind the message's last byte, or nil when all
    /// bytes were taken and more are needed.
    mutating func decode(
        _ bytes: inout MutableSpan<UInt8>, from start: Int, body: Int,
        _ limits: borrowing HTTPLimits
    ) throws(HTTPParseError) -> Int? {
        var index = start
        while index < bytes.count {
            switch state {
            case .data:
                // As much as is there of this chunk, moved down over the sizes.
                let count = min(bytes.count &- index, Int(truncatingIfNeeded: remaining))
                move(&bytes, from: index, to: body &+ bodyCount, count)
                index &+= count
                bodyCount &+= count
                remaining &-= UInt64(count)
                if remaining == 0 { state = .dataReturn }
            case .trailers:
                bytes[body &+ keptCount] = bytes[index]
                trailerBytes &+= 1
                index &+= 1
                if try trailer(bytes.span, body, limits) { return index }
            default:
                try step(bytes[index], limits)
                index &+= 1
            }
        }
        return nil
    }

    /// One byte of what lies between the data.
    private mutating func step(_ byte: UInt8, _ limits: borrowing HTTPLimits) throws(HTTPParseError)
    {
        switch state {
        case .sizeFirst, .size: try size(byte, limits)
        case .lineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .badChunk }
            // `last-chunk = 1*"0"`: behind it come the trailers.
            state = remaining == 0 ? .trailers : .data
        case .dataReturn:
            guard byte == UInt8(ascii: "\r") else { throw .badChunk }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == UInt8(ascii: "\n") else { throw .badChunk }
            state = .sizeFirst
        default: try chunkExtension(byte, limits)
        }
    }

    /// `chunk-size = 1*HEXDIG`, then `;` or CR. Sixteen digits are as many as fit.
    private mutating func size(_ byte: UInt8, _ limits: borrowing HTTPLimits) throws(HTTPParseError)
    {
        if state == .sizeFirst {
            remaining = 0
            digits = 0
        }
        if ByteSet.hexadecimal.contains(byte) {
            guard digits < 16 else { throw .badChunk }
            let digit = byte < 0x40 ? byte &- 0x30 : (byte | 0x20) &- 0x57
            remaining = remaining &<< 4 | UInt64(digit)
            digits &+= 1
            state = .size
            return
        }
        guard state == .size else { throw .badChunk }
        switch byte {
        case UInt8(ascii: "\r"): try endLine(limits)
        case UInt8(ascii: ";"): state = .extensionFirst
        default: throw .badChunk
        }
    }

    /// `chunk-ext = *( ";" name [ "=" ( token / quoted-string ) ] )`: checked, counted, dropped.
    private mutating func chunkExtension(
        _ byte: UInt8, _ limits: borrowing HTTPLimits
    ) throws(HTTPParseError) {
        extensionBytes &+= 1
        guard extensionBytes <= limits.chunkExtensionBytesMax else { throw .chunkExtensionTooLong }
        let isToken = ByteSet.token.contains(byte)
        let isText = ByteSet.quoted.contains(byte) || byte >= 0x80
        switch (state, byte) {
        case (.extensionFirst, _) where isToken: state = .extensionName
        case (.extensionName, _) where isToken: break
        case (.extensionName, UInt8(ascii: "=")): state = .valueFirst
        case (.valueFirst, UInt8(ascii: "\"")): state = .quoted
        case (.valueFirst, _) where isToken: state = .value
        case (.value, _) where isToken: break
        case (.quoted, UInt8(ascii: "\"")): state = .quotedEnd
        case (.quoted, UInt8(ascii: "\\")): state = .escaped
        case (.quoted, _) where isText: break
        case (.escaped, _) where isText || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\"):
            state = .quoted
        case (.extensionName, UInt8(ascii: ";")), (.value, UInt8(ascii: ";")),
            (.quotedEnd, UInt8(ascii: ";")):
            state = .extensionFirst
        case (.extensionName, UInt8(ascii: "\r")), (.value, UInt8(ascii: "\r")),
            (.quotedEnd, UInt8(ascii: "\r")):
            try endLine(limits)
        default: throw .badChunk
        }
    }

    /// The size is known: is there room for so much?
    private mutating func endLine(_ limits: borrowing HTTPLimits) throws(HTTPParseError) {
        guard remaining <= UInt64(max(0, limits.bodyBytesMax &- bodyCount)) else {
            throw .bodyTooLarge
        }
        state = .lineFeed
    }

    /// Looks at the trailer byte that was added last; true when it ends the message.
    private mutating func trailer(
        _ bytes: Span<UInt8>, _ body: Int, _ limits: borrowing HTTPLimits
    ) throws(HTTPParseError) -> Bool {
        let end = body &+ keptCount
        let lineStart = body &+ bodyCount &+ trailerStart
        let byte = bytes[end &- 1]
        let followsReturn = end &- 1 > lineStart && bytes[end &- 2] == UInt8(ascii: "\r")
        guard byte == UInt8(ascii: "\n") else {
            let isControl = byte < 0x20 || byte == 0x7F
            guard !followsReturn,
                !isControl || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\t")
            else {
                throw .badTrailer
            }
            guard end &- lineStart <= limits.fieldBytesMax &+ 1 else { throw .badTrailer }
            return false
        }
        guard followsReturn else { throw .badTrailer }
        if end &- 2 == lineStart { return true }
        guard trailerCount < limits.trailerCountMax else { throw .tooManyTrailers }
        trailerCount &+= 1
        trailerStart = trailerBytes
        try HTTPTrailerRules.check(bytes, lineStart, end &- 2)
        return false
    }

    private func move(_ bytes: inout MutableSpan<UInt8>, from: Int, to: Int, _ count: Int) {
        guard from != to, count > 0 else { return }
        // memmove: the places overlap where a chunk is longer than what stood before it.
        unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            let start = unsafe buffer.baseAddress.unsafelyUnwrapped
            unsafe (start + to).update(from: start + from, count: count)
        }
    }
}

/// What may stand in a trailer. The fields are dropped in any case; one that would have framed,
/// routed or authorized the request is refused, because somebody may have believed it (RFC 9110
/// §6.5.1).
enum HTTPTrailerRules {
    static func check(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(HTTPParseError) {
        // A view of the line alone: its places then fit into 16 bits wherever in the body it lies.
        let line = bytes.extracting(start..<end)
        let name: HTTPRange
        do {
            name = try HTTPFieldLine.parse(line, 0, line.count).name
        } catch {
            throw .badTrailer
        }
        func named(_ text: StaticString) -> Bool { HTTPFieldLine.equals(line, name, text) }
        let isForbidden =
            switch name.count {
            case 2: named("te")
            case 4: named("host")
            case 6: named("cookie") || named("expect") || named("origin")
            case 7: named("trailer") || named("upgrade")
            case 10: named("connection")
            case 12: named("content-type")
            case 13: named("authorization") || named("content-range")
            case 14: named("content-length") || named("content_length")
            case 16: named("content-encoding")
            case 17: named("transfer-encoding") || named("transfer_encoding")
            case 19: named("proxy-authorization")
            default: false
            }
        guard !isForbidden else { throw .forbiddenTrailer }
    }
}
