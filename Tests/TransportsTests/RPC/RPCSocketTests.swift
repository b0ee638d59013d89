import EventCore
import Testing

@testable import Transports

@Suite("HTTP sockets")
struct RPCSocketTests {
    private func parse(_ text: String) throws(SocketError) -> Socket {
        try RPCSocketParser.parse(SocketText.parse(text), policy: TargetPolicy())
    }

    static let canonical: [(String, String)] = [
        ("http://127.0.0.1/", "http://127.0.0.1/"),
        ("http://127.0.0.1:80/", "http://127.0.0.1/"),
        ("https://127.0.0.1:443/x", "https://127.0.0.1/x"),
        ("https://127.0.0.1:80/x", "https://127.0.0.1:80/x"),
        ("http://Example.ORG:8080/Path?Q=1", "http://Example.ORG:8080/Path?Q=1"),
        ("http://[::1]:9000/rpc", "http://[::1]:9000/rpc"),
        ("http://[2001:DB8:0:0:0:0:0:1]/", "http://[2001:db8::1]/"),
        ("http://h/a/../b//c;x=1?a=b/c?d&e=%20", "http://h/a/../b//c;x=1?a=b/c?d&e=%20"),
        ("http://h/?", "http://h/?"),
        ("http://h/:@!$&'()*+,;=-._~", "http://h/:@!$&'()*+,;=-._~"),
        ("http://h/#mode=notification", "http://h/"),
        (
            "http://h/#timeout=2000ms&mode=request&method=ns.do",
            "http://h/#method=ns.do&mode=request&timeout=2s"
        ),
        ("http://h/#timeout=1500ms", "http://h/#timeout=1500ms"),
        ("http://h/#timeout=100ms", "http://h/#timeout=100ms"),
        ("http://h/#timeout=60s", "http://h/#timeout=60s"),
        ("http://h/#timeout=60000ms", "http://h/#timeout=60s"),
        ("http://h/#method=_a:b/c-d.9", "http://h/#method=_a:b/c-d.9"),
        ("http://h/#overflow=drop_oldest", "http://h/"),
        ("http://h/#batch=16&overflow=drop_newest", "http://h/#overflow=drop_newest&batch=16"),
        (
            "http://h/#batch=100&conflate=Call-ID,a.b_c",
            "http://h/#conflate=Call-ID,a.b_c&batch=100"
        ),
    ]

    @Test(
        "The canonical text says the same as what was given, and pastes back to itself",
        arguments: canonical)
    func canonicalText(given: String, canonical: String) throws {
        try expectCanonical(given, canonical, parse: parse)
    }

    static let identities: [(String, String, Bool)] = [
        ("http://h/", "http://h:80/", true),
        ("http://h/", "http://H/", true),
        ("http://h/", "http://h/#mode=request&timeout=1s&method=m", true),
        ("https://h/", "https://h:443/", true),
        ("http://h/", "https://h/", false),
        ("http://h/", "http://h:81/", false),
        ("http://h/a", "http://h/A", false),
        ("http://h/a", "http://h/a/", false),
        ("http://h/", "http://h/?", false),
        ("http://h/?a", "http://h/?b", false),
        ("http://localhost/", "http://127.0.0.1/", false),
        ("http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", true),
    ]

    @Test(
        "Scheme, host, port, path and query make the identity; case of the host and options do not",
        arguments: identities)
    func identity(one: String, other: String, same: Bool) throws {
        #expect(try parse(one).sameIdentity(as: parse(other)) == same)
    }

    @Test(
        "What breaks the grammar is refused as malformed",
        arguments: [
            "http:h/", "http:/h/", "http://", "http:///", "http://h", "http://h?x", "http://h:80",
            "http://:80/",
            "http://h:/", "http://h:0/", "http://h:65536/", "http://h:+80/", "http://h:80:80/",
            "http://h:080/",
            "http://u@h/", "http://u:p@h/", "http://u:p@h:80/", "http://@h/", "http://h@/",
            "http://h/ ", "http://h/a b", "http://h/a\"b", "http://h/<a>", "http://h/a\\b",
            "http://h/a^b",
            "http://h/a`b", "http://h/{a}", "http://h/a|b", "http://h/[a]", "http://h/?[a]",
            "http://h/%", "http://h/%4", "http://h/%4g", "http://h/%zz", "http://h/?%",
            "http://h /", "http://h\\x/", "http://-h/", "http://h-/", "http://h./", "http://.h/",
            "http://h..i/",
            "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://017700000001/",
            "http://127.0.0.01/",
            "http://::1/", "http://[::1/", "http://[::1]x/", "http://[::1%25lo]/", "http://[gg::]/",
            "http://h/\u{7f}", "http://h/\u{e9}", "http://h/\r\nX: y", "http://h/\0",
        ])
    func malformed(text: String) {
        #expect { try parse(text) } throws: { ($0 as? SocketError)?.reason == .malformed }
    }

    @Test(
        "An unknown, doubled or bad option is refused",
        arguments: [
            "format=json", "format=lines", "Method=x", "retry=1", "method=", "method=9a",
            "method=.a", "method=a b",
            "method=a,b", "method=" + String(repeating: "m", count: 65), "mode=", "mode=Request",
            "mode=call",
            "timeout=", "timeout=s", "timeout=ms", "timeout=2", "timeout=2m", "timeout=0s",
            "timeout=61s",
            "timeout=99ms", "timeout=60001ms", "timeout=02s", "timeout=+2s", "timeout=-2s",
            "timeout=1.5s",
            "timeout=2S", "timeout=1e3ms", "timeout=99999999999999999999s",
            "mode=request&mode=request", "x", "=", "overflow=", "overflow=conflate",
            "overflow=drop", "conflate=", "conflate=,", "conflate=a,", "conflate=a,,b",
            "conflate=a b",
            "conflate=a,b,c,d,e,f,g,h,i", "conflate=" + String(repeating: "n", count: 65),
            "conflate=a&overflow=drop_oldest", "overflow=drop_newest&conflate=a", "batch=",
            "batch=0",
            "batch=1", "batch=101", "batch=02", "batch=+2", "batch=2.0", "batch=2&batch=3",
        ])
    func badOption(option: String) {
        #expect { try parse("http://h/#" + option) } throws: {
            ($0 as? SocketError)?.reason == .badOption
        }
    }

    @Test("No error repeats a password")
    func secrets() {
        #expect { try parse("http://user:s3cret@h/") } throws: { error in
            (error as? SocketError)?.message.contains("s3cret") == false
        }
    }

    @Test("The longest method and the longest socket are accepted")
    func longest() throws {
        let method = String(repeating: "m", count: 64)
        #expect(try parse("http://h/#method=" + method).detail?.text.hasSuffix(method) == true)
        let path = String(repeating: "p", count: SocketText.bytesMax - "http://h/".utf8.count)
        #expect(try parse("http://h/" + path).detail?.identity == "http://h/" + path)
        #expect(throws: SocketError.self) { try parse("http://h/p" + path) }
    }
}
