import Foundation
import TestSupport
import Testing

@Suite("JSON-RPC calls over HTTP")
struct CallDeliveryTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    private func settled(_ location: String) throws -> [String: Any] {
        _ = try eventually { try client.deliveries(location)["pending"] as? Int == 0 }
        return try client.deliveries(location)
    }

    @Test("a notification is POSTed to the path with its body and type; 2xx counts as delivered")
    func notification() throws {
        let receiver = try LoopbackReceiver { _ in .status(204) }
        defer { receiver.stop() }
        let made = try client.subscribe("E_DOOR", receiver.url + "/rpc?key=1")
        #expect(made.status == 201)
        #expect(made.json["transport"] as? String == "http")
        try client.raise("E_DOOR", #"{"who":"front","n":1.5}"#)
        let request = try #require(receiver.wait(for: 1).first)
        #expect(request.head.hasPrefix("POST /rpc?key=1 HTTP/1.1\r\n"))
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("User-Agent")?.hasPrefix("Carillon/") == true)
        #expect(request.header("Expect") == nil)
        #expect(
            request.body == #"{"jsonrpc":"2.0","method":"E_DOOR","params":{"who":"front","n":1.5}}"#
        )
        #expect(try settled(try #require(made.fields["location"]))["delivered"] as? Int == 1)
    }

    @Test("mode=request carries the occurrence's id and wants a result of that id; method= renames")
    func request() throws {
        let receiver = try LoopbackReceiver { request in
            let id = request.body.split(separator: "\"").dropLast().last ?? ""
            let result =
                request.body.contains("bad")
                ? #""error":{"code":1,"message":"no"}"# : #""result":1"#
            return .status(200, #"{"jsonrpc":"2.0",\#(result),"id":"\#(id)"}"#)
        }
        defer { receiver.stop() }
        let socket = receiver.url + "/#method=door.opened&mode=request&timeout=2s"
        let made = try client.subscribe("E_DOOR", socket)
        let raised = try client.raise("E_DOOR", "[7]")
        let id = try #require(raised.json["id"] as? String)
        let request = try #require(receiver.wait(for: 1).first)
        #expect(
            request.body == #"{"jsonrpc":"2.0","method":"door.opened","params":[7],"id":"\#(id)"}"#)
        let location = try #require(made.fields["location"])
        #expect(try settled(location)["delivered"] as? Int == 1)
        try client.raise("E_DOOR", #"["bad"]"#)
        receiver.wait(for: 2)
        #expect(try settled(location)["failed_by"] as? [String: Int] == ["reply": 1])
    }

    @Test("a refusal by status is a failure; a redirect is never followed")
    func statuses() throws {
        let receiver = try LoopbackReceiver {
            $0.head.hasPrefix("POST /moved")
                ? .status(307, header: "Location: /elsewhere\r\n") : .status(404)
        }
        defer { receiver.stop() }
        let gone = try #require(
            try client.subscribe("E_A", receiver.url + "/gone").fields["location"])
        let moved = try #require(
            try client.subscribe("E_A", receiver.url + "/moved").fields["location"])
        try client.raise("E_A")
        receiver.wait(for: 2)
        for location in [gone, moved] {
            #expect(try settled(location)["failed_by"] as? [String: Int] == ["status": 1])
        }
        #expect(receiver.requests.count == 2)
    }

    @Test("503 is tried again, with the same body, and then counts once")
    func retried() throws {
        let receiver = try LoopbackReceiver { $0.number == 0 ? .status(503) : .status(200) }
        defer { receiver.stop() }
        let made = try client.subscribe("E_A", receiver.url + "/")
        try client.raise("E_A", "[1]")
        let requests = receiver.wait(for: 2)
        #expect(requests.count == 2)
        #expect(requests[0].body == requests[1].body)
        let counts = try settled(try #require(made.fields["location"]))
        #expect(counts["matched"] as? Int == 1)
        #expect(counts["delivered"] as? Int == 1)
    }

    @Test("what waits when its subscriber goes is dropped as unsubscribed; the totals keep it")
    func droppedByUnsubscribe() throws {
        let receiver = try LoopbackReceiver { _ in
            .delayed(milliseconds: 300, "HTTP/1.1 204 X\r\n\r\n")
        }
        defer { receiver.stop() }
        let made = try client.subscribe("E_A", receiver.url + "/")
        for _ in 0..<5 { try client.raise("E_A") }
        receiver.wait(for: 1)
        let location = try #require(made.fields["location"])
        #expect(try client.deliveries(location)["pending"] as? Int == 5)
        #expect(try client.send("DELETE", location).status == 204)
        let isSettled = try eventually { try client.statistics()["evi:pending"] == 0 }
        #expect(isSettled)
        let totals = try client.statistics()
        #expect(totals["evi:dropped_unsubscribed"] == 4)
        #expect(totals["evi:delivered"] == 1, "the call under way is finished and counted")
        #expect(receiver.requests.count == 1)
    }

    @Test("our own listener is no target: it would call itself")
    func ourselves() throws {
        let answer = try client.subscribe("E_A", "http://127.0.0.1:\(service.port)/mi")
        #expect(answer.status == 422)
        #expect(answer.text.contains("unusable_address"))
    }
}
