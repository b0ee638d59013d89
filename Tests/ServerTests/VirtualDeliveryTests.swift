import Foundation
import TestSupport
import Testing

@Suite("Groups of sockets")
struct VirtualDeliveryTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    private func deliveries(_ location: String) throws -> [String: Any] {
        try client.send("GET", location).json["deliveries"] as? [String: Any] ?? [:]
    }

    @Test("FAILOVER: what the first does not take the second gets, counted once")
    func failover() throws {
        let dead = DeadPort()
        let receiver = DatagramReceiver()
        let made = try client.subscribe(
            "E_A",
            "virtual:FAILOVER  http://127.0.0.1:\(dead.port)/#timeout=2s \(receiver.socketText)")
        #expect(made.status == 201)
        #expect(
            made.json["socket"] as? String
                == "virtual:FAILOVER http://127.0.0.1:\(dead.port)/#timeout=2s \(receiver.socketText)"
        )
        for number in 1...3 { try client.raise("E_A", "[\(number)]") }
        for number in 1...3 {
            #expect(
                receiver.receive() == #"{"jsonrpc":"2.0","method":"E_A","params":[\#(number)]}"#)
        }
        let location = try #require(made.fields["location"])
        let isCounted = try eventually {
            try deliveries(location)["delivered"] as? Int == 3
        }
        #expect(isCounted)
        #expect(try deliveries(location)["matched"] as? Int == 3)
    }

    @Test("PARALLEL: all get it, in whatever order they are named; one subscriber")
    func parallel() throws {
        let receivers = [DatagramReceiver(), DatagramReceiver()]
        let texts = receivers.map(\.socketText)
        let first = try client.subscribe("E_A", "virtual:PARALLEL \(texts[0]) \(texts[1])")
        let again = try client.subscribe(
            "E_A", "virtual:PARALLEL \(texts[1])#format=lines \(texts[0])")
        #expect(first.status == 201 && again.status == 200)
        let id = first.json["id"] as? String
        #expect(id != nil && again.json["id"] as? String == id)
        try client.raise("E_A")
        #expect(receivers[0].receive() == #"{"jsonrpc":"2.0","method":"E_A"}"#)
        #expect(receivers[1].receive() == "E_A\n\n")
    }

    @Test(
        "a group that was told of something ends at its deadline like any other (OpenSIPS crashed)")
    func expires() throws {
        let receiver = DatagramReceiver()
        var locations: [String] = []
        for policy in ["PARALLEL", "FAILOVER", "ROUND-ROBIN"] {
            let made = try client.subscribe(
                "E_A", "virtual:\(policy) \(receiver.socketText)", #""expire":3"#)
            locations.append(try #require(made.fields["location"]))
        }
        try client.raise("E_A")
        for _ in 0..<3 { #expect(receiver.receive() != nil) }
        let areGone = try eventually(within: 20) {
            try locations.allSatisfy { try client.send("GET", $0).status == 404 }
        }
        #expect(areGone)
        #expect(try client.raise("E_A").json["matched"] as? Int == 0)
        #expect(receiver.receiveNow() == nil)
    }

    @Test("a member that is none is 422, and the sentence says which it is")
    func refused() throws {
        let answer = try client.subscribe("E_A", "virtual:FAILOVER udp:127.0.0.1:9 udp:127.0.0.1:0")
        #expect(answer.status == 422 && answer.text.contains("Member 2"))
    }
}
