/// The fields that decide about a request's framing, its host and its connection, and those of
/// which a second one would be a second opinion. All other fields are the handler's.
enum HTTPFieldRules {
    /// Takes in one field line. What it says goes into `head`, that it was there into `seen`.
    static func apply(
        _ field: HTTPField, _ bytes: Span<UInt8>, _ head: inout HTTPHead,
        _ seen: inout HTTPSingletons
    ) throws(HTTPParseError) {
        func named(_ name: StaticString) -> Bool { HTTPFieldLine.equals(bytes, field.name, name) }

        switch field.name.count {
        case 4 where named("host"):
            try once(.host, &seen)
            try host(field.value, bytes, &head)
        case 6 where named("expect"):
            try once(.expect, &seen)
            try expect(field.value, bytes, &head)
        case 6 where named("origin"): try once(.origin, &seen)
        case 10 where named("connection"): try connection(field.value, bytes, &seen)
        case 12 where named("content-type"): try once(.contentType, &seen)
        case 13 where named("authorization"): try once(.authorization, &seen)
        case 14 where named("content-length"):
            try once(.contentLength, &seen)
            try contentLength(field.value, bytes, &head)
        case 17 where named("transfer-encoding"):
            try once(.transferEncoding, &seen)
            try transferEncoding(field.value, bytes, &head)
        // Some readers take `_` for `-`: with one of those in front, the framing would be disputed.
        case 14 where named("content_length"), 17 where named("transfer_encoding"):
            throw .aliasedField
        default: break
        }
    }

    private static func once(
        _ field: HTTPSingletons, _ seen: inout HTTPSingletons
    ) throws(HTTPParseError) {
        guard !seen.contains(field) else { throw .duplicateField }
        seen.insert(field)
    }

    /// `Host = uri-host [ ":" port ]` (RFC 9110 §7.2); ignored but for its syntax behind an
    /// absolute-form target.
    private static func host(
        _ value: HTTPRange, _ bytes: Span<UInt8>, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        guard HTTPAuthority.isValid(bytes, value.start, value.start &+ value.count) else {
            throw .badHost
        }
        if head.authority.isEmpty { head.authority = value }
    }

    /// `Content-Length = 1*DIGIT` (RFC 9110 §8.6), without leading zeros, which some read as octal.
    private static func contentLength(
        _ value: HTTPRange, _ bytes: Span<UInt8>, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        guard !value.isEmpty, value.count == 1 || bytes[value.start] != UInt8(ascii: "0") else {
            throw .badContentLength
        }
        var length = 0
        for index in value.start..<value.start &+ value.count {
            let digit = Int(bytes[index]) &- 0x30
            guard 0...9 ~= digit else { throw .badContentLength }
            let (tens, tooLarge) = length.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = tens.addingReportingOverflow(digit)
            guard !tooLarge, !overflow else { throw .badContentLength }
            length = sum
        }
        head.framing = .length(length)
    }

    /// `chunked`, and nothing else (RFC 9112 §6.1, §7).
    private static func transferEncoding(
        _ value: HTTPRange, _ bytes: Span<UInt8>, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        head.framing = .chunked
        if HTTPFieldLine.equals(bytes, value, "chunked") { return }
        // RFC 9112 §6.3: 400 where chunked is not the last coding. §6.1: 501 for a coding that is
        // not understood.
        var list = HTTPListReader(value)
        var last = HTTPRange.none
        var others = 0
        while let element = list.next(bytes) {
            if !last.isEmpty {
                guard Self.codings(bytes, last) else { throw .badTransferCoding }
                others += 1
            }
            last = element
        }
        guard others > 0, HTTPFieldLine.equals(bytes, last, "chunked") else {
            throw .badTransferCoding
        }
        throw .unknownTransferCoding
    }

    /// Whether it is a registered coding other than chunked (RFC 9112 §7.2).
    private static func codings(_ bytes: Span<UInt8>, _ range: HTTPRange) -> Bool {
        HTTPFieldLine.equals(bytes, range, "gzip") || HTTPFieldLine.equals(bytes, range, "deflate")
            || HTTPFieldLine.equals(bytes, range, "compress")
            || HTTPFieldLine.equals(bytes, range, "x-gzip")
            || HTTPFieldLine.equals(bytes, range, "x-compress")
    }

    /// `Connection = #connection-option` (RFC 9110 §7.6.1); it may be there more than once.
    private static func connection(
        _ value: HTTPRange, _ bytes: Span<UInt8>, _ seen: inout HTTPSingletons
    ) throws(HTTPParseError) {
        var list = HTTPListReader(value)
        while let element = list.next(bytes) {
            if HTTPFieldLine.equals(bytes, element, "close") {
                seen.insert(.close)
            } else if HTTPFieldLine.equals(bytes, element, "keep-alive") {
                seen.insert(.keepAlive)
            } else {
                for index in element.start..<element.start &+ element.count {
                    guard ByteSet.token.contains(bytes[index]) else { throw .badConnection }
                }
            }
        }
    }

    /// `Expect: 100-continue` (RFC 9110 §10.1.1). Any other expectation is answered 417, except in
    /// HTTP/1.0.
    private static func expect(
        _ value: HTTPRange, _ bytes: Span<UInt8>, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        guard head.version == .http11 else { return }
        guard HTTPFieldLine.equals(bytes, value, "100-continue") else { throw .unknownExpectation }
        head.expectsContinue = true
    }
}

/// Goes through `#element`: a list separated by commas, empty elements left out (RFC 9110 §5.6.1).
struct HTTPListReader {
    private var index: Int
    private let end: Int

    init(_ range: HTTPRange) {
        index = range.start
        end = range.start + range.count
    }

    /// The next element without the white space around it; nil behind the last one.
    mutating func next(_ bytes: Span<UInt8>) -> HTTPRange? {
        while index < end {
            var first = index
            while index < end, bytes[index] != UInt8(ascii: ",") { index &+= 1 }
            var last = index
            index &+= 1
            while first < last, HTTPFieldLine.isSpace(bytes[first]) { first &+= 1 }
            while last > first, HTTPFieldLine.isSpace(bytes[last &- 1]) { last &-= 1 }
            if first < last { return HTTPRange(first, last) }
        }
        return nil
    }
}
