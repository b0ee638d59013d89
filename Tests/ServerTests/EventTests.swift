import Foundation
import Server
import TestSupport
import Testing

@Suite("REST: events")
struct EventTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    @Test("PUT creates a dynamic event with 201 and Location, then shows it with 200")
    func put() throws {
        let created = try client.send("PUT", "/events/E_DOOR")
        #expect(created.status == 201)
        #expect(created.fields["location"] == "/events/E_DOOR")
        #expect(created.json["kind"] as? String == "dynamic")
        let again = try client.send("PUT", "/events/E_DOOR", "{}")
        #expect(again.status == 200)
        #expect(again.json["id"] as? Int == created.json["id"] as? Int)
        #expect(try client.send("GET", "/events/E_DOOR").status == 200)
    }

    @Test("PUT of a static event leaves it as it is; its module, params and description are shown")
    func putStatic() throws {
        let event = try client.send("PUT", "/events/E_PIKE_BLOCKED", "{}")
        #expect(event.status == 200)
        #expect(event.json["kind"] as? String == "static")
        #expect(event.json["module"] as? String == "pike")
        #expect(event.json["params"] as? [String] == ["ip"])
        #expect((event.json["description"] as? String)?.isEmpty == false)
    }

    @Test("PUT takes an empty object or nothing, and says what is wrong with anything else")
    func putBody() throws {
        let unknown = try client.send("PUT", "/events/E_A", #"{"kind":"static"}"#)
        #expect(unknown.status == 422)
        #expect(unknown.text.contains(#""pointer":"/kind","code":"unknown""#))
        #expect(try client.send("PUT", "/events/E_A", "[]").status == 422)
        #expect(try client.send("PUT", "/events/E_A", "{").status == 400)
        let plain = try client.send(
            "PUT", "/events/E_A", "{}", fields: ["Content-Type": "text/plain"])
        #expect(plain.status == 415)
        #expect(try client.send("GET", "/events/E_A").code == "event_not_found")
    }

    @Test("the list has every event of the catalogue and comes in pages, in the order of ids")
    func pages() throws {
        for number in 1...5 { _ = try client.send("PUT", "/events/E_MINE_\(number)") }
        var names: [String] = []
        var ids: [Int] = []
        var target = "/events?limit=7"
        while true {
            let page = try client.send("GET", target)
            let events = try #require(page.json["events"] as? [[String: Any]])
            #expect(events.count <= 7)
            names += events.compactMap { $0["name"] as? String }
            ids += events.compactMap { $0["id"] as? Int }
            guard let cursor = page.json["next_cursor"] as? String else { break }
            target = "/events?limit=7&cursor=\(cursor)"
        }
        #expect(ids == ids.sorted())
        #expect(Set(names).count == names.count)
        #expect(names.suffix(5) == (1...5).map { "E_MINE_\($0)" })
        #expect(names.contains("E_PIKE_BLOCKED"))
        #expect(names.first == "E_CORE_SR_STATUS_CHANGED")
        #expect(try client.send("GET", "/events?limit=0").status == 422)
        #expect(try client.send("GET", "/events?limit=1001").status == 422)
        #expect(try client.send("GET", "/events?cursor=x").status == 422)
        #expect(try client.send("GET", "/events?event=E_A").status == 422)
    }

    @Test("an unchanged list is 304 with its ETag; a raise, a subscribe and a new event change it")
    func entityTag() throws {
        func tag() throws -> String {
            let list = try client.send("GET", "/events")
            let tag = try #require(list.fields["etag"])
            let same = try client.send(
                "GET", "/events", fields: ["If-None-Match": #""x", \#(tag)"#])
            #expect(same.status == 304)
            #expect(same.body.isEmpty)
            #expect(same.fields["etag"] == tag)
            return tag
        }
        var tags: [String] = [try tag()]
        try client.raise("E_PIKE_BLOCKED")
        tags.append(try tag())
        try client.subscribe("E_PIKE_BLOCKED", "udp:127.0.0.1:9")
        tags.append(try tag())
        _ = try client.send("PUT", "/events/E_NEW")
        tags.append(try tag())
        #expect(Set(tags).count == 4)
        let any = try client.send("GET", "/events", fields: ["If-None-Match": "*"])
        #expect(any.status == 304, "RFC 9110 §13.1.2: * matches whatever there is")
        let other = try client.send("GET", "/events", fields: ["If-None-Match": "garbage"])
        #expect(other.status == 200)
    }

    @Test("a raise is 202 with id, event, time and how many it goes to; ids count up")
    func raised() throws {
        try client.subscribe("E_A", "udp:127.0.0.1:9")
        let first = try client.raise("E_A", #"{"ip":"192.0.2.7"}"#)
        #expect(first.status == 202)
        #expect(Set(first.json.keys) == ["id", "event", "time", "matched"])
        #expect(first.json["matched"] as? Int == 1)
        let second = try client.raise("E_A")
        let ids = try [first, second].map {
            try #require($0.json["id"] as? String).split(separator: "-")
        }
        #expect(ids[0][0] == ids[1][0])
        #expect(Int(ids[1][1]) == (Int(ids[0][1]) ?? 0) + 1)
        let event = try client.send("GET", "/events/E_A")
        #expect(event.json["occurrences"] as? Int == 2)
        #expect(event.json["subscribers"] as? Int == 1)
    }

    @Test("an unknown event is created by its first raise or subscription")
    func dynamic() throws {
        #expect(try client.raise("E_RAISED").json["matched"] as? Int == 0)
        try client.subscribe("E_SUBSCRIBED", "udp:127.0.0.1:9")
        #expect(try client.send("GET", "/events/E_RAISED").status == 200)
        #expect(try client.send("GET", "/events/E_SUBSCRIBED").status == 200)
    }

    @Test("with dynamic events off they are 404, PUT apart")
    func notDynamic() throws {
        let service = try RunningService { $0.dynamicEvents = false }
        let client = try service.client()
        #expect(try client.raise("E_RAISED").code == "event_not_found")
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:9").code == "event_not_found")
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:9", #""expire":0"#).status == 404)
        #expect(try client.send("PUT", "/events/E_RAISED").status == 201)
        #expect(try client.raise("E_RAISED").status == 202)
    }

    @Test(
        "Carillon's own events are raised and named by its modules only: 403",
        arguments: ["E_CORE_THRESHOLD", "E_CORE_NEW", "E_EVI_X"])
    func reserved(name: String) throws {
        let raised = try client.raise(name)
        #expect(raised.status == 403)
        #expect(raised.code == "event_reserved")
        if name != "E_CORE_THRESHOLD" {
            #expect(try client.send("PUT", "/events/\(name)").status == 403)
            #expect(try client.subscribe(name, "udp:127.0.0.1:9").status == 403)
        } else {
            #expect(try client.subscribe(name, "udp:127.0.0.1:9").status == 201)
        }
    }

    @Test(
        "what params cannot hold is refused with its place",
        arguments: [
            (#"{"params":{"a":1,"b":{"c":1}}}"#, 422, "/params/b", "wrong_type"),
            (#"{"params":[1,[2]]}"#, 422, "/params/1", "wrong_type"),
            (#"{"params":{"a":null}}"#, 422, "/params/a", "wrong_type"),
            (#"{"params":[null]}"#, 422, "/params/0", "wrong_type"),
            (#"{"params":"text"}"#, 422, "/params", "wrong_type"),
            (#"{"params":null}"#, 422, "/params", "wrong_type"),
            (#"{"params":[9223372036854775808]}"#, 422, "/params/0", "out_of_range"),
            (#"{"params":[12345678901234567890]}"#, 422, "/params/0", "out_of_range"),
            (#"{"params":{"":1}}"#, 422, "/params", "bad_format"),
            (#"{"params":{"a\nb":1}}"#, 422, "/params", "bad_format"),
            (#"{"params":[],"extra":1}"#, 422, "/extra", "unknown"),
            (#"[]"#, 422, "", "wrong_type"),
        ])
    func unusable(body: String, status: Int, pointer: String, code: String) throws {
        let answer = try client.send("POST", "/events/E_A/raise", body)
        #expect(answer.status == status)
        let errors = try #require(answer.json["errors"] as? [[String: String]])
        #expect(
            errors.contains { $0["pointer"] == pointer && $0["code"] == code }, "\(answer.text)")
        #expect(try client.send("GET", "/events/E_A").status == 404, "no effect")
    }

    @Test("a name twice in params is 400; so is JSON that cannot be read")
    func unreadable() throws {
        let twice = try client.raise("E_A", #"{"a":1,"\u0061":2}"#)
        #expect(twice.status == 400)
        #expect(twice.code == "duplicate_member")
        #expect(try client.send("POST", "/events/E_A/raise", "{").code == "malformed_json")
        #expect(try client.send("POST", "/events/E_A/raise", "").status == 400)
        #expect(try client.send("GET", "/events/E_A").status == 404)
    }

    @Test("257 params are too many, 256 are not; a name has at most 64 characters")
    func paramLimits() throws {
        func list(_ count: Int) -> String {
            "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
        }
        #expect(try client.raise("E_A", list(256)).status == 202)
        #expect(try client.raise("E_A", list(257)).status == 422)
        let name = String(repeating: "ä", count: 64)
        #expect(try client.raise("E_A", #"{"\#(name)":1}"#).status == 202)
        #expect(try client.raise("E_A", #"{"\#(name)x":1}"#).status == 422)
    }

    @Test(
        "one event or subscription more than the limit is 507 with Retry-After, and has no effect")
    func limits() throws {
        let service = try RunningService {
            $0.eventsMax = 100
            $0.subscriptionsMax = 2
        }
        let client = try service.client()
        var status = 201
        for number in 0..<100 where status == 201 {
            status = try client.send("PUT", "/events/E_FILL_\(number)").status
        }
        #expect(status == 507)
        let full = try client.raise("E_ONE_MORE")
        #expect(full.code == "too_many_events")
        #expect((full.fields["retry-after"].flatMap { Int($0) } ?? 0) >= 1)
        #expect(try client.send("GET", "/events/E_ONE_MORE").status == 404)
        #expect(try client.subscribe("E_FILL_0", "udp:127.0.0.1:1").status == 201)
        #expect(try client.subscribe("E_FILL_0", "udp:127.0.0.1:2").status == 201)
        let third = try client.subscribe("E_FILL_0", "udp:127.0.0.1:3")
        #expect(third.code == "too_many_subscriptions")
        #expect(third.fields["retry-after"] != nil)
        #expect(
            try client.subscribe("E_FILL_0", "udp:127.0.0.1:2").status == 200, "renewing is no more"
        )
        #expect(try client.subscribers().count == 2)
        #expect(try client.subscribe("E_FILL_0", "udp:127.0.0.1:2", #""expire":0"#).status == 204)
        #expect(try client.subscribe("E_FILL_0", "udp:127.0.0.1:3").status == 201)
        let viaMI = try client.mi("evi:subscribe", #"["E_FILL_0","udp:127.0.0.1:4"]"#)
        #expect(viaMI.contains(#""code":507"#))
    }
}
