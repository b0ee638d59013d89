import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("Request ids")
struct RequestIDTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test(
        "what was sent comes back with every answer: at once, later, and with errors",
        arguments: [
            ("GET", "/events", nil, 200), ("GET", "/nowhere", nil, 404),
            ("POST", "/subscriptions", #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#, 201),
            ("POST", "/subscriptions", "{", 400), ("GET", "/metrics", nil, 200),
            ("POST", "/events/E_A/raise", "{}", 202), ("DELETE", "/events", nil, 405),
            ("POST", "/mi", #"{"jsonrpc":"2.0","method":"which","id":1}"#, 200),
        ])
    func echoed(method: String, path: String, body: String?, status: Int) throws {
        let service = try RunningService()
        let answer = try service.client().send(
            method, path, body, fields: ["X-Request-Id": "board-7/a=\"b\""])
        #expect(answer.status == status)
        #expect(answer.fields["x-request-id"] == "board-7/a=\"b\"")
    }

    @Test(
        "what is no id is not sent back; a change gets one of ours, a raise that of its occurrence, a look none"
    )
    func made() throws {
        let service = try RunningService()
        let client = try service.client()
        let body = #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#
        for bad in [String(repeating: "x", count: 129), "two words"] {
            let answer = try client.send(
                "POST", "/subscriptions", body, fields: ["X-Request-Id": bad])
            #expect(answer.fields["x-request-id"]?.count == 16)
        }
        let raised = try client.raise("E_A")
        #expect(raised.fields["x-request-id"] == raised.json["id"] as? String)
        #expect(try client.send("GET", "/events").fields["x-request-id"] == nil)
    }

    @Test("the receipt and the audit have it, and HTTP deliveries carry it, with the traceparent")
    func carried() throws {
        let recorder = LineRecorder()
        let service = try RunningService(log: recorder.log)
        let client = try service.client()
        let receiver = try LoopbackReceiver { _ in .status(204) }
        defer { receiver.stop() }
        let fields = ["X-Request-Id": "call-1", "traceparent": Self.parent]
        _ = try client.send(
            "POST", "/subscriptions", #"{"event":"E_A","socket":"\#(receiver.url)/"}"#,
            fields: fields)
        let raised = try client.send("POST", "/events/E_A/raise", "{}", fields: fields)
        let plain = try client.raise("E_A")
        let requests = receiver.wait(for: 2)
        #expect(requests.count == 2)
        #expect(requests.first?.header("X-Request-Id") == "call-1")
        #expect(requests.first?.header("traceparent") == Self.parent)
        #expect(requests.first?.header("webhook-id") == raised.json["id"] as? String)
        #expect(requests.last?.header("X-Request-Id") == nil)
        #expect(requests.last?.header("traceparent") == nil)
        #expect(requests.last?.header("Content-Type") == "application/json")
        let receipt = try client.send(
            "GET", "/occurrences/\(raised.json["id"] as? String ?? "")"
        ).json
        #expect(receipt["request_id"] as? String == "call-1")
        #expect(receipt["traceparent"] as? String == Self.parent)
        let lonely = try client.send("POST", "/events/E_LONELY/raise", "{}", fields: fields)
        let unheard = try client.send(
            "GET", "/occurrences/\(lonely.json["id"] as? String ?? "")"
        ).json
        #expect(unheard["request_id"] as? String == "call-1")
        let other = try client.send("GET", "/occurrences/\(plain.json["id"] as? String ?? "")").json
        #expect(other["request_id"] == nil && other["traceparent"] == nil && other["id"] != nil)
        service.stop()
        #expect(
            recorder.lines.contains {
                $0.contains("what=subscribe") && $0.contains("request=call-1")
            })
    }

    @Test(
        "what a route raises has the ids of what it is about: of an occurrence, or of the request that runs it"
    )
    func throughRoutes() throws {
        let scripts = try ScriptService(
            """
            event_route[E_FIRST] { raise_event("E_SECOND"); }
            route[again] { raise_event("E_THIRD"); }
            """)
        let fields = ["X-Request-Id": "call-2", "traceparent": Self.parent]
        for path in ["/events/E_FIRST/raise", "/routes/again/run"] {
            #expect(
                try (200...202).contains(
                    scripts.client.send("POST", path, "{}", fields: fields).status))
        }
        for event in ["E_SECOND", "E_THIRD"] {
            var receipts: [[String: Any]] = []
            let isThere = try eventually {
                let listed = try scripts.client.send("GET", "/occurrences?event=\(event)").json
                receipts = listed["occurrences"] as? [[String: Any]] ?? []
                return !receipts.isEmpty
            }
            #expect(isThere)
            #expect(receipts.first?["request_id"] as? String == "call-2", "\(event)")
            #expect(receipts.first?["traceparent"] as? String == Self.parent)
        }
    }
}
