import TestSupport
import Testing
import WireFormats

@testable import Server

@Suite("How fast a client may ask")
struct LimitTests {
    private let second: Int64 = 1_000_000_000
    private let one = ClientLimits.Client.name("one")

    @Test("a second's worth at once, then at the rate; what was refused is not counted against it")
    func rate() {
        var limits = ClientLimits(rate: 10, flood: 0, blockSeconds: 60)
        let start = 5 * second
        for _ in 0..<10 { #expect(limits.checkRate(one, at: start) == .admitted) }
        for _ in 0..<100 {
            #expect(limits.checkRate(one, at: start) == .limited(retryAfterSeconds: 1))
        }
        #expect(limits.checkRate(.name("two"), at: start) == .admitted)
        #expect(limits.checkRate(one, at: start + second / 10) == .admitted)
        #expect(
            limits.checkRate(one, at: start + second / 10) == .limited(retryAfterSeconds: 1))
        for _ in 0..<10 { #expect(limits.checkRate(one, at: start + 10 * second) == .admitted) }
        #expect(limits.checkRate(one, at: start + 10 * second) != .admitted)
    }

    @Test("over ten seconds at twice the rate, half is admitted, and the second's worth")
    func longRun() {
        var limits = ClientLimits(rate: 100, flood: 0, blockSeconds: 60)
        var admitted = 0
        for step in 0..<2_000 {
            if limits.checkRate(one, at: second + Int64(step) * second / 200) == .admitted {
                admitted += 1
            }
        }
        #expect((1_098...1_100).contains(admitted))
    }

    @Test("a flood blocks for as long as was said, is new once, and is over then")
    func flood() {
        var limits = ClientLimits(rate: 0, flood: 5, blockSeconds: 60)
        let start = 9 * second
        for _ in 0..<5 { #expect(limits.checkFlood(one, at: start) == .admitted) }
        #expect(limits.checkFlood(one, at: start) == .blocked(retryAfterSeconds: 60, isNew: true))
        #expect(
            limits.checkFlood(one, at: start + 30 * second)
                == .blocked(retryAfterSeconds: 30, isNew: false))
        #expect(
            limits.checkFlood(one, at: start + 60 * second - 1)
                == .blocked(retryAfterSeconds: 1, isNew: false))
        #expect(limits.checkFlood(.name("two"), at: start) == .admitted)
        for _ in 0..<5 {
            #expect(limits.checkFlood(one, at: start + 60 * second) == .admitted)
        }
        #expect(
            limits.checkFlood(one, at: start + 60 * second)
                == .blocked(retryAfterSeconds: 60, isNew: true))
    }

    @Test("no more clients are remembered than may be: the one unheard of for longest goes")
    func bounded() {
        var limits = ClientLimits(rate: 1, flood: 0, blockSeconds: 1, clientsMax: 3)
        for name in ["a", "b", "c"] {
            #expect(limits.checkRate(.name(name), at: second) == .admitted)
        }
        #expect(limits.checkRate(.name("a"), at: second) != .admitted)
        #expect(limits.checkRate(.name("d"), at: second) == .admitted)
        #expect(limits.checkRate(.name("a"), at: second) != .admitted)
        #expect(limits.checkRate(.name("b"), at: second) == .admitted)
    }

    @Test("addresses of one IPv6 network of 64 bits are one client; loopback is none of them")
    func networks() {
        let first = ClientLimits.Client(.v6(0x2001_0DB8_0000_0001, 1))
        #expect(first == ClientLimits.Client(.v6(0x2001_0DB8_0000_0001, 0xFFFF)))
        #expect(first != ClientLimits.Client(.v6(0x2001_0DB8_0000_0002, 1)))
        #expect(ClientLimits.Client(.v6(0, 1)) != ClientLimits.Client(.v6(0, 2)))
        #expect(ClientLimits.Client(.v4(1)) != ClientLimits.Client(.v4(2)))
    }

    @Test(
        "over the rate is 429 with Retry-After, by token; another token goes on, strangers count by address"
    )
    func overHTTP() throws {
        let files = try AccessFiles()
        try files.add("a", "read")
        try files.add("b", "read")
        let service = try RunningService {
            $0.tokensFile = files.tokens
            $0.rateLimit = 3
        }
        let client = try service.client()
        func ask(_ fields: [String: String]) throws -> JSONClient.Response {
            try client.send("GET", "/events?limit=1", fields: fields)
        }
        var answers: [JSONClient.Response] = []
        for _ in 0..<30 { answers.append(try ask(bearer("a"))) }
        let limited = try #require(answers.first { $0.status != 200 })
        #expect(limited.status == 429 && limited.code == "rate_limited")
        #expect(limited.fields["retry-after"] == "1")
        #expect(try ask(bearer("b")).status == 200)
        var strangers: [Int] = []
        for _ in 0..<30 { strangers.append(try ask([:]).status) }
        #expect(strangers.first == 401 && strangers.contains(429))
    }

    @Test("who floods is blocked and closed, and E_PIKE_BLOCKED tells its address, once")
    func pike() throws {
        let receiver = DatagramReceiver()
        let service = try RunningService {
            $0.floodLimit = 20
            $0.floodBlockSeconds = 30
        }
        var client = try service.client()
        try client.subscribe("E_PIKE_BLOCKED", receiver.socketText)
        var last = try client.send("GET", "/livez")
        for _ in 0..<2_000 where last.status == 200 { last = try client.send("GET", "/livez") }
        #expect(last.status == 429 && last.code == "client_blocked")
        #expect(last.fields["retry-after"] == "30")
        #expect(client.reachesEnd())
        #expect(
            receiver.receive()
                == #"{"jsonrpc":"2.0","method":"E_PIKE_BLOCKED","params":{"ip":"127.0.0.1"}}"#)
        for _ in 0..<3 {
            client = try service.client()
            #expect(try client.send("GET", "/livez").status == 429)
        }
        #expect(receiver.receiveNow() == nil)
    }

    @Test("without a limit nothing is limited and nothing is counted")
    func off() throws {
        let service = try RunningService()
        let client = try service.client()
        for _ in 0..<300 { #expect(try client.send("GET", "/livez").status == 200) }
        #expect(try client.statistics().keys.contains { $0.hasPrefix("pike:") } == false)
    }
}
