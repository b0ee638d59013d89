import EventCore
import Testing

@testable import Transports

@Suite("XML-RPC sockets")
struct XMLRPCSocketTests {
    private func parse(_ text: String) throws(SocketError) -> Socket {
        try XMLRPCSocketParser.parse(SocketText.parse(text), policy: TargetPolicy())
    }

    private func url(_ text: String) throws -> String {
        let target = try #require(try parse(text).detail?.target as? XMLRPCTarget)
        return String(decoding: target.url.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static let canonical: [(String, String)] = [
        ("xmlrpc:127.0.0.1:8080:my_meth", "xmlrpc:127.0.0.1:8080:my_meth"),
        ("xmlrpc:127.0.0.1:8080/RPC2:my_meth", "xmlrpc:127.0.0.1:8080:my_meth"),
        ("xmlrpc:Example.org:80/a/b?c=d:m", "xmlrpc:Example.org:80/a/b?c=d:m"),
        ("xmlrpc:[0::1]:80:ns:m/x.y-z", "xmlrpc:[::1]:80:ns:m/x.y-z"),
        ("xmlrpc:h:80/:m", "xmlrpc:h:80/:m"), ("xmlrpc:h:80/%3A:m", "xmlrpc:h:80/%3A:m"),
        ("xmlrpc:h:80:m#tls=no&layout=struct", "xmlrpc:h:80:m"),
        (
            "xmlrpc:h:443:m#tls=yes&layout=named&timeout=2000ms&overflow=drop_newest",
            "xmlrpc:h:443:m#timeout=2s&overflow=drop_newest&layout=named&tls=yes"
        ),
    ]

    @Test(
        "The canonical text says the same as what was given, and pastes back to itself",
        arguments: canonical)
    func canonicalText(given: String, canonical: String) throws {
        try expectCanonical(given, canonical, parse: parse)
    }

    static let urls: [(String, String)] = [
        ("xmlrpc:127.0.0.1:8080:m", "http://127.0.0.1:8080/RPC2"),
        ("xmlrpc:h:80/a?b:m", "http://h:80/a?b"), ("xmlrpc:[::1]:5/:m", "http://[::1]:5/"),
        ("xmlrpc:h:443:m#tls=yes", "https://h:443/RPC2"),
    ]

    @Test("The URL is the path's, RPC2 without one, and https with tls", arguments: urls)
    func targetURL(socket: String, expected: String) throws {
        #expect(try url(socket) == expected)
    }

    static let identities: [(String, String, Bool)] = [
        ("xmlrpc:h:80:m", "xmlrpc:H:80/RPC2:m", true),
        ("xmlrpc:h:80:m", "xmlrpc:h:80:m#layout=values&tls=yes", true),
        ("xmlrpc:h:80:m", "xmlrpc:h:80:n", false), ("xmlrpc:h:80:m", "xmlrpc:h:81:m", false),
        ("xmlrpc:h:80:m", "xmlrpc:h:80/rpc2:m", false),
        ("xmlrpc:h:80/a:m", "xmlrpc:h:80/a/:m", false),
        ("xmlrpc:localhost:80:m", "xmlrpc:127.0.0.1:80:m", false),
    ]

    @Test(
        "Host, port, path and method make the identity; case of the host and options do not",
        arguments: identities)
    func identity(one: String, other: String, same: Bool) throws {
        #expect(try parse(one).sameIdentity(as: parse(other)) == same)
    }

    @Test(
        "What breaks the grammar is refused as malformed",
        arguments: [
            "xmlrpc:h", "xmlrpc:h:80", "xmlrpc:h:80:", "xmlrpc:h:80/", "xmlrpc:h:80/a",
            "xmlrpc:h::m",
            "xmlrpc::80:m", "xmlrpc:h:0:m", "xmlrpc:h:65536:m", "xmlrpc:h:80/a b:m",
            "xmlrpc:h:80/%:m", "xmlrpc:h:80/%4:m", "xmlrpc:h:80/%zz:m", "xmlrpc:h:80/{a}:m",
            "xmlrpc:h:80:9m", "xmlrpc:h:80:m m", "xmlrpc:h:80:m,n", "xmlrpc://h:80:m",
            "xmlrpc:u@h:80:m", "xmlrpc:[::1:80:m", "xmlrpc:[::1]80:m", "xmlrpc:127.1:80:m",
            "xmlrpc:h:80:" + String(repeating: "m", count: 65),
        ])
    func malformed(text: String) {
        #expect { try parse(text) } throws: { ($0 as? SocketError)?.reason == .malformed }
    }

    @Test(
        "An unknown or bad option is refused",
        arguments: [
            "layout=", "layout=Values", "layout=object", "tls=", "tls=true", "mode=request",
            "batch=2", "method=m", "framing=none",
        ])
    func badOption(option: String) {
        #expect { try parse("xmlrpc:h:80:m#" + option) } throws: {
            ($0 as? SocketError)?.reason == .badOption
        }
    }
}
