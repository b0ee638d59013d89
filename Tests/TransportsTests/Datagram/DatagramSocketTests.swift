import EventCore
import Foundation
import TestSupport
import Testing

@testable import Transports

@Suite("Datagram sockets")
struct DatagramSocketTests {
    let transport: DatagramTransport

    init() throws { transport = try DatagramTransport.forTests() }

    private func parse(_ text: String) throws(SocketError) -> Socket {
        try transport.parse(SocketText.parse(text))
    }

    static let canonical: [(String, String)] = [
        ("udp:127.0.0.1:5000", "udp:127.0.0.1:5000"),
        ("udp:127.0.0.1:5000#format=json", "udp:127.0.0.1:5000"),
        ("udp:127.0.0.1:5000#format=lines", "udp:127.0.0.1:5000#format=lines"),
        ("udp:223.255.255.255:65535", "udp:223.255.255.255:65535"),
        ("udp:1.0.0.0:1", "udp:1.0.0.0:1"),
        ("udp:[2001:DB8:0:0::1]:5#format=lines", "udp:[2001:db8::1]:5#format=lines"),
        ("udp:LocalHost:5", "udp:LocalHost:5"),
        ("unix:/run/a.sock", "unix:/run/a.sock"),
        ("/run/a.sock", "unix:/run/a.sock"),
        ("/run/a:b.sock#format=lines", "unix:/run/a:b.sock#format=lines"),
        ("unix:/...", "unix:/..."),
        ("unix:/.a/..b", "unix:/.a/..b"),
        ("unix:@app", "unix:@app"),
        ("unix:@@/../x", "unix:@@/../x"),
    ]

    @Test("The canonical text says the same, and pastes back to itself", arguments: canonical)
    func canonicalText(given: String, expected: String) throws {
        let socket = try parse(given)
        #expect(transport.text(of: socket, secrets: false) == expected)
        let again = try parse(expected)
        #expect(transport.text(of: again, secrets: true) == expected)
        #expect(again.sameIdentity(as: socket))
        #expect(again.options == socket.options)
    }

    static let identities: [(String, String, Bool)] = [
        ("udp:127.0.0.1:5000", "udp:127.0.0.1:5000#format=lines", true),
        ("udp:127.0.0.1:5000", "udp:127.0.0.1:5001", false),
        ("udp:127.0.0.1:5000", "udp:127.0.0.10:5000", false),
        ("udp:127.0.0.10:5000", "udp:127.0.0.1:5000", false),
        ("udp:127.0.0.1:80", "udp:127.0.0.1:8080", false),
        ("udp:localhost:5", "udp:127.0.0.1:5", false),
        ("udp:localhost:5", "udp:LOCALHOST:5", true),
        ("udp:localhost:5", "udp:localhost:6", false),
        ("udp:[::1]:5", "udp:[0:0:0:0:0:0:0:1]:5", true),
        ("udp:[::1]:5", "udp:[::1]:6", false),
        ("unix:/tmp/none", "unix:/tmp/none.sock", false),
        ("unix:/tmp/none", "/tmp/none", true),
        ("unix:/tmp/A", "unix:/tmp/a", false),
        ("unix:/a", "unix:@/a", false),
    ]

    @Test(
        "An address is an identity exactly, never by prefix; its format is none of it",
        arguments: identities)
    func identity(one: String, other: String, same: Bool) throws {
        #expect(try parse(one).sameIdentity(as: parse(other)) == same)
    }

    @Test("A numeric IPv4 socket takes no memory of its own")
    func packed() throws {
        #expect(try parse("udp:127.0.0.1:5000#format=lines").detail == nil)
    }

