import Foundation
import Server
import TestSupport
import Testing

@Suite("REST: dry runs")
struct DryRunTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    private func foretell(_ event: String, _ body: String) throws -> JSONClient.Response {
        try client.send("POST", "/events/\(event)/raise?dry_run=true", body)
    }

    @Test("the bytes foretold are the bytes that arrive, but for the id")
    func bytes() throws {
        let udp = DatagramReceiver()
        let http = try LoopbackReceiver { _ in .status(204) }
        defer { http.stop() }
        try client.subscribe("E_DOOR", udp.socketText)
        try client.subscribe("E_DOOR", http.url + "/#mode=request")
        let body = #"{"params":{"door":"front \"é\" \n","n":1.5}}"#
        let answer = try foretell("E_DOOR", body)
        #expect(answer.status == 200)
        #expect(answer.fields["cache-control"] == "no-store")
        #expect(answer.json["known"] as? Bool == true)
        #expect(answer.json["matched"] as? Int == 2)
        #expect(answer.json["complete"] as? Bool == true)
        let deliveries = try #require(answer.json["deliveries"] as? [[String: Any]])
        let payloads = deliveries.map { $0["payload"] as? String ?? "" }
        #expect(deliveries.map { $0["forecast"] as? String } == ["send", "send"])
        #expect(deliveries.map { $0["bytes"] as? Int } == payloads.map(\.utf8.count))
        #expect(deliveries.allSatisfy { $0["encoding"] as? String == "utf-8" })
        _ = try client.send("POST", "/events/E_DOOR/raise", body)
        #expect(udp.receive() == payloads[1])
        let received = try #require(http.wait(for: 1).first?.body)
        func masked(_ text: String) -> String {
            text.replacing(/"id":"[0-9a-f]+-[0-9]+"/, with: "\"id\":\"\"")
        }
        #expect(masked(received) == masked(payloads[0]))
        #expect(payloads[0].contains(#""id":""#))
    }

    @Test("nothing happens, and an event that is not there is not made")
    func nothing() throws {
        let answer = try foretell("E_NEW", "{}")
        #expect(
            answer.text
                == #"{"event":"E_NEW","known":false,"matched":0,"deliveries":[],"complete":true,"unmatched":[]}"#
        )
        #expect(try client.send("GET", "/events/E_NEW").status == 404)
        #expect(try client.send("GET", "/occurrences").text == #"{"occurrences":[]}"#)
    }

    @Test("each member of a group is told of, and a subscriber who was perhaps meant")
    func groups() throws {
        try client.subscribe(
            "E_DOOR", "virtual:PARALLEL udp:127.0.0.1:9 tcp:127.0.0.1:9#framing=netstring")
        try client.subscribe("E_door", "udp:127.0.0.1:9")
        let answer = try foretell("E_DOOR", "{}")
        let deliveries = try #require(answer.json["deliveries"] as? [[String: Any]])
        let members = deliveries.map { $0["member"] as? [String: String] }
        #expect(members.map { $0?["transport"] } == ["datagram", "stream"])
        #expect(
            deliveries.map { $0["payload"] as? String } == [
                #"{"jsonrpc":"2.0","method":"E_DOOR"}"#,
                #"35:{"jsonrpc":"2.0","method":"E_DOOR"},"#,
            ])
        let unmatched = try #require(answer.json["unmatched"] as? [[String: Any]])
        #expect(unmatched.map { $0["event"] as? String } == ["E_door"])
    }

    @Test("what is too large is foretold to fail; a broken destination makes it wait")
    func forecasts() throws {
        let dead = DeadPort()
        try client.subscribe("E_BIG", "udp:127.0.0.1:9")
        let text = String(repeating: "a", count: 70_000)
        let big = try foretell("E_BIG", #"{"params":["\#(text)"]}"#)
        let delivery = try #require((big.json["deliveries"] as? [[String: Any]])?.first)
        #expect(delivery["forecast"] as? String == "fail")
        #expect(delivery["reason"] as? String == "too_large")
        #expect(
            delivery["message"] as? String
                == "A datagram to this address has at most 65507 bytes.")
        try client.subscribe("E_DOOR", "http://127.0.0.1:\(dead.port)/")
        _ = try client.raise("E_DOOR")
        var waiting: [String: Any]?
        #expect(
            try eventually {
                let answer = try foretell("E_DOOR", "{}")
                waiting = (answer.json["deliveries"] as? [[String: Any]])?.first
                return waiting?["forecast"] as? String == "wait"
            })
        #expect(waiting?["until"] is String)
        #expect((waiting?["message"] as? String)?.contains("in a row") == true)
    }

    @Test("together with wait it is refused, and so is another word than true or false")
    func refused() throws {
        let both = try client.send(
            "POST", "/events/E_DOOR/raise?dry_run=true&wait=delivered", "{}")
        #expect(both.status == 422)
        #expect(both.text.contains(#"{"parameter":"wait","code":"conflict""#))
        #expect(
            try client.send("POST", "/events/E_DOOR/raise?dry_run=yes", "{}").status == 422)
        #expect(
            try client.send("POST", "/events/E_DOOR/raise?dry_run=false", "{}").status == 202)
    }
}
