import WireFormats

/// Requests and what becomes of each. One row a rule; the same rows are read whole, cut at every
/// place, and sent over sockets.
enum HTTPCorpus {
    struct Refused: Sendable, CustomStringConvertible {
        let description: String
        let request: [UInt8]
        let error: HTTPParseError

        init(_ description: String, _ error: HTTPParseError, _ request: String) {
            self.init(description, error, Array(request.utf8))
        }

        init(_ description: String, _ error: HTTPParseError, _ request: [UInt8]) {
            self.description = description
            self.request = request
            self.error = error
        }
    }

    struct Accepted: Sendable, CustomStringConvertible {
        let description: String
        let request: String
        let path: String
        let body: String

        init(_ description: String, _ request: String, path: String = "/", body: String = "") {
            self.description = description
            self.request = request
            self.path = path
            self.body = body
        }
    }

    static let host = "Host: a\r\n"

    static func get(_ lines: String) -> String { "GET / HTTP/1.1\r\n" + host + lines + "\r\n" }

    static func chunked(_ body: String) -> String {
        "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" + body
    }

    static func line(_ line: String) -> String { line + "\r\n" + host + "\r\n" }

    static func post(_ lines: String, _ body: String = "hello") -> String {
        "POST / HTTP/1.1\r\n" + host + lines + "\r\n" + body
    }

