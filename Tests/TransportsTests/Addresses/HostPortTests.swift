import EventCore
import Testing
import WireFormats

@testable import Transports

@Suite("Host and port")
struct HostPortTests {
    static let canonical: [(String, String)] = [
        ("127.0.0.1:5060", "127.0.0.1:5060"),
        ("255.255.255.255:65535", "255.255.255.255:65535"),
        ("[::1]:1", "[::1]:1"),
        ("[0:0:0:0:0:0:0:1]:1", "[::1]:1"),
        ("[2001:DB8::0001]:80", "[2001:db8::1]:80"),
        ("[2001:db8:0:1:1:1:1:1]:80", "[2001:db8:0:1:1:1:1:1]:80"),
        ("[2001:0:0:1:0:0:0:1]:80", "[2001:0:0:1::1]:80"),
        ("[2001:db8:0:0:1:0:0:1]:80", "[2001:db8::1:0:0:1]:80"),
        ("[1:2:3:4:5:6:7::]:80", "[1:2:3:4:5:6:7:0]:80"),
        ("[fe80::]:80", "[fe80::]:80"),
        ("LocalHost:80", "LocalHost:80"),
        ("a:1", "a:1"),
        ("_sip._udp.x-y.Example:80", "_sip._udp.x-y.Example:80"),
        ("1.2.3.com:80", "1.2.3.com:80"),
    ]

    @Test(
        "The canonical text says the same (RFC 5952) and reads back to itself", arguments: canonical
    )
    func canonicalText(given: String, expected: String) throws {
        let parsed = try HostPort.parse(given)
        #expect(parsed.text == expected)
        #expect(try HostPort.parse(expected).text == expected)
    }

    @Test("A name's identity is in lower case; a name and its address are two")
    func identity() throws {
        #expect(try HostPort.parse("LocalHost:80").identity == "localhost:80")
        #expect(
            try HostPort.parse("localhost:80").identity != HostPort.parse("127.0.0.1:80").identity)
    }

    static let malformed = [
        "", ":", ":80", "a", "a:", "127.0.0.1", "127.0.0.1:", "a:0", "a:65536", "a:-1", "a:+5",
        "a:5a",
        "a: 5", "a:05", "a:٣", "a:99999999999999999999", "a:80:80", "::1:5", "[::1", "[::1]",
        "[::1]5",
        "[::1]:", "[]:5", "[:]:5", "[:::]:5", "[::1::]:5", "[1:2:3:4:5:6:7:8:9]:5",
        "[1:2:3:4:5:6:7]:5",
        "[1:2:3:4:5:6:7:8::]:5", "[::12345]:5", "[::g]:5", "[1:]:5", "[:1]:5", "[::1%lo]:5",
        "]::1[:5",
        "01.2.3.4:5", "1.2.3:5", "1.2.3.4.5:5", "256.1.1.1:5", "0x7f.1:5", "017700000001:5",
        "2130706433:5", "127.1:5", "0x7f000001:5", "1.2.3.4.:5", "a.:5", ".a:5", "a..b:5", "-a:5",
        "a-:5",
        "a.-b:5", "a b:5", "ä:5", "a/b:5", "a@b:5", "a.1:5", "a.1b:5", "1:5",
    ]

    @Test(
        "Whatever is not exactly an address or a name with a port is refused", arguments: malformed)
    func refused(text: String) {
        #expect(reason(text) == .malformed)
    }

    static let wrappers = [
        "[::ffff:127.0.0.1]:5", "[::ffff:7f00:1]:5", "[::127.0.0.1]:5", "[::7f00:1]:5",
        "[64:ff9b::1.2.3.4]:5",
        "[64:ff9b::102:304]:5", "[0:0:0:0:0:ffff:a:b]:5", "[2001:db8::1.2.3.4]:5",
    ]

    @Test(
        "An IPv6 address that only wraps an IPv4 address is asked to be written as such",
        arguments: wrappers)
    func wrapped(text: String) {
        #expect(reason(text) == .unusableAddress)
    }

    @Test("A name has at most 253 bytes, a part of it 63")
    func limits() throws {
        let label = String(repeating: "a", count: Host.labelBytesMax)
        _ = try HostPort.parse("\(label):5")
        #expect(reason("\(label)a:5") == .malformed)
        let most = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
        #expect(most.utf8.count == Host.nameBytesMax)
        _ = try HostPort.parse("\(most):5")
        #expect(reason("\(most)b:5") == .malformed)
    }

    @Test("Where a scheme has a default port it may be left out, but not left empty")
    func defaultPort() throws {
        #expect(try HostPort.parse("h", defaultPort: 443).port == 443)
        #expect(try HostPort.parse("[::1]", defaultPort: 443).port == 443)
        #expect(try HostPort.parse("h:8", defaultPort: 443).port == 8)
        #expect(throws: SocketError.self) { try HostPort.parse("h:", defaultPort: 443) }
    }

    @Test("A host alone may be any bytes")
    func hostAlone() {
        for text in ["", "[", "]", "[]", "[[", "%", "["] {
            #expect(throws: SocketError.self) { try Host.parse(text.utf8Span.span) }
        }
    }

    private func reason(_ text: String) -> SocketError.Reason? {
        do throws(SocketError) {
            _ = try HostPort.parse(text)
            return nil
        } catch {
            return error.reason
        }
    }
}
