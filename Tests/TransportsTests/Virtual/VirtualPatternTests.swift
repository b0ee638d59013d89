import EventCore
import Foundation
import Net
import TestSupport
import Testing

@testable import Transports

@Suite("Sockets of groups in openapi.yaml")
struct VirtualPatternTests {
    private let patterns: SocketPatterns
    private let parser: VirtualSocketParser

    init() throws {
        patterns = try SocketPatterns(["Virtual"])
        var flatstore = FlatstoreSettings()
        flatstore.directory = NSTemporaryDirectory()
        let policy = TargetPolicy()
        parser = VirtualSocketParser(transports: [
            try DatagramTransport.forTests(),
            try RPCTransport(settings: HTTPSettings(), policy: policy),
            try StreamTransport(
                settings: StreamSettings(), policy: policy, resolver: Resolver(clock: Clock.now)),
            try XMLRPCTransport(settings: HTTPSettings(), policy: policy),
            try AMQPTransport(
                settings: AMQPSettings(), policy: policy, resolver: Resolver(clock: Clock.now)),
            try FlatstoreTransport(settings: flatstore),
        ])
    }

    private func isTaken(_ text: String) -> Bool {
        (try? parser.parse(SocketText.parse(text))) != nil
    }

    /// One of each kind that the pattern has, with the option that is shown.
    private static let members = [
        "udp:127.0.0.1:9", "udp:h.example.org:65535#format=lines", "unix:/run/a.sock", "/a/b",
        "unix:@name#format=json", "http://[2001:db8:0:0:0:0:0:1]:8080/a/b#mode=request",
        "https://h/#timeout=2s", "tcp:10.0.0.1:5/a.b#framing=newline", "jsonrpc:h:5#batch=16",
        "xmlrpc:127.0.0.1:80/RPC2:m#tls=yes", "rabbitmq:bob:pw@h:5672/ex?key#overflow=drop_newest",
        "rabbitmq:127.0.0.1/key", "flatstore:events.csv#format=ndjson",
    ]

    @Test(
        "every scheme that members may have is in the pattern, one to sixteen times",
        arguments: members)
    func schemes(member: String) {
        for policy in ["PARALLEL", "FAILOVER", "ROUND-ROBIN", "Parallel", ""] {
            for count in [0, 1, 2, 16, 17] {
                let text = "virtual:" + policy + String(repeating: "  " + member, count: count)
                #expect(isTaken(text) == patterns.match(text), "\(text)")
            }
        }
    }

    @Test("all schemes of all transports have been tried here")
    func isComplete() {
        let tried = Set(
            Self.members.map { $0.hasPrefix("/") ? "unix" : String($0.prefix { $0 != ":" }) })
        #expect(tried == Set(parser.transports.flatMap(\.schemes)))
    }

    @Test("10,000 mutated groups: what the pattern shows is taken")
    func mutated() {
        var random = SeededRandom(seed: 0xCA83)
        let pieces = [
            " ", "  ", "#", "&", "/", "/..", "/. ", "?", "@", ":", "udp:", "tcp:", "virtual:", "0",
            "65536",
            "169.254.", "[", "]", "::", "-", ".", "_", "%41", "mode=request", "format=json",
            "timeout=99ms",
        ]
        var shown = 0
        for number in 0..<10_000 {
            let member = SocketMutator.text(&random, seeds: Self.members, pieces: pieces)
            let text = "virtual:FAILOVER \(Self.members[number % Self.members.count]) \(member)"
            guard patterns.match(text) else { continue }
            shown += 1
            #expect(isTaken(text), "\(text.debugDescription)")
        }
        #expect(shown > 2_000, "mutations must not be so wild that all are refused")
    }
}
