import EventCore
import Testing
import WireFormats

@testable import Transports

@Suite("TCP sockets")
struct StreamSocketTests {
    private func parse(_ text: String) throws(SocketError) -> Socket {
        try StreamSocketParser.parse(SocketText.parse(text), policy: TargetPolicy())
    }

    static let canonical: [(String, String)] = [
        ("tcp:127.0.0.1:6001", "tcp:127.0.0.1:6001"),
        ("jsonrpc:127.0.0.1:6001", "jsonrpc:127.0.0.1:6001"),
        ("tcp:127.0.0.1:6001/", "tcp:127.0.0.1:6001"),
        ("tcp:127.0.0.1:6001/My.Meth", "tcp:127.0.0.1:6001/My.Meth"),
        ("jsonrpc:Example.org:80/a/b:c", "jsonrpc:Example.org:80/a/b:c"),
        ("tcp:[0::1]:5/m", "tcp:[::1]:5/m"),
        ("tcp:h:5#framing=none&mode=notification", "tcp:h:5"),
        (
            "tcp:h:5#framing=netstring&batch=16&timeout=2000ms&mode=request",
            "tcp:h:5#mode=request&timeout=2s&batch=16&framing=netstring"
        ),
        (
            "tcp:h:5/m#framing=newline&overflow=drop_newest",
            "tcp:h:5/m#overflow=drop_newest&framing=newline"
        ),
    ]

    @Test(
        "The canonical text says the same as what was given, and pastes back to itself",
        arguments: canonical)
    func canonicalText(given: String, canonical: String) throws {
        try expectCanonical(given, canonical, parse: parse)
    }

    static let identities: [(String, String, Bool)] = [
        ("tcp:h:5", "tcp:H:5", true), ("tcp:h:5", "tcp:h:5/", true),
        ("tcp:h:5/m", "tcp:h:5/m", true), ("tcp:h:5/m", "tcp:h:5/m#framing=newline", true),
        ("tcp:h:5", "tcp:h:5#mode=request", true), ("tcp:[::1]:5", "tcp:[0:0::1]:5", true),
        ("tcp:h:5", "jsonrpc:h:5", false), ("tcp:h:5", "tcp:h:55", false),
        ("tcp:h:5", "tcp:h:5/m", false), ("tcp:h:5/m", "tcp:h:5/M", false),
        ("tcp:h:5/m", "tcp:h:5/mm", false), ("tcp:localhost:5", "tcp:127.0.0.1:5", false),
    ]

    @Test(
        "Scheme, host, port and method make the identity; case of the host and options do not",
        arguments: identities)
    func identity(one: String, other: String, same: Bool) throws {
        #expect(try parse(one).sameIdentity(as: parse(other)) == same)
    }

    static let destinations: [(String, String, Bool)] = [
        ("tcp:h:5", "tcp:H:5/m#mode=request&batch=9", true),
        ("tcp:h:5", "tcp:h:6", false), ("tcp:h:5", "jsonrpc:h:5", false),
        ("tcp:h:5", "tcp:h:5#framing=newline", false),
        ("tcp:h:5#framing=netstring", "tcp:h:5#framing=newline", false),
    ]

    @Test("Sockets share a connection if they differ in nothing it shows", arguments: destinations)
    func destination(one: String, other: String, same: Bool) throws {
        let first = try #require(try parse(one).detail?.target as? StreamTarget)
        let second = try #require(try parse(other).detail?.target as? StreamTarget)
        #expect((first.destination.name == second.destination.name) == same)
    }

    @Test(
        "What breaks the grammar is refused as malformed",
        arguments: [
            "tcp:", "tcp:h", "tcp:h/", "tcp:h/m", "tcp::5", "tcp:h:", "tcp:h:0", "tcp:h:65536",
            "tcp:h:+5", "tcp:h:5:m", "tcp:h:5/9", "tcp:h:5/a b", "tcp:h:5//", "tcp:h:5/.m",
            "tcp:h:5/a,b", "tcp:h:5/a?b", "tcp://h:5", "tcp:u@h:5", "tcp:127.1:5",
            "tcp:2130706433:5", "tcp:0x7f.1:5", "tcp:::1:5", "tcp:[::1]", "tcp:[::1%lo]:5",
            "tcp:h:5/" + String(repeating: "m", count: 65),
        ])
    func malformed(text: String) {
        #expect { try parse(text) } throws: { ($0 as? SocketError)?.reason == .malformed }
    }

    @Test(
        "An unknown or bad option is refused",
        arguments: [
            "framing=", "framing=None", "framing=lines", "method=m", "format=json", "batch=1",
            "batch=101", "mode=call", "overflow=none", "x=y", "timeout=99ms",
        ])
    func badOption(option: String) {
        #expect { try parse("tcp:h:5#" + option) } throws: {
            ($0 as? SocketError)?.reason == .badOption
        }
    }

    @Test("An address that never receives, or that is not allowed, is refused")
    func addresses() {
        for host in ["224.0.0.1", "255.255.255.255", "169.254.1.1", "0.0.0.0", "[ff02::1]"] {
            #expect { try parse("tcp:\(host):5") } throws: {
                ($0 as? SocketError)?.reason == .unusableAddress
            }
        }
        let policy = TargetPolicy(mode: .publicOnly)
        #expect {
            try StreamSocketParser.parse(SocketText.parse("tcp:10.0.0.1:5"), policy: policy)
        } throws: { ($0 as? SocketError)?.reason == .forbidden }
    }
}
