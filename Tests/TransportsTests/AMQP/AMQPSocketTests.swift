import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("RabbitMQ sockets")
struct AMQPSocketTests {
    private func parse(_ text: String) throws(SocketError) -> Socket {
        try AMQPSocketParser.parse(SocketText.parse(text), policy: TargetPolicy())
    }

    private func target(_ text: String) throws -> AMQPTarget {
        try #require(try parse(text).detail?.target as? AMQPTarget)
    }

    static let canonical: [(String, String)] = [
        ("rabbitmq:127.0.0.1/k", "rabbitmq:127.0.0.1/k"),
        ("rabbitmq:127.0.0.1:5672/k", "rabbitmq:127.0.0.1/k"),
        ("rabbitmq:127.0.0.1:5671/tls?k", "rabbitmq:127.0.0.1/tls?k"),
        ("rabbitmq:127.0.0.1:5672/tls?k", "rabbitmq:127.0.0.1:5672/tls?k"),
        ("rabbitmq:[::1]:9/k", "rabbitmq:[::1]:9/k"),
        ("rabbitmq:Mq.Example.ORG/k", "rabbitmq:Mq.Example.ORG/k"),
        ("rabbitmq:bob@h/k", "rabbitmq:bob@h/k"),
        ("rabbitmq:bob:sec%20ret@h/k", "rabbitmq:bob:sec%20ret@h/k"),
        ("rabbitmq:b:a%3ab@h/k", "rabbitmq:b:a:b@h/k"),
        ("rabbitmq:%62ob:%70w@h/%6b", "rabbitmq:bob:pw@h/k"),
        ("rabbitmq:h/ex?k", "rabbitmq:h/exchange=ex?k"),
        ("rabbitmq:h/ex?", "rabbitmq:h/exchange=ex?"),
        ("rabbitmq:h/exchange=ex;persistent?k", "rabbitmq:h/exchange=ex;persistent?k"),
        ("rabbitmq:h/persistent;exchange=ex?k", "rabbitmq:h/exchange=ex;persistent?k"),
        ("rabbitmq:h/persistent?k", "rabbitmq:h/persistent?k"),
        ("rabbitmq:h/exchange=persistent?k", "rabbitmq:h/exchange=persistent?k"),
        ("rabbitmq:h/tls_domain=dom;exchange=e?k", "rabbitmq:h/exchange=e;tls?k"),
        ("rabbitmq:h/vhost=/?k", "rabbitmq:h/k"),
        ("rabbitmq:h/vhost=%2Fa?k", "rabbitmq:h/vhost=/a?k"),
        ("rabbitmq:h/a.b/c;d=e", "rabbitmq:h/a.b/c;d=e"),
        ("rabbitmq:h/e%3D%3B%3f?%3F%23", "rabbitmq:h/exchange=e%3D%3B%3F?%3F%23"),
        ("rabbitmq:h/%C3%A9", "rabbitmq:h/%C3%A9"),
        ("rabbitmq:h/%ff", "rabbitmq:h/%FF"),
        ("rabbitmq:h/k#format=json", "rabbitmq:h/k"),
        ("rabbitmq:h/k#format=lines", "rabbitmq:h/k#format=lines"),
    ]

    @Test(
        "The canonical text says the same as what was given, and pastes back to itself",
        arguments: canonical)
    func canonicalText(given: String, canonical: String) throws {
        try expectCanonical(given, canonical, parse: parse)
    }

    @Test("What is left out is guest, guest, 5672 and /; with tls 5671")
    func defaults() throws {
        let broker = try target("rabbitmq:h/k").broker
        #expect(broker.user == Array("guest".utf8) && broker.password.bytes == Array("guest".utf8))
        #expect(broker.virtualHost == [UInt8(ascii: "/")] && broker.address.port == 5_672)
        #expect(!broker.isSecure)
        #expect(try target("rabbitmq:h/tls?k").broker.address.port == 5_671)
        #expect(try target("rabbitmq:bob@h/k").broker.password.bytes == Array("guest".utf8))
    }

    @Test("Percent-encoding is decoded everywhere, and each part goes where it belongs")
    func parts() throws {
        let target = try target("rabbitmq:b%40b:s%2Fc%25@[::1]:99/exchange=a%20b;vhost=v%2F1?k%3F")
        #expect(target.broker.user == Array("b@b".utf8))
        #expect(target.broker.password.bytes == Array("s/c%".utf8))
        #expect(target.broker.address.text == "[::1]:99")
        #expect(target.broker.virtualHost == Array("v/1".utf8))
        #expect(target.exchange == Array("a b".utf8) && target.routingKey == Array("k?".utf8))
        #expect(!target.isPersistent && target.format == .json)
    }