    static let accepted: [Accepted] = [
        Accepted("the smallest request", get("")),
        Accepted("one empty line before the request", "\r\n" + get("")),
        Accepted("a tab and no space around a value", get("X:\tone two\t \r\nY:z\r\nEmpty:\r\n")),
        Accepted("bytes above 0x7F in a value", get("X: caf\u{E9} \u{20AC}\r\n")),
        Accepted(
            "names in any case", "GET / HTTP/1.1\r\nhOsT: a\r\ncoNNection: KEEP-alive\r\n\r\n"),
        Accepted(
            "a path with every allowed character", line("GET /a-._~!$&'()*+,;=:@/%7F%00 HTTP/1.1"),
            path: "/a-._~!$&'()*+,;=:@/%7F%00"),
        Accepted("a query with ? and /", line("GET /x?a=/?b HTTP/1.1"), path: "/x"),
        Accepted("an empty query", line("GET /x? HTTP/1.1"), path: "/x"),
        Accepted("an absolute URI", line("GET http://b:80/x?y HTTP/1.1"), path: "/x"),
        Accepted(
            "an absolute URI without a path", line("GET HTTP://[::1]:8080 HTTP/1.1"), path: ""),
        Accepted("OPTIONS *", line("OPTIONS * HTTP/1.1"), path: "*"),
        Accepted("a method of our own", line("QUERY /x HTTP/1.1"), path: "/x"),
        Accepted("a method in small letters", line("get /x HTTP/1.1"), path: "/x"),
        Accepted("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n"),
        Accepted("a later minor version", line("GET / HTTP/1.2")),
        Accepted("a body of five bytes", post("Content-Length: 5\r\n"), body: "hello"),
        Accepted("a body of no bytes", post("Content-Length: 0\r\n", "")),
        Accepted("white space around a length", post("Content-Length: \t5 \r\n"), body: "hello"),
        Accepted("chunks", chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"), body: "hello world"),
        Accepted(
            "a chunk size in capitals and with zeros", chunked("00A\r\nhelloworld\r\n000\r\n\r\n"),
            body: "helloworld"),
        Accepted("no chunks", chunked("0\r\n\r\n")),
        Accepted(
            "chunk extensions", chunked("5;a;b=c;d=\"e\\\"f;\"\r\nhello\r\n0;x\r\n\r\n"),
            body: "hello"),
        Accepted("trailers", chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n"), body: "hello"),
        Accepted(
            "Transfer-Encoding in any case",
            post("Transfer-Encoding:  CHUNKED\t\r\n", "1\r\nx\r\n0\r\n\r\n"), body: "x"),
        Accepted("Host with a port", "GET / HTTP/1.1\r\nHost: ex-am_ple.com:65535\r\n\r\n"),
        Accepted(
            "Host with an IPv6 address",
            "GET / HTTP/1.1\r\nHost: [2001:db8::1:127.0.0.1]:80\r\n\r\n"),
    ]

    static let refused: [Refused] = lines + targets + hosts + lengths + codings + chunks

    private static let lines: [Refused] = [
        Refused("LF ends the request line", .bareLineFeed, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        Refused("LF ends a field", .bareLineFeed, "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        Refused("LF ends the header", .bareLineFeed, "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        Refused("CR ends the request line", .bareCarriageReturn, "GET / HTTP/1.1\rHost: a\r\n\r\n"),
        Refused("CR within a value", .bareCarriageReturn, get("X: a\rb\r\n")),
        Refused("CR before the empty line", .bareCarriageReturn, get("\rX: a\r\n")),
        Refused("two empty lines before the request", .badRequestLine, "\r\n\r\n" + get("")),
        Refused("a folded field", .foldedField, get("X: a\r\n b\r\n")),
        Refused("a field folded with a tab", .foldedField, get("X: a\r\n\tb\r\n")),
        Refused(
            "white space before the first field", .foldedField, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"
        ),
        Refused("space before the colon", .badField, get("X : a\r\n")),
        Refused("tab before the colon", .badField, get("X\t: a\r\n")),
        Refused("no name", .badField, get(": a\r\n")),
        Refused("no colon", .badField, get("X\r\n")),
        Refused("brackets in a name", .badField, get("X[]: a\r\n")),
        Refused("bytes above 0x7F in a name", .badField, get("X\u{EB}: a\r\n")),
        Refused("BEL in a value", .badByte, get("X: a\u{07}\r\n")),
        Refused("DEL in a value", .badByte, get("X: a\u{7F}\r\n")),
        Refused("NUL in a value", .badByte, get("X: a\0b\r\n")),
        Refused("NUL in the target", .badByte, line("GET /\0 HTTP/1.1")),
        Refused("a TLS greeting", .badByte, [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]),
        Refused("only spaces", .badMethod, "   \r\n\r\n"),
        Refused("a method with a slash", .badMethod, line("G/T / HTTP/1.1")),
        Refused("a tab behind the method", .badMethod, line("GET\t/ HTTP/1.1")),
        Refused("two spaces behind the method", .badTarget, line("GET  / HTTP/1.1")),
        Refused("no target", .badRequestLine, line("GET HTTP/1.1")),
        Refused("an empty target", .badRequestLine, line("GET  HTTP/1.1")),
        Refused("HTTP/0.9", .badRequestLine, "GET /\r\n"),
        Refused("a space in the target", .badTarget, line("GET /a b HTTP/1.1")),
        Refused("a space behind the version", .badRequestLine, line("GET / HTTP/1.1 ")),
        Refused("more behind the version", .badRequestLine, line("GET / HTTP/1.1 x")),
        Refused("the version in small letters", .badVersion, line("GET / http/1.1")),
        Refused("another protocol", .badVersion, line("GET / RTSP/1.0")),
        Refused("a version with two digits", .badRequestLine, line("GET / HTTP/1.11")),
        Refused("a version with leading zeros", .badRequestLine, line("GET / HTTP/01.01")),
        Refused("a version without a minor", .badRequestLine, line("GET / HTTP/1")),
        Refused("a version with a letter", .badVersion, line("GET / HTTP/1.x")),
        Refused("HTTP/2.0", .unsupportedVersion, line("GET / HTTP/2.0")),
        Refused("the preface of HTTP/2", .unsupportedVersion, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Refused("Connection that is no list of tokens", .badConnection, get("Connection: a b\r\n")),
        Refused("an unknown expectation", .unknownExpectation, get("Expect: 200-ok\r\n")),
        Refused(
            "two Content-Type", .duplicateField, get("Content-Type: a/b\r\nContent-Type: a/b\r\n")),
        Refused(
            "two Authorization", .duplicateField, get("Authorization: a\r\nauthorization: b\r\n")),
        Refused("two Origin", .duplicateField, get("Origin: a\r\nOrigin: a\r\n")),
    ]

    private static let targets: [Refused] = [
        Refused("a fragment", .badTarget, line("GET /x#y HTTP/1.1")),
        Refused("a path without slash", .badTarget, line("GET x HTTP/1.1")),
        Refused("GET *", .badTarget, line("GET * HTTP/1.1")),
        Refused("OPTIONS **", .badTarget, line("OPTIONS ** HTTP/1.1")),
        Refused("authority-form", .badTarget, line("GET a:443 HTTP/1.1")),
        Refused("another scheme", .badTarget, line("GET ftp://a/ HTTP/1.1")),
        Refused("a URI without authority", .badTarget, line("GET http:///x HTTP/1.1")),
        Refused("a URI with a user", .badTarget, line("GET http://u@a/ HTTP/1.1")),
        Refused("a backslash", .badTarget, line("GET /a\\b HTTP/1.1")),
        Refused("a half escape", .badTarget, line("GET /%4 HTTP/1.1")),
        Refused("a bad escape", .badTarget, line("GET /%zz HTTP/1.1")),
        Refused("bytes above 0x7F in the target", .badTarget, line("GET /caf\u{E9} HTTP/1.1")),
        Refused("a bracket in the query", .badTarget, line("GET /?a[]=1 HTTP/1.1")),
        Refused("CONNECT", .connectRefused, line("CONNECT a:443 HTTP/1.1")),
    ]

    private static let hosts: [Refused] =
        [
            Refused("no Host", .missingHost, "GET / HTTP/1.1\r\n\r\n"),
            Refused(
                "no Host behind an absolute URI", .missingHost, "GET http://a/ HTTP/1.1\r\n\r\n"),
            Refused("two equal Hosts", .duplicateField, get(host)),
            Refused("an empty Host", .badHost, "GET / HTTP/1.1\r\nHost: \r\n\r\n"),
        ]
        + [
            "a, b", "a,b", "u@a", "a/b", "a:", "a:99999", "a:+1", "a:8x", "a:123456", "a b", "[::1",
            "[::1]x", "[1:2]",
            "[::1::]", "[1:2:3:4:5:6:7:8:9]", "[:1]", "[::1%25lo]", "[::256.0.0.1]", "[::01.0.0.1]",
            "[::1.2.3]", "a%4",
            "caf\u{E9}", "\"a\"", ":80",
        ].map { Refused("Host: " + $0, .badHost, "GET / HTTP/1.1\r\nHost: " + $0 + "\r\n\r\n") }

    private static let lengths: [Refused] =
        [
            "+5", "-1", "-0", "0x5", "5 5", "5, 5", "5, 10", "1e2", "", "abc", "5_0", "05", "00",
            "5;", "99999999999999999999",
            "9223372036854775808",
        ].map {
            Refused(
                "Content-Length: " + $0, .badContentLength, post("Content-Length: " + $0 + "\r\n"))
        } + [
            Refused(
                "two lengths", .duplicateField, post("Content-Length: 5\r\nContent-Length: 6\r\n")),
            Refused(
                "two equal lengths", .duplicateField,
                post("Content-Length: 5\r\nContent-Length: 5\r\n")),
            Refused(
                "length and coding", .twoLengths,
                post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
            Refused(
                "coding and length", .twoLengths,
                post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
            Refused("Content_Length", .aliasedField, post("Content_Length: 5\r\n")),
            Refused("Transfer_Encoding", .aliasedField, post("transfer_encoding: chunked\r\n")),
            Refused("a body over the limit", .bodyTooLarge, post("Content-Length: 262145\r\n", "")),
        ]

    private static let codings: [Refused] =
        [
            "xchunked", "identity", "gzip", "chunked, gzip", "chunked, chunked", "", ",",
            "chunked;a=b", "\"chunked\"",
            "chunked chunked", "x, chunked", ", chunked", "chunked,",
        ].map {
            Refused(
                "Transfer-Encoding: " + $0, .badTransferCoding,
                post("Transfer-Encoding: " + $0 + "\r\n"))
        } + [
            Refused(
                "gzip, chunked", .unknownTransferCoding,
                post("Transfer-Encoding: gzip, chunked\r\n")),
            Refused(
                "two codings", .duplicateField,
                post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")),
            Refused(
                "a coding in HTTP/1.0", .codingInOldVersion,
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            Refused("VT before chunked", .badByte, post("Transfer-Encoding: \u{0B}chunked\r\n")),
        ]

    private static let chunks: [Refused] =
        [
            "+5\r\nhello\r\n", "-5\r\nhello\r\n", "0x5\r\nhello\r\n", "5_0\r\n", "5 \r\nhello\r\n",
            " 5\r\nhello\r\n",
            "FFFFFFFFFFFFFFFF0\r\n", "\r\n", "5\r\nhello!\r\n", "5\r\nhell\r\n0\r\n\r\n",
            "5\r\nhello0\r\n\r\n",
            "5\nhello\r\n", "5\rhello\r\n", "5\r\nhello\n", "5\r\nhello\rX", "5;\r\nhello\r\n",
            "5;=x\r\nhello\r\n",
            "5;a=\r\nhello\r\n", "5;a[=b\r\nhello\r\n", "5;a=\"b\r\nhello\r\n", "5;a\nhello\r\n",
            "5;a\0b\r\nhello\r\n",
            "5;a=\"b\"c\r\nhello\r\n", "5 ;a\r\nhello\r\n", "5; a\r\nhello\r\n", "g\r\n",
        ].map { Refused("chunk " + $0.debugDescription, .badChunk, chunked($0)) } + [
            Refused("chunks over the limit", .bodyTooLarge, chunked("40001\r\n")),
            Refused("the greatest chunk", .bodyTooLarge, chunked("FFFFFFFFFFFFFFFF\r\n")),
            Refused(
                "long chunk extensions", .chunkExtensionTooLong,
                chunked("5;" + String(repeating: "a", count: 2_000) + "\r\nhello\r\n0\r\n\r\n")),
            Refused("LF ends the trailers", .badTrailer, chunked("0\r\n\n")),
            Refused("LF ends a trailer", .badTrailer, chunked("0\r\nX: a\n\r\n")),
            Refused("a trailer that is no field", .badTrailer, chunked("0\r\nx\r\n\r\n")),
            Refused("a folded trailer", .badTrailer, chunked("0\r\nX: a\r\n b\r\n\r\n")),
            Refused("CR in a trailer", .badTrailer, chunked("0\r\nX: a\rb\r\n\r\n")),
            Refused("NUL in a trailer", .badTrailer, chunked("0\r\nX: a\0\r\n\r\n")),
            Refused(
                "a trailer that is too long", .badTrailer,
                chunked("0\r\nX: " + String(repeating: "a", count: 9_000) + "\r\n\r\n")),
            Refused(
                "too many trailers", .tooManyTrailers,
                chunked("0\r\n" + String(repeating: "X: a\r\n", count: 17) + "\r\n")),
        ]
        + [
            "Content-Length: 50", "host: b", "Transfer-Encoding: chunked", "Authorization: a",
            "Content-Type: a/b", "TE: x",
        ]
        .map { Refused("trailer " + $0, .forbiddenTrailer, chunked("0\r\n" + $0 + "\r\n\r\n")) }
}
