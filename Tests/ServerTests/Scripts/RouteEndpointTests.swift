import Foundation
import TestSupport
import Testing

@Suite("/routes")
struct RouteEndpointTests {
    private let scripts: ScriptService

    init() throws {
        scripts = try ScriptService(
            """
            route { xlog("main"); }
            route[sum] { return($var(a) + $var(b)); }
            onreply_route[sum] { xlog("reply $rs"); }
            timer_route[tick, 60] { exit; }
            event_route[E_A] { xlog("$param(ip)"); drop; }
            route[bomb] { while (1) { $var(x) = 1; } }
            route[busy] { raise_event("E_A"); subscribe_event("E_A", "udp:127.0.0.1:9", 60); }
            """)
    }

    @Test("lists every route with kind, name, place and counts")
    func list() throws {
        _ = try scripts.run("sum")
        let routes = try scripts.client.send("GET", "/routes").json["routes"] as? [[String: Any]]
        #expect(
            routes?.map { "\($0["kind"] ?? "") \($0["name"] ?? "")" } == [
                "route route", "route sum", "onreply_route sum", "timer_route tick",
                "event_route E_A", "route bomb", "route busy",
            ])
        #expect(routes?[3]["seconds"] as? Int == 60)
        #expect(routes?[1]["runs"] as? Int == 1 && routes?[1]["aborted"] as? Int == 0)
        #expect((routes?[1]["position"] as? String)?.hasSuffix("test.cfg:2:1") == true)
    }

    @Test("runs one with variables, params and a SIP message, and says what it did")
    func run() throws {
        let sum = try scripts.run("sum", #"{"variables":{"a":2,"b":3}}"#).json
        #expect(sum["return_code"] as? Int == 5 && sum["outcome"] as? String == "finished")
        #expect(try scripts.logged("route") == ["main"])
        let reply =
            #"{"kind":"onreply_route","sip":"SIP/2.0 486 Busy Here\r\nCall-ID: a\r\nCSeq: 1 INVITE\r\n\r\n"}"#
        #expect(try scripts.logged("sum", reply) == ["reply 486"])
        let event = try scripts.run("E_A", #"{"params":{"ip":"192.0.2.7"}}"#).json
        #expect(event["end"] as? String == "drop")
        #expect(try scripts.logged("E_A", #"{"params":{"ip":"192.0.2.7"}}"#) == ["192.0.2.7"])
    }

    @Test("what it raised and subscribed is in the answer")
    func effects() throws {
        let run = try scripts.run("busy").json
        let raised = run["raised"] as? [[String: Any]]
        #expect(raised?.count == 1 && raised?[0]["event"] as? String == "E_A")
        #expect(raised?[0]["matched"] as? Int == 1)
        let subscribed = run["subscribed"] as? [[String: Any]]
        #expect(subscribed?.first?["socket"] as? String == "udp:127.0.0.1:9")
        #expect(subscribed?.first?["expire"] as? Int == 60)
    }

    @Test("a run that a limit ends is 200 and says which, and where")
    func aborted() throws {
        let run = try scripts.run("bomb")
        #expect(run.status == 200)
        #expect(run.json["outcome"] as? String == "aborted")
        #expect(run.json["reason"] as? String == "steps" || run.json["reason"] as? String == "time")
        #expect((run.json["message"] as? String)?.contains("test.cfg:6:") == true)
    }

    @Test("GET /status has the script as a part, degraded once a limit has ended a run")
    func status() throws {
        func part() throws -> PartView? {
            try PartView.read(scripts.client).first { $0.name == "script" }
        }
        _ = try scripts.run("sum")
        #expect(try part()?.state == "ok")
        _ = try scripts.run("bomb")
        #expect(try part()?.state == "degraded")
        #expect(try part()?.reason?.contains("GET /routes") == true)
    }

    @Test(
        "what cannot be run is refused",
        arguments: [
            ("none", "{}", 404, "route_not_found"),
            ("sum", #"{"kind":"event_route"}"#, 404, "route_not_found"),
            ("sum", #"{"kind":"no_route"}"#, 422, "invalid_request"),
            ("sum", #"{"variables":[1]}"#, 422, "invalid_request"),
            ("sum", #"{"variables":{"a":null}}"#, 422, "invalid_request"),
            ("sum", #"{"params":5}"#, 422, "invalid_request"),
            ("sum", #"{"params":{"":1}}"#, 422, "invalid_request"),
            ("sum", #"{"sip":"no message"}"#, 422, "invalid_request"),
            ("sum", #"{"nonsense":1}"#, 422, "invalid_request"),
            ("sum", #"{"source_port":0}"#, 422, "invalid_request"),
            ("sum", "{", 400, "malformed_json"),
        ])
    func refused(name: String, body: String, status: Int, code: String) throws {
        let response = try scripts.run(name, body)
        #expect(response.status == status && response.code == code, "\(response.text)")
    }

    @Test("without a script there are no routes, and none to run")
    func noScript() throws {
        let service = try RunningService()
        let client = try service.client()
        #expect((try client.send("GET", "/routes").json["routes"] as? [Any])?.isEmpty == true)
        #expect(try client.send("POST", "/routes/route/run", "{}").code == "route_not_found")
    }
}
