/// The request target in its forms (RFC 9112 §3.2): `/path?query`, `http://authority/path?query`,
/// `*`.
enum HTTPTarget {
    /// Takes apart the target in `start ..< end`. The method is known already.
    static func parse(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        guard start < end else { throw .badRequestLine }
        if bytes[start] == UInt8(ascii: "/") {
            try pathAndQuery(bytes, start, end, &head)
        } else if bytes[start] == UInt8(ascii: "*") {
            // §3.2.4: the asterisk form is for OPTIONS alone.
            guard end == start &+ 1, head.method == .options else { throw .badTarget }
            head.path = HTTPRange(start, end)
        } else {
            try absolute(bytes, start, end, &head)
        }
    }

    /// `absolute-form = absolute-URI`, of the schemes http and https. Its authority replaces Host
    /// (§3.2.2).
    private static func absolute(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        var index = start
        while index < end, bytes[index] != UInt8(ascii: ":") { index &+= 1 }
        let scheme = HTTPRange(start, index)
        guard index &+ 2 < end, bytes[index &+ 1] == UInt8(ascii: "/"),
            bytes[index &+ 2] == UInt8(ascii: "/"),
            HTTPFieldLine.equals(bytes, scheme, "http")
                || HTTPFieldLine.equals(bytes, scheme, "https")
        else { throw .badTarget }
        let authority = index &+ 3
        index = authority
        while index < end, bytes[index] != UInt8(ascii: "/"), bytes[index] != UInt8(ascii: "?") {
            index &+= 1
        }
        guard HTTPAuthority.isValid(bytes, authority, index) else { throw .badTarget }
        head.authority = HTTPRange(authority, index)
        try pathAndQuery(bytes, index, end, &head)
    }

    /// `absolute-path [ "?" query ]`; the path may be empty behind an authority.
    private static func pathAndQuery(
        _ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ head: inout HTTPHead
    ) throws(HTTPParseError) {
        var index = start
        var allowed = ByteSet.path
        head.path = HTTPRange(start, end)
        while true {
            index = allowed.end(bytes, from: index, to: end)
            guard index < end else { return }
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                // `pct-encoded = "%" HEXDIG HEXDIG` (RFC 3986 §2.1).
                guard index &+ 2 < end, ByteSet.hexadecimal.contains(bytes[index &+ 1]),
                    ByteSet.hexadecimal.contains(bytes[index &+ 2])
                else { throw .badTarget }
                index &+= 3
            } else if byte == UInt8(ascii: "?"), !head.hasQuery {
                head.path = HTTPRange(start, index)
                head.hasQuery = true
                index &+= 1
                head.query = HTTPRange(index, end)
                allowed = ByteSet.query
            } else {
                throw .badTarget
            }
        }
    }
}
