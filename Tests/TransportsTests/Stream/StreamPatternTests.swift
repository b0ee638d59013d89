import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("Sockets of streams and XML-RPC in openapi.yaml")
struct StreamPatternTests {
    /// A scheme's parser, its patterns, and what to make sockets of that are almost right.
    private struct Grammar {
        var patterns: [String]
        var seeds: [String]
        var pieces: [String]
        var parse: (SocketText) throws -> Socket
    }

    private let stream = Grammar(
        patterns: ["TcpIPv4", "TcpIPv6", "TcpName"],
        seeds: [
            "tcp:127.0.0.1:5000", "jsonrpc:10.0.0.255:65535/m#framing=newline", "tcp:[::1]:5",
            "jsonrpc:[2001:db8:0:1::1]:80/a.b:c-d/e_f", "tcp:localhost:5#batch=9&timeout=2s",
            "tcp:_a.b-c.example.org:5060/", "tcp:a:1#mode=request&overflow=drop_newest",
            "tcp:a:1#conflate=a,b&framing=netstring&framing=none",
        ],
        pieces: [
            "#", "&", "/", "/m", ":", ":m", "framing=none", "framing=lines", "mode=notification",
            "batch=100", "batch=101", "timeout=99ms", "conflate=a", "overflow=drop_oldest", "0",
            "65536", "169.254.", "[", "]", "tcp:", "jsonrpc:", "::", "ffff:", "_", "-", ".", "%41",
        ],
        parse: { try StreamSocketParser.parse($0, policy: TargetPolicy()) })

    private let xmlrpc = Grammar(
        patterns: ["XmlRpcIPv4", "XmlRpcIPv6", "XmlRpcName"],
        seeds: [
            "xmlrpc:127.0.0.1:5000:m", "xmlrpc:10.0.0.255:65535/a/b?c=d:m#layout=named",
            "xmlrpc:[::1]:5:ns:m/x", "xmlrpc:[2001:db8:0:1::1]:80/:m", "xmlrpc:localhost:5/%3A:m",
            "xmlrpc:a.b-c:5060/a@b:_m#tls=yes&timeout=2s", "xmlrpc:a:1:m#conflate=a,b&tls=no",
            "xmlrpc:a:1:m#layout=struct&overflow=drop_newest",
        ],
        pieces: [
            "#", "&", "/", "/m", ":", ":m", "layout=values", "layout=object", "tls=yes", "tls=1",
            "timeout=60s", "conflate=a", "overflow=drop_oldest", "0", "65536", "169.254.", "[", "]",
            "xmlrpc:", "::", "ffff:", "_", "-", ".", "%41", "%4", "?", "{", "~!$&'()*+,;=@",
        ],
        parse: { try XMLRPCSocketParser.parse($0, policy: TargetPolicy()) })

    @Test("10,000 mutated sockets of each: the parser never crashes and agrees with the patterns")
    func agreement() throws {
        var random = SeededRandom(seed: 0xCA82)
        for grammar in [stream, xmlrpc] {
            let patterns = try SocketPatterns(grammar.patterns)
            var accepted = 0
            for seed in grammar.seeds { try check(seed, grammar, patterns, &accepted) }
            for _ in 0..<10_000 {
                let text = SocketMutator.text(
                    &random, seeds: grammar.seeds, pieces: grammar.pieces)
                try check(text, grammar, patterns, &accepted)
            }
            #expect(accepted > 2_000, "mutations must not be so wild that all are refused")
        }
    }

    private func check(
        _ text: String, _ grammar: Grammar, _ patterns: SocketPatterns, _ accepted: inout Int
    ) throws {
        let socket: Socket? = try? grammar.parse(SocketText.parse(text))
        let scheme = text.prefix { $0 != ":" }
        guard grammar.seeds.contains(where: { $0.hasPrefix(scheme + ":") }) else { return }
        #expect((socket != nil) == patterns.match(text), "\(text.debugDescription)")
        guard let printed = socket?.detail?.text else { return }
        accepted += 1
        #expect(patterns.match(printed), "\(printed)")
        #expect(try grammar.parse(SocketText.parse(printed)).detail?.text == printed, "\(text)")
    }
}
