import Foundation
import Server
import TestSupport
import Testing

@Suite("REST: Idempotency-Key")
struct IdempotencyTests {
    let directory = NSTemporaryDirectory() + "carillon-" + UUID().uuidString

    private func withService<Result>(
        _ change: (inout Settings) -> Void = { _ in }, _ body: (JSONClient) throws -> Result
    ) throws -> Result {
        let service = try RunningService(stateDirectory: directory, change)
        defer { service.stop() }
        return try body(try service.client())
    }

    private func raise(
        _ client: JSONClient, _ key: String, _ body: String = #"{"params":{"n":1}}"#,
        query: String = ""
    ) throws -> JSONClient.Response {
        try client.send(
            "POST", "/events/E_DOOR/raise" + query, body, fields: ["Idempotency-Key": key])
    }

    private func cleanUp() { try? FileManager.default.removeItem(atPath: directory) }

    @Test("the same key gives the same occurrence, also after a restart, and never a second one")
    func replay() throws {
        defer { cleanUp() }
        let receiver = DatagramReceiver()
        let first = try withService { client throws in
            try client.subscribe("E_DOOR", receiver.socketText)
            let first = try raise(client, "k-1")
            #expect(first.status == 202)
            #expect(first.fields["idempotency-replayed"] == nil)
            let again = try raise(client, "k-1")
            #expect(again.status == 202)
            #expect(again.fields["idempotency-replayed"] == "true")
            #expect(again.text == first.text)
            return first
        }
        try withService { client throws in
            let again = try raise(client, #""k-1""#)
            #expect(again.status == 202)
            #expect(again.fields["idempotency-replayed"] == "true")
            #expect(again.text == first.text)
            #expect(try raise(client, "k-2").fields["idempotency-replayed"] == nil)
        }
        #expect(receiver.receive() != nil)
        #expect(receiver.receive() != nil)
        #expect(receiver.receive(withinMilliseconds: 50) == nil)
    }

    @Test("with wait=delivered the receipt comes, and for the retry as it stands")
    func wait() throws {
        defer { cleanUp() }
        let receiver = DatagramReceiver()
        try withService { client throws in
            try client.subscribe("E_DOOR", receiver.socketText)
            let first = try raise(client, "k", query: "?wait=delivered")
            #expect(first.status == 200)
            #expect(first.json["delivered"] as? Int == 1)
            let again = try raise(client, "k", query: "?wait=delivered")
            #expect(again.status == 200)
            #expect(again.fields["idempotency-replayed"] == "true")
            #expect(again.text == first.text)
            let traced = try client.send(
                "POST", "/events/E_DOOR/raise?wait=delivered", "{}",
                fields: ["Idempotency-Key": "traced", "X-Request-Id": "board-7"])
            #expect(traced.json["request_id"] as? String == "board-7")
        }
    }

    @Test("a key that was used for something else is 422, too many keys are 429")
    func refused() throws {
        defer { cleanUp() }
        try withService({ $0.idempotencyKeysMax = 1 }) { client throws in
            _ = try raise(client, "k")
            let reused = try raise(client, "k", "{}")
            #expect(reused.status == 422)
            #expect(reused.json["code"] as? String == "idempotency_key_reused")
            let tooMany = try raise(client, "other")
            #expect(tooMany.status == 429)
            #expect(tooMany.json["code"] as? String == "too_many_idempotency_keys")
            #expect(tooMany.fields["retry-after"] == "60")
        }
    }

    @Test(
        "what is no key is 422",
        arguments: [
            "", "a b", "\u{E9}", String(repeating: "a", count: 256), "\"", "\"\"", "\"a", "\"a\"b",
            "\"a\"b\"", #""a\""#, #""a\b""#, "\"a b\"",
        ])
    func noKey(text: String) throws {
        defer { cleanUp() }
        try withService { client throws in
            let raw = """
                POST /events/E_DOOR/raise HTTP/1.1\r
                Host: localhost\r
                Content-Type: application/json\r
                Content-Length: 2\r
                Idempotency-Key: \(text)\r
                \r
                {}
                """
            try client.write(Array(raw.utf8))
            let answer = try client.read(isHead: false)
            #expect(answer.status == 422)
            #expect(answer.text.contains(#"{"parameter":"Idempotency-Key","code":"bad_format""#))
        }
    }

    @Test("quoted and bare, with escapes, it is one key; twice, or with a dry run, it is 422")
    func forms() throws {
        defer { cleanUp() }
        try withService { client throws in
            _ = try raise(client, #"a"\b"#)
            let quoted = try raise(client, #""a\"\\b""#)
            #expect(quoted.fields["idempotency-replayed"] == "true")
            let dry = try raise(client, "k", query: "?dry_run=true")
            #expect(dry.status == 422)
            #expect(dry.text.contains(#"{"parameter":"Idempotency-Key","code":"conflict""#))
            let twice = """
                POST /events/E_DOOR/raise HTTP/1.1\r
                Host: localhost\r
                Content-Type: application/json\r
                Content-Length: 2\r
                Idempotency-Key: a\r
                idempotency-key: a\r
                \r
                {}
                """
            try client.write(Array(twice.utf8))
            #expect(try client.read(isHead: false).text.contains(#""code":"duplicate""#))
        }
    }
}
