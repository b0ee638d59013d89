/// Input that must be refused, by kind.
enum BadInput {
    /// Bytes that are no JSON text, or JSON that says something twice.
    static let unreadableJSON: [[UInt8]] = unreadableTexts.map { Array($0.utf8) } + unreadableBytes

    private static let good = #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#

    private static let unreadableTexts: [String] = [
        "", " ", "\n\t ", #"{"event":"E_A",}"#, "[1,]", "{}x", "{}{}", "{}\0", "{", "}", "[",
        #"{"a""#, #"{"a":}"#,
        "// c\n{}", "/* c */{}", "{}#", "{'a':1}", "{a:1}", "NaN", "[Infinity]", "[-Infinity]",
        "[0x10]", "[01]",
        "[+1]", "[.5]", "[1.]", "[1e]", "[-]", "[--1]", "[tru]", "[True]", "[nul]", #"["\x"]"#,
        #"["\u12"]"#,
        #"["\ud800"]"#, #"["\udc00"]"#, #"["\ud800\u0041"]"#, "[\"a\u{1}b\"]", "[\"a\nb\"]",
        "[\"\t\"]", "\"unclosed",
        #"{"expire":1,"expire":2}"#, #"{"event":"E_A","event":"E_A"}"#, #"{"a":1,"\u0061":1}"#,
        String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
        String(repeating: "[", count: 513), String(repeating: "[", count: 200_000),
    ]

    private static let unreadableBytes: [[UInt8]] = [
        [0xEF, 0xBB, 0xBF] + Array(good.utf8),
        utf16(bigEndian: false),
        utf16(bigEndian: true),
        inString([0xFF]), inString([0xC0, 0xAF]), inString([0xED, 0xA0, 0x80]),
        inString([0xF4, 0x90, 0x80, 0x80]),
        inString([0xE2, 0x82]),
    ]

    private static func utf16(bigEndian: Bool) -> [UInt8] {
        var bytes: [UInt8] = bigEndian ? [] : [0xFF, 0xFE]
        for unit in good.utf16 {
            let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            bytes += bigEndian ? pair : pair.reversed()
        }
        return bytes
    }

    private static func inString(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"event":""#.utf8) + bytes + Array(#""}"#.utf8)
    }

    /// Socket texts, each with the codes that may say what is wrong.
    static let sockets: [(socket: String, codes: [String])] =
        ofNoScheme.map { ($0, ["unknown_scheme", "bad_format"]) }
        + malformed.map { ($0, ["bad_format"]) }
        + unusable.map { ($0, ["unusable_address", "bad_format"]) }
        + withBadOptions.map { ($0, ["bad_option", "bad_format"]) }
        + [("http://h/\(String(repeating: "a", count: 10_000))", ["too_long", "bad_format"])]

    private static let ofNoScheme: [String] = [
        "", " ", ":", "x", "udp", "127.0.0.1:5", "UDP:127.0.0.1:5", "Http://127.0.0.1:9/",
        "gopher://h/", "file:///etc/passwd",
        "dict://h:1/", "ftp://h/", "tel:1", "javascript:alert(1)", "udp //x", "ﬀ:1",
    ]

    private static let malformed: [String] = [
        "udp:", "udp:127.0.0.1", "udp:127.0.0.1:", "udp::5000", "udp:127.0.0.1:0",
        "udp:127.0.0.1:65536", "udp:127.0.0.1:-1",
        "udp:127.0.0.1:+5", "udp:127.0.0.1:5a", "udp:127.0.0.1: 5", "udp:127.0.0.1:٣",
        "udp:127.0.0.1:05", "udp:127.0.0.1:99999999999",
        "udp:::1:5", "udp:[::1:5", "udp:[]:5", "udp:0x7f.1:5", "udp:017700000001:5",
        "udp:2130706433:5", "udp:127.1:5",
        "udp:127.0.0.01:5", "udp:256.1.1.1:5", "udp:1.2.3.4.5:5", "udp:-a.b:5", "udp:a-.b:5",
        "udp:a..b:5", "udp:.a:5", "udp:a b:5",
        "udp:ä.example:5", "udp:127.0.0.1:5/x", "udp://127.0.0.1:5", "udp:u@127.0.0.1:5",
        "udp:127.0.0.1:5\n", "udp:127.0.0.1:5\0",
        "udp:\(String(repeating: "a", count: 64)).b:5",
        "udp:\(Array(repeating: "abcdefg", count: 32).joined(separator: ".")):5",
        "unix:", "unix:rel/path", "unix:./x", "unix:/a/../b", "unix:/a/./b", "unix://a", "unix:/a/",
        "unix:/", "unix:/a b",
        "unix:/\(String(repeating: "a", count: 107))", "unix:@",
        "unix:@\(String(repeating: "a", count: 108))", "unix:/a\0b",
        "unix:/ä", "/", "/a/../b", "//a", "http:", "http:/", "http://", "http:///x", "http://h",
        "http://h:0/", "http://h:65536/",
        "http://u:p@h/", "http://u@h/", "http://h/ x", "http://h/ä", "http://h/\r\nX: y",
        "http://h/%zz", "http://h/%", "http://h/|",
        "http://h/\\", "http://[::1/", "http://h:80:80/", "https:h/", "http://127.1/",
        "http://0x7f000001/",
    ]

    private static let unusable: [String] = [
        "udp:255.255.255.255:5", "udp:224.0.0.1:5", "udp:239.1.2.3:5", "udp:0.0.0.0:5",
        "udp:240.0.0.1:5", "udp:169.254.169.254:5",
        "udp:[ff02::1]:5", "udp:[::]:5", "udp:[fe80::1]:5", "udp:[::ffff:169.254.169.254]:5",
        "http://169.254.169.254/latest",
        "http://[fe80::1]/", "http://224.0.0.1/", "http://0.0.0.0/",
    ]

    private static let withBadOptions: [String] = [
        "udp:127.0.0.1:5#", "udp:127.0.0.1:5#format=xml", "udp:127.0.0.1:5#format",
        "udp:127.0.0.1:5#format=json&format=json",
        "udp:127.0.0.1:5#mode=request", "udp:127.0.0.1:5#x=1", "http://h/#", "http://h/#frag",
        "http://h/#mode=x", "http://h/#timeout=0s",
        "http://h/#timeout=61s", "http://h/#timeout=99ms", "http://h/#timeout=2",
        "http://h/#method=", "http://h/#method=a b",
        "http://h/#mode=request&mode=request", "http://h/#format=lines", "unix:/a#b",
        "udp:127.0.0.1:5#format=lines#format=json",
    ]

    /// Names that break the grammar of events.
    static let names: [String] = [
        "", " ", "1E", "_E", "-E", ".E", "E A", "E_Ä", "E\u{200B}", "\u{200F}E", "E\u{301}", "E\n",
        "E\r\nX: y", "E\0",
        "E\u{1B}[31m", "E_A/B", "../E", "E_A'; DROP TABLE subscriptions", "E\"", "E%s%n", "E:x",
        "E,", "E;", "E\\", "Е_CYRILLIC",
        String(repeating: "E", count: 65), String(repeating: "E", count: 100_000),
    ]
}