    static let refused: [(String, SocketError.Reason)] = [
        ("udp:127.0.0.1", .malformed), ("udp:127.0.0.1:", .malformed),
        ("udp:127.0.0.1:0", .malformed),
        ("udp:127.0.0.1:70000", .malformed), ("udp:127.0.0.1:5x", .malformed),
        ("udp::5000", .malformed),
        ("udp:::1:5", .malformed), ("udp:[::1%lo]:5", .malformed),
        ("udp://127.0.0.1:5", .malformed),
        ("udp: 127.0.0.1:5", .malformed), ("udp:127.0.0.1:5 ", .malformed),
        ("udp:0x7f.1:5", .malformed),
        ("unix:a", .malformed), ("unix:rel/path", .malformed), ("unix:/", .malformed),
        ("/", .malformed),
        ("unix://a", .malformed), ("unix:/a//b", .malformed), ("unix:/a/", .malformed),
        ("unix:/..", .malformed),
        ("unix:/a/../b", .malformed), ("unix:/./a", .malformed), ("unix:/a b", .malformed),
        ("unix:@", .malformed),
        ("unix:@a b", .malformed), ("udp:127.0.0.1:5#format=xml", .badOption),
        ("udp:127.0.0.1:5#format=", .badOption),
        ("udp:127.0.0.1:5#method=x", .badOption), ("udp:127.0.0.1:5#format=json#x", .badOption),
        ("udp:127.0.0.1:5#format=JSON", .badOption), ("unix:/a#b", .badOption),
        ("unix:@a#timeout=1s", .badOption),
        ("udp:255.255.255.255:5", .unusableAddress), ("udp:224.0.0.1:5", .unusableAddress),
        ("udp:0.0.0.0:5", .unusableAddress), ("udp:169.254.169.254:5", .unusableAddress),
        ("udp:[ff02::1]:5", .unusableAddress), ("udp:[fe80::1]:5", .unusableAddress),
        ("udp:[::]:5", .unusableAddress), ("udp:[::ffff:7f00:1]:5", .unusableAddress),
        ("udp:100.100.100.200:5", .forbidden),
    ]

    @Test(
        "What breaks the grammar or never receives is refused for that reason", arguments: refused)
    func refusal(text: String, reason: SocketError.Reason) {
        #expect(self.reason(text) == reason)
    }

    @Test("107 bytes of path or name are the most")
    func longest() throws {
        let most = "/" + String(repeating: "p", count: 106)
        for prefix in ["", "unix:"] {
            _ = try parse(prefix + most)
            #expect(reason(prefix + most + "p") == .malformed)
        }
        let name = "unix:@" + String(repeating: "n", count: 107)
        _ = try parse(name)
        #expect(reason(name + "n") == .malformed)
    }

    @Test("The policy refuses literal addresses and paths as forbidden, and leaves names for later")
    func policy() throws {
        let mode = try TargetPolicy.Mode(parsing: "127.0.0.0/8,::1")
        let confined = try DatagramTransport.forTests(
            policy: TargetPolicy(mode: mode, unixDirectories: ["/run/app"]))
        func reason(_ text: String) -> SocketError.Reason? { Self.reason(text, confined) }
        #expect(reason("udp:127.0.0.1:5") == nil)
        #expect(reason("udp:[::1]:5") == nil)
        #expect(reason("unix:/run/app/x") == nil)
        #expect(reason("udp:example.org:5") == nil)
        #expect(reason("udp:10.0.0.1:5") == .forbidden)
        #expect(reason("udp:[2001:db8::1]:5") == .forbidden)
        #expect(reason("unix:/run/x") == .forbidden)
        #expect(reason("unix:@x") == .forbidden)
        #expect(reason("udp:224.0.0.1:5") == .unusableAddress)
    }

    @Test(
        "10,000 mutated sockets: the parser never crashes and agrees with openapi.yaml's patterns")
    func patterns() throws {
        let patterns = try SocketPatterns([
            "UdpIPv4", "UdpIPv6", "UdpName", "UnixPath", "UnixAbstract",
        ])
        var random = SeededRandom(seed: 0xCA81)
        var accepted = 0
        for seed in Self.canonical.map(\.0) + Self.refused.map(\.0) {
            try check(seed, patterns, &accepted)
        }
        for _ in 0..<10_000 {
            try check(SocketMutator.text(&random), patterns, &accepted)
        }
        #expect(accepted > 2_000, "mutations must not be so wild that all are refused")
    }

    private func check(_ text: String, _ patterns: SocketPatterns, _ accepted: inout Int) throws {
        let isUnknown = (try? SocketText.parse(text)).map {
            $0.scheme != "udp" && $0.scheme != "unix"
        }
        if isUnknown == true { return }
        let reason = reason(text)
        #expect(
            (reason == nil || reason == .forbidden) == patterns.match(text),
            "\(text.debugDescription)")
        guard reason == nil else { return }
        accepted += 1
        let printed = transport.text(of: try parse(text), secrets: false)
        #expect(transport.text(of: try parse(printed), secrets: false) == printed, "\(text)")
    }

    private func reason(_ text: String) -> SocketError.Reason? { Self.reason(text, transport) }

    private static func reason(_ text: String, _ transport: DatagramTransport) -> SocketError
        .Reason?
    {
        do throws(SocketError) {
            _ = try transport.parse(SocketText.parse(text))
            return nil
        } catch {
            return error.reason
        }
    }
}
