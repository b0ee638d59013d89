import Foundation
import Server
import TestSupport
import Testing

@Suite("REST: occurrences")
struct OccurrenceTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    private func id(_ answer: JSONClient.Response) throws -> String {
        try #require(answer.json["id"] as? String)
    }

    @Test("a raise has a receipt: what, when, and how each delivery stands")
    func receipt() throws {
        let receiver = DatagramReceiver()
        let subscription = try client.subscribe("E_DOOR", receiver.socketText)
        let raised = try client.raise("E_DOOR", #"{"door":"front","n":1}"#)
        _ = receiver.receive()
        let receipt = try client.send("GET", "/occurrences/" + id(raised))
        #expect(receipt.status == 200)
        #expect(receipt.fields["cache-control"] == "no-store")
        #expect(receipt.json["event"] as? String == "E_DOOR")
        #expect(receipt.json["time"] as? String == raised.json["time"] as? String)
        #expect(
            receipt.text.contains(
                #""params":{"door":"front","n":1},"state":"delivered","matched":1,"delivered":1,"failed":0"#
            ))
        let deliveries = try #require(receipt.json["deliveries"] as? [[String: Any]])
        #expect(deliveries.count == 1)
        #expect(deliveries[0]["subscription"] as? String == subscription.json["id"] as? String)
        #expect(deliveries[0]["socket"] as? String == receiver.socketText)
        #expect(deliveries[0]["state"] as? String == "delivered")
        #expect(receipt.json["complete"] as? Bool == true)
    }

    @Test("with wait=delivered the answer is the receipt, when every delivery has ended")
    func wait() throws {
        let receiver = try LoopbackReceiver { _ in .status(500) }
        defer { receiver.stop() }
        try client.subscribe("E_DOOR", receiver.url + "/")
        let answer = try client.send("POST", "/events/E_DOOR/raise?wait=delivered", "{}")
        #expect(answer.status == 200)
        #expect(answer.json["state"] as? String == "failed")
        let deliveries = try #require(answer.json["deliveries"] as? [[String: Any]])
        #expect(deliveries.map { $0["reason"] as? String } == ["status"])
        #expect(try client.send("GET", "/occurrences/" + id(answer)).text == answer.text)
        let none = try client.send("POST", "/events/E_OTHER/raise?wait=delivered", "{}")
        #expect(none.status == 200)
        #expect(none.json["state"] as? String == "delivered")
    }

    @Test("at the end of the timeout the answer is 202 and says what is pending")
    func timeout() throws {
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        try client.subscribe("E_DOOR", receiver.url + "/")
        let answer = try client.send(
            "POST", "/events/E_DOOR/raise?wait=delivered&timeout=1ms", "{}")
        #expect(answer.status == 202)
        #expect(answer.json["state"] as? String == "pending")
        #expect(answer.json["pending"] as? Int == 1)
    }

    @Test("they are listed newest first, filtered, page by page")
    func list() throws {
        for event in ["E_A", "E_B_1", "E_B_2"] { try client.raise(event) }
        func events(_ query: String) throws -> [String] {
            let page = try client.send("GET", "/occurrences" + query)
            let items = try #require(page.json["occurrences"] as? [[String: Any]])
            return items.compactMap { $0["event"] as? String }
        }
        #expect(try events("") == ["E_B_2", "E_B_1", "E_A"])
        #expect(try events("?event=E_B_*") == ["E_B_2", "E_B_1"])
        #expect(try events("?state=failed") == [])
        #expect(try events("?since=2020-01-01T00:00:00%2B01:00&limit=1") == ["E_B_2"])
        #expect(try events("?since=2999-01-01T00:00:00Z") == [])
        let page = try client.send("GET", "/occurrences?limit=2")
        let cursor = try #require(page.json["next_cursor"] as? String)
        #expect(try events("?cursor=" + cursor) == ["E_A"])
    }

    @Test("what cannot be asked for is 422 with the parameter, what is not remembered 404")
    func refused() throws {
        for query in ["event=a%20b", "since=yesterday", "state=lost", "limit=0", "cursor=x", "x=1"]
        {
            let answer = try client.send("GET", "/occurrences?" + query)
            #expect(answer.status == 422, "\(query)")
            let name = String(query.prefix { $0 != "=" })
            #expect(answer.text.contains(#""parameter":"\#(name)""#), "\(query)")
        }
        for query in ["wait=sent", "timeout=0s", "timeout=51s", "timeout=5", "timeout=1m"] {
            #expect(
                try client.send("POST", "/events/E_A/raise?" + query, "{}").status == 422,
                "\(query)")
        }
        for id in ["1", "1-1", "19c2e55aa10-42", "x", "%2F"] {
            #expect(
                try client.send("GET", "/occurrences/" + id).code == "occurrence_not_found", "\(id)"
            )
        }
    }

    @Test("a service that is to remember none answers a waiting raise as any other")
    func off() throws {
        let service = try RunningService { $0.occurrencesMax = 0 }
        let client = try service.client()
        let answer = try client.send("POST", "/events/E_A/raise?wait=delivered", "{}")
        #expect(answer.status == 202)
        #expect(answer.json["matched"] as? Int == 0)
        #expect(try client.send("GET", "/occurrences/" + id(answer)).status == 404)
    }
}