    static let identities: [(String, String, Bool)] = [
        (
            "rabbitmq:h/e?k", "rabbitmq:guest:guest@H:5672/exchange=e;persistent?k#format=lines",
            true
        ),
        ("rabbitmq:u:one@h/k", "rabbitmq:u:two@h/k", true),
        ("rabbitmq:u:one@h/k", "rabbitmq:u:***@h/k", true),
        ("rabbitmq:h:5672/k", "rabbitmq:h:5672/tls?k", true),
        ("rabbitmq:h/vhost=/?k", "rabbitmq:h/k", true),
        ("rabbitmq:u@h/k", "rabbitmq:v@h/k", false),
        ("rabbitmq:u@h/k", "rabbitmq:U@h/k", false),
        ("rabbitmq:h/k", "rabbitmq:h:5673/k", false),
        ("rabbitmq:h/k", "rabbitmq:h/tls?k", false),
        ("rabbitmq:h/k", "rabbitmq:h/k2", false),
        ("rabbitmq:h/k", "rabbitmq:h/e?k", false),
        ("rabbitmq:h/e?k", "rabbitmq:h/e2?k", false),
        ("rabbitmq:h/k", "rabbitmq:h/vhost=v?k", false),
        ("rabbitmq:h/vhost=a/b?k", "rabbitmq:h/vhost=a;exchange=b?k", false),
        ("rabbitmq:localhost/k", "rabbitmq:127.0.0.1/k", false),
    ]

    @Test(
        "User, host, port, vhost, exchange and key make the identity; password and options do not",
        arguments: identities)
    func identity(one: String, other: String, same: Bool) throws {
        #expect(try parse(one).sameIdentity(as: parse(other)) == same)
    }

    @Test(
        "What breaks the grammar is refused as malformed",
        arguments: [
            "rabbitmq:h", "rabbitmq:/k", "rabbitmq:h/", "rabbitmq://h/k", "rabbitmq:h:0/k",
            "rabbitmq:h:65536/k", "rabbitmq:h:/k", "rabbitmq::5672/k", "rabbitmq:127.1/k",
            "rabbitmq:user:p@ss%40w:rd@host:5672/ex?k", "rabbitmq:a@b@h/k", "rabbitmq:@h/k",
            "rabbitmq::pw@h/k", "rabbitmq:u:@h/k", "rabbitmq:u:p@/k", "rabbitmq:u:p w@h/k",
            "rabbitmq:u:p%@h/k", "rabbitmq:u:p%4@h/k", "rabbitmq:u:p%gg@h/k", "rabbitmq:u*:p@h/k",
            "rabbitmq:u:****@h/k", "rabbitmq:u:p%00@h/k", "rabbitmq:h/?k", "rabbitmq:h/persistent?",
            "rabbitmq:h/vhost=v?", "rabbitmq:h/exchange=?k", "rabbitmq:h/vhost=?k",
            "rabbitmq:h/a?b?c",
            "rabbitmq:h/a b", "rabbitmq:h/%00", "rabbitmq:h/a%0D%0Ab", "rabbitmq:h/%7f",
            "rabbitmq:h/a%1f?k", "rabbitmq:h/exchange=a=b?k", "rabbitmq:h/<k>", "rabbitmq:h/k\"",
            "rabbitmq:h/" + String(repeating: "k", count: 256),
            "rabbitmq:h/" + String(repeating: "e", count: 256) + "?k",
            "rabbitmq:h/exchange=" + String(repeating: "e", count: 256) + "?k",
            "rabbitmq:" + String(repeating: "u", count: 256) + "@h/k",
            "rabbitmq:u:" + String(repeating: "p", count: 256) + "@h/k",
        ])
    func malformed(text: String) {
        #expect { try parse(text) } throws: { ($0 as? SocketError)?.reason == .malformed }
    }

