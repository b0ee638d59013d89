/// The first line of a request: `method SP request-target SP HTTP-version` (RFC 9112 §3).
enum HTTPRequestLine {
    /// Takes apart the line in `start ..< end`, which holds no control character but perhaps tabs.
    static func parse(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        let methodEnd = try method(bytes, start, end, &head)
        // From behind: ` HTTP/1.1`. What lies between is the target, and a target holds no space.
        let versionStart = end &- 8
        guard versionStart > methodEnd &+ 1, bytes[versionStart &- 1] == UInt8(ascii: " ") else {
            throw .badRequestLine
        }
        head.version = try version(bytes, versionStart)
        // RFC 9110 §9.3.6: an origin server need not implement CONNECT.
        guard head.method != .connect else { throw .connectRefused }
        try HTTPTarget.parse(bytes, methodEnd &+ 1, versionStart &- 1, &head)
    }

    /// `method = token`, and the space behind it. Returns where that space stands.
    @inline(__always)
    private static func method(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ head: inout HTTPHead
    ) throws(HTTPParseError) -> Int {
        let index = ByteSet.token.end(bytes, from: start, to: end)
        guard index > start else { throw .badMethod }
        guard index < end else { throw .badRequestLine }
        guard bytes[index] == UInt8(ascii: " ") else { throw .badMethod }
        head.methodRange = HTTPRange(start, index)
        head.method = known(bytes, start, index &- start)
        return index
    }

    /// The method of this name; its letters packed into one word, the first one highest.
    private static func known(_ bytes: Span<UInt8>, _ start: Int, _ count: Int) -> HTTPMethod {
        guard count <= 7 else { return .other }
        var name: UInt64 = 0
        for index in start..<start &+ count { name = name &<< 8 | UInt64(bytes[index]) }
        return switch name {
        case 0x47_4554: .get
        case 0x4845_4144: .head
        case 0x504F_5354: .post
        case 0x50_5554: .put
        case 0x50_4154_4348: .patch
        case 0x4445_4C45_5445: .delete
        case 0x4F_5054_494F_4E53: .options
        case 0x54_5241_4345: .trace
        case 0x43_4F4E_4E45_4354: .connect
        default: .other
        }
    }

    /// `HTTP-version = "HTTP/" DIGIT "." DIGIT`, in capitals (RFC 9112 §2.3).
    private static func version(_ bytes: Span<UInt8>, _ start: Int) throws(HTTPParseError)
        -> HTTPVersion
    {
        // Eight bytes lie behind `start`: `HTTP/1.1` as one word, the first letter highest.
        let raw = unsafe bytes.bytes
        let word = unsafe UInt64(
            bigEndian: raw.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
        if word == 0x4854_5450_2F31_2E31 { return .http11 }
        guard word &>> 24 == 0x48_5454_502F, word &>> 8 & 0xFF == 0x2E else { throw .badVersion }
        let major = UInt8(truncatingIfNeeded: word &>> 16) &- UInt8(ascii: "0")
        let minor = UInt8(truncatingIfNeeded: word) &- UInt8(ascii: "0")
        guard major <= 9, minor <= 9 else { throw .badVersion }
        guard major == 1 else { throw .unsupportedVersion }
        // RFC 9110 §2.5: a higher minor version is processed as the highest one known.
        return minor == 0 ? .http10 : .http11
    }
}
