import Foundation
import TestSupport
import Testing

@Suite("REST: subscriptions")
struct SubscriptionTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    private func subscribe(_ body: String) throws -> JSONClient.Response {
        try client.send("POST", "/subscriptions", body)
    }

    @Test("a new subscription is 201 with its Location, which can be read at once")
    func create() throws {
        let created = try subscribe(#"{"event":"E_PIKE_BLOCKED","socket":"udp:127.0.0.1:8888"}"#)
        #expect(created.status == 201)
        #expect(created.json["expire"] as? Int == 3_600)
        #expect(created.json["permanent"] as? Bool == false)
        #expect(created.json["ttl_seconds"] as? Int == 3_600)
        let location = try #require(created.fields["location"])
        let shown = try client.send("GET", location)
        #expect(shown.status == 200)
        #expect(shown.json["socket"] as? String == "udp:127.0.0.1:8888")
        #expect(shown.json["transport"] as? String == "datagram")
    }

    @Test("the same event and socket again renews: 200, same id, new lifetime, options replaced")
    func renew() throws {
        let first = try subscribe(#"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":60}"#)
        let second = try subscribe(
            #"{"event":"E_A","socket":"udp:127.0.0.1:8888#format=lines","expire":120}"#)
        #expect(second.status == 200)
        #expect(second.json["id"] as? String == first.json["id"] as? String)
        #expect(second.json["expire"] as? Int == 120)
        #expect(second.json["socket"] as? String == "udp:127.0.0.1:8888#format=lines")
        let list = try client.send("GET", "/subscribers?event=E_A")
        #expect((list.json["subscribers"] as? [Any])?.count == 1)
    }

    @Test("expire 0 ends the subscription and answers 204, whether there was one or not")
    func expireZero() throws {
        _ = try subscribe(#"{"event":"E_A","socket":"udp:127.0.0.1:8888"}"#)
        for _ in 0..<2 {
            let ended = try subscribe(#"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":0}"#)
            #expect(ended.status == 204)
        }
        let list = try client.send("GET", "/subscribers")
        #expect((list.json["subscribers"] as? [Any])?.isEmpty == true)
    }

    @Test("DELETE is 204, then 404; GET after it is 404")
    func delete() throws {
        let created = try subscribe(#"{"event":"E_A","socket":"udp:127.0.0.1:8888"}"#)
        let location = try #require(created.fields["location"])
        #expect(try client.send("DELETE", location).status == 204)
        #expect(try client.send("GET", location).code == "subscription_not_found")
        #expect(try client.send("DELETE", location).status == 404)
    }

    @Test("PATCH replaces the lifetime, permanent included, and refuses 0")
    func patch() throws {
        let created = try subscribe(#"{"event":"E_A","socket":"udp:127.0.0.1:8888"}"#)
        let location = try #require(created.fields["location"])
        let hour = try client.send("PATCH", location, #"{"expire":7200}"#)
        #expect(hour.json["ttl_seconds"] as? Int == 7_200)
        let ever = try client.send("PATCH", location, #"{"permanent":true}"#)
        #expect(ever.json["permanent"] as? Bool == true)
        #expect(ever.json["expires_at"] == nil)
        #expect(try client.send("PATCH", location, #"{"expire":0}"#).status == 422)
        #expect(try client.send("PATCH", location, "{}").status == 422)
        #expect(try client.send("PATCH", "/subscriptions/99", #"{"expire":5}"#).status == 404)
    }

    @Test(
        "what cannot be accepted is 422 and says where and what was expected",
        arguments: [
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":"60"}"#, "/expire",
                "wrong_type"
            ),
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":31536001}"#, "/expire",
                "out_of_range"
            ),
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":3600.5}"#, "/expire",
                "wrong_type"
            ),
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":-1}"#, "/expire",
                "out_of_range"
            ),
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":true}"#, "/expire",
                "wrong_type"
            ),
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":null}"#, "/expire",
                "wrong_type"
            ),
            (#"{"event":"E_A"}"#, "/socket", "missing"),
            (#"{"event":5,"socket":"udp:127.0.0.1:8888"}"#, "/event", "wrong_type"),
            (#"{"event":"E A","socket":"udp:127.0.0.1:8888"}"#, "/event", "bad_format"),
            (#"{"event":"E_A","socket":"udp:127.0.0.1:0"}"#, "/socket", "bad_format"),
            (#"{"event":"E_A","socket":"gopher://x/"}"#, "/socket", "unknown_scheme"),
            (#"{"event":"E_A","socket":"udp:224.0.0.1:5"}"#, "/socket", "unusable_address"),
            (#"{"event":"E_A","socket":"udp:127.0.0.1:8888","x":1}"#, "/x", "unknown"),
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":5,"permanent":true}"#,
                "/expire", "conflict"
            ),
            (
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888#format=lines","format":"json"}"#,
                "/socket", "bad_option"
            ),
            (#"[]"#, "", "wrong_type"),
        ])
    func unacceptable(body: String, pointer: String, code: String) throws {
        let answer = try subscribe(body)
        #expect(answer.status == 422)
        #expect(answer.fields["content-type"] == "application/problem+json")
        let errors = try #require(answer.json["errors"] as? [[String: String]])
        #expect(
            errors.contains { $0["pointer"] == pointer && $0["code"] == code }, "\(answer.text)")
    }

    @Test(
        "what cannot be read is 400",
        arguments: [
            ("", "malformed_json"), ("{", "malformed_json"),
            (#"{"event":"E_A",}"#, "malformed_json"),
            (#"{"expire":1,"expire":2}"#, "duplicate_member"),
        ])
    func unreadable(body: String, code: String) throws {
        let answer = try subscribe(body)
        #expect(answer.status == 400)
        #expect(answer.code == code)
    }

    @Test("3600.0 and 36e2 are whole numbers")
    func wholeNumbers() throws {
        for number in ["3600.0", "36e2"] {
            let answer = try subscribe(
                #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":\#(number)}"#)
            #expect(answer.json["expire"] as? Int == 3_600)
        }
    }

    @Test("a list comes in pages, newest first, and its ETag makes an unchanged one 304")
    func pages() throws {
        for port in 1...5 {
            _ = try subscribe(#"{"event":"E_A","socket":"udp:127.0.0.1:\#(port)"}"#)
        }
        var seen: [String] = []
        var target = "/subscribers?limit=2"
        for _ in 0..<5 {
            let page = try client.send("GET", target)
            let entries = try #require(page.json["subscribers"] as? [[String: Any]])
            seen += entries.compactMap { $0["socket"] as? String }
            guard let cursor = page.json["next_cursor"] as? String else { break }
            target = "/subscribers?limit=2&cursor=\(cursor)"
        }
        #expect(seen == [5, 4, 3, 2, 1].map { "udp:127.0.0.1:\($0)" })

        let list = try client.send("GET", "/subscribers")
        let tag = try #require(list.fields["etag"])
        let again = try client.send("GET", "/subscribers", fields: ["If-None-Match": tag])
        #expect(again.status == 304)
        #expect(again.fields["etag"] == tag)
        _ = try client.send("POST", "/events/E_A/raise", "{}")
        #expect(
            try client.send("GET", "/subscribers", fields: ["If-None-Match": tag]).status == 200)
    }

    @Test("a filter by event, socket and transport; one that nothing matches is an empty list")
    func filters() throws {
        _ = try subscribe(#"{"event":"E_A","socket":"udp:127.0.0.1:1"}"#)
        _ = try subscribe(#"{"event":"E_B","socket":"udp:127.0.0.1:1"}"#)
        _ = try subscribe(#"{"event":"E_B","socket":"http://127.0.0.1:9/"}"#)
        func count(_ query: String) throws -> Int {
            let list = try client.send("GET", "/subscribers?" + query)
            #expect(list.status == 200)
            return (list.json["subscribers"] as? [Any])?.count ?? -1
        }
        #expect(try count("event=E_B") == 2)
        #expect(try count("event=E_NONE") == 0)
        #expect(try count("socket=udp%3A127.0.0.1%3A1") == 2)
        #expect(try count("socket=udp:127.0.0.1:1%23format=lines&event=E_A") == 1)
        #expect(try count("transport=http") == 1)
        #expect(try client.send("GET", "/subscribers?transport=smtp").status == 422)
        #expect(try client.send("GET", "/subscribers?limit=0").status == 422)
        #expect(try client.send("GET", "/subscribers?nope=1").status == 422)
        #expect(try client.send("GET", "/subscribers?limit=1&limit=2").status == 422)
    }
}