    @Test(
        "An unknown, doubled or bad option is refused",
        arguments: [
            "h/exchnge=e?k", "h/;?k", "h/exchange=a;?k", "h/persistent=1?k", "h/tls=1?k",
            "h/persistent;persistent?k", "h/exchange=a;exchange=b?k", "h/tls;tls_domain=d?k",
            "h/tls_domain;persistent?k", "h/k#format=xml", "h/k#method=m",
            "h/k#mode=request", "h/Persistent;tls?k",
        ])
    func badOption(text: String) {
        #expect { try parse("rabbitmq:" + text) } throws: {
            ($0 as? SocketError)?.reason == .badOption
        }
    }

    @Test("The password is in what the store keeps, and in no listing, identity or description")
    func secrets() throws {
        let detail = try #require(try parse("rabbitmq:bob:s3cret@h/k").detail)
        #expect(detail.text == "rabbitmq:bob:***@h/k")
        #expect(detail.secretText == "rabbitmq:bob:s3cret@h/k")
        #expect(!detail.identity.contains("s3cret") && !detail.isMasked)
        let target = try target("rabbitmq:bob:s3cret@h/k")
        var dumped = ""
        dump(target, to: &dumped)
        #expect(!"\(target.broker) \(dumped)".contains("s3cret"))
        #expect(!dumped.contains("115"), "bytes of the password: \(dumped)")
    }

    @Test("Another password is another destination, which tells nobody what it is")
    func destinations() throws {
        func name(_ text: String) throws -> String { try target(text).destination.name }
        #expect(try name("rabbitmq:b:one@h/k") == name("rabbitmq:b:one@H:5672/persistent?k"))
        #expect(try name("rabbitmq:b:one@h/k") != name("rabbitmq:b:two@h/k"))
        #expect(try name("rabbitmq:b:s3cret@h/k").contains("s3cret") == false)
        #expect(try name("rabbitmq:h/k") == "rabbitmq:guest@h:5672/%2F/?k")
    }

    @Test("A listing pasted back is masked: the same subscriber, without a password")
    func masked() throws {
        let listed = try #require(try parse("rabbitmq:bob:s3cret@h/k").detail?.text)
        let pasted = try #require(try parse(listed).detail)
        #expect(pasted.isMasked && pasted.text == listed && pasted.secretText == listed)
        #expect(try parse("rabbitmq:bob:%2A%2A%2A@h/k").detail?.isMasked == false)
    }

    @Test(
        "No error repeats a password",
        arguments: [
            "u:s3cret@h@h/k", "u:s3cret @h/k", "u:s3cret%00@h/k", "u:s3cret@h:0/k", "u:s3cret@h/",
        ])
    func errors(text: String) {
        #expect { try parse("rabbitmq:" + text) } throws: { error in
            (error as? SocketError)?.message.contains("s3cret") == false
        }
    }

    @Test("A literal address is judged by the target policy, a name is not yet")
    func policy() throws {
        let policy = TargetPolicy(mode: .publicOnly)
        func reason(_ text: String) -> SocketError.Reason? {
            do throws(SocketError) {
                _ = try AMQPSocketParser.parse(SocketText.parse(text), policy: policy)
                return nil
            } catch { return error.reason }
        }
        #expect(reason("rabbitmq:u:p@10.0.0.1/k") == .forbidden)
        #expect(reason("rabbitmq:u:p@224.0.0.1/k") == .unusableAddress)
        #expect(reason("rabbitmq:u:p@localhost/k") == nil)
    }

    @Test("2,000 bytes are accepted, and what is printed of them can be pasted back")
    func longest() throws {
        let name = String(repeating: "%20", count: 255)
        let head = "rabbitmq:\(name):\(name)@h/"
        let long = head + String(repeating: "e", count: 2_000 - head.utf8.count - 251) + "?"
        let socket = try parse(long + String(repeating: "k", count: 2_000 - long.utf8.count))
        let printed = try #require(socket.detail?.secretText)
        #expect(printed.utf8.count > 2_000 && printed.utf8.count <= SocketText.bytesMax)
    }

    @Test("10,000 mutated sockets: the parser agrees with openapi.yaml's patterns")
    func patterns() throws {
        let patterns = try SocketPatterns(["RabbitMQIPv4", "RabbitMQIPv6", "RabbitMQName"])
        var random = SeededRandom(seed: 0xA3)
        let seeds =
            Self.canonical.map(\.0) + Self.identities.map(\.1)
            + ["rabbitmq:10.0.0.1/tls;persistent?k#timeout=2s&conflate=a,b&format=lines"]
        var accepted = 0
        for turn in 0..<10_000 {
            var text = Array(seeds[turn % seeds.count])
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 9...max(9, text.count), using: &random)
                if Bool.random(using: &random), place < text.count {
                    text.remove(at: place)
                } else {
                    let piece = Self.pieces.randomElement(using: &random) ?? ""
                    text.insert(contentsOf: piece, at: min(place, text.count))
                }
            }
            let mutated = String(text)
            let socket = try? parse(mutated)
            // A masked one is accepted only for a subscriber that exists.
            guard socket?.detail?.isMasked != true else { continue }
            #expect((socket != nil) == patterns.match(mutated), "\(mutated)")
            guard let printed = socket?.detail?.secretText else { continue }
            accepted += 1
            #expect(try parse(printed).detail?.secretText == printed, "\(mutated)")
        }
        #expect(accepted > 2_000, "mutations must not be so wild that all are refused")
    }

    private static let pieces = [
        "@", ":", "/", "?", ";", "=", "#", "&", "%", "%20", "%00", "%7f", "%7F", "%3F", "%g0", "*",
        "exchange=", "vhost=", "persistent", ";persistent", "tls", ";tls;", "tls_domain=d", "u:p@",
        ":5672", ":0", "k", ".", " ", "\"", "[::1]", "127.0.0.1", "#format=lines", "&timeout=1s",
        "overflow=drop_newest", "conflate=a,a",
    ]
}
