import Foundation
import TestSupport
import Testing

@Suite("A script beside the service")
struct ScriptEngineTests {
    @Test("its event names are static events of the module script; modules' own stay theirs")
    func events() throws {
        let scripts = try ScriptService(
            """
            event_route[E_ROUTED] { exit; }
            route { raise_event("E_RAISED"); subscribe_event("E_PIKE_BLOCKED", "udp:127.0.0.1:9"); }
            """)
        for name in ["E_ROUTED", "E_RAISED"] {
            let event = try scripts.client.send("GET", "/events/\(name)").json
            #expect(event["kind"] as? String == "static" && event["module"] as? String == "script")
        }
        let pike = try scripts.client.send("GET", "/events/E_PIKE_BLOCKED").json
        #expect(pike["module"] as? String == "pike")
    }

    @Test(
        "what startup_route subscribes is there when the service answers, is not kept, and is not doubled"
    )
    func startup() throws {
        let script = """
            startup_route {
                subscribe_event("E_A", "udp:127.0.0.1:9");
                subscribe_event("E_B", "http://127.0.0.1:9/x", 100);
            }
            """
        let scripts = try ScriptService(script)
        let first = try scripts.client.subscribers()
        #expect(first.map { $0["created_by"] as? String } == ["script", "script"])
        #expect(first.map { $0["expire"] as? Int } == [100, nil])
        #expect(try scripts.reload(script))
        #expect(
            try eventually {
                try scripts.client.statistics()["routes:runs"] == 2
            })
        let again = try scripts.client.subscribers()
        #expect(again.map { $0["id"] as? String } == first.map { $0["id"] as? String })
        #expect(try scripts.client.statistics()["store:changes"] == 0)
    }

    @Test(
        "P05: an endless loop ends at its limit, is counted, and delays no other route and no request"
    )
    func endlessLoop() throws {
        let scripts = try ScriptService(
            """
            event_route[E_LOOP] { while (1) { $var(x) = 1; } }
            event_route[E_PING] { $shv(pings) = $shv(pings) + 1; }
            route[pings] { xlog("$shv(pings)"); }
            route[A] { route(A); }
            """)
        try scripts.client.raise("E_LOOP")
        for count in 1...20 {
            try scripts.client.raise("E_PING")
            #expect(try eventually { try scripts.logged("pings") == ["\(count)"] })
        }
        #expect(
            try eventually(within: 30) { try scripts.client.statistics()["routes:aborted"] == 1 })
        let deep = try scripts.run("A").json
        #expect(
            deep["outcome"] as? String == "aborted" && deep["reason"] as? String == "call_depth")
        let loop = try #require(try scripts.subscription("E_LOOP", "route:E_LOOP"))
        let deliveries = loop["deliveries"] as? [String: Any]
        #expect((deliveries?["failed_by"] as? [String: Int]) == ["route": 1])
    }

    @Test("P08: an event_route that raises its own event ends after eight raises within others")
    func raisesItself() throws {
        let scripts = try ScriptService(
            """
            event_route[E_SELF] { $shv(runs) = $shv(runs) + 1; raise_event("E_SELF"); }
            route[runs] { xlog("$shv(runs)"); }
            """)
        try scripts.client.raise("E_SELF")
        #expect(try eventually { try scripts.logged("runs") == ["9"] })
        let event = try scripts.client.send("GET", "/events/E_SELF").json
        #expect(event["occurrences"] as? Int == 9)
    }

    @Test("a route that returns a negative number has failed its delivery")
    func returnCode() throws {
        let scripts = try ScriptService("event_route[E_NO] { return(-1); }")
        try scripts.client.raise("E_NO")
        #expect(
            try eventually {
                let found = try scripts.subscription("E_NO", "route:E_NO")
                let deliveries = found?["deliveries"] as? [String: Any]
                return deliveries?["failed_by"] as? [String: Int] == ["route": 1]
            })
    }

    @Test("P14: a reload with an error keeps the old script whole; one without replaces it whole")
    func reload() throws {
        let scripts = try ScriptService(
            """
            event_route[E_OLD] { exit; }
            route[who] { xlog("old"); }
            """)
        #expect(
            try !scripts.reload("route[who] { xlog(\"new\"); } event_route[E_NEW] { nonsense(); }"))
        #expect(try scripts.logged("who") == ["old"])
        #expect(try scripts.subscription("E_OLD", "route:E_OLD") != nil)
        #expect(try scripts.reload("route[who] { xlog(\"new\"); } event_route[E_NEW] { exit; }"))
        #expect(try scripts.logged("who") == ["new"])
        #expect(try scripts.subscription("E_OLD", "route:E_OLD") == nil)
        #expect(try scripts.subscription("E_NEW", "route:E_NEW") != nil)
    }

    @Test("a reload leaves subscriptions of event_routes as they are, with expiry and counts")
    func reloadKeeps() throws {
        let script = "event_route[E_A] { exit; }"
        let scripts = try ScriptService(script)
        _ = try scripts.client.subscribe("E_A", "route:E_A", #""expire":50"#)
        let before = try #require(try scripts.subscription("E_A", "route:E_A"))
        #expect(try scripts.reload(script + " route { exit; }"))
        let after = try #require(try scripts.subscription("E_A", "route:E_A"))
        #expect(after["id"] as? String == before["id"] as? String && after["expire"] as? Int == 50)
    }

    @Test("core:reload answers OK, or with all errors and their places")
    func reloadByMI() throws {
        let scripts = try ScriptService("route { exit; }")
        #expect(try scripts.client.mi("reload", "[]").contains(#""result":"OK""#))
        #expect(try !scripts.reload("route { nonsense(); more(); }"))
        let answer = try scripts.client.mi("core:reload", "[]")
        #expect(answer.contains(#""code":500,"message":"Reload failed""#))
        #expect(answer.contains("nonsense") && answer.contains("test.cfg:1:9"))
    }

    @Test("rest_get and rest_post suspend the run; the target policy and our own ports hold")
    func rest() throws {
        let server = try LoopbackReceiver { request in
            .status(request.head.hasPrefix("GET") ? 200 : 201, "got \(request.body)")
        }
        defer { server.stop() }
        let script = """
            route[get] { rest_get("\(server.url)/a", $var(body)); xlog("$rc $var(body)"); }
            route[post] { rest_post("\(server.url)/b", "x=1", "text/plain", $var(b), $var(t), $var(c)); xlog("$rc $var(b) $var(c)"); }
            route[dead] { rest_get("http://127.0.0.1:1/", $var(b)); xlog("$rc"); }
            """
        let scripts = try ScriptService(script)
        #expect(try scripts.logged("get") == ["1 got "])
        #expect(try scripts.logged("post") == ["1 got x=1 201"])
        #expect(try scripts.logged("dead") == ["-1"])
        let own =
            "route[self] { rest_get(\"http://127.0.0.1:\(scripts.service.port)/livez\", $var(b)); xlog(\"$rc\"); }"
        #expect(try scripts.reload(own))
        #expect(try scripts.logged("self") == ["-10"])
    }

    @Test("a slow HTTP server holds up its own run only, not the next of the same event_route")
    func slowServer() throws {
        let gate = Flag()
        let server = try LoopbackReceiver { _ in
            _ = eventually(within: 30) { gate.isSet }
            return .status(200, "late")
        }
        defer { server.stop() }
        let scripts = try ScriptService(
            """
            event_route[E_CALL] {
                if ($param(slow) == 1) { rest_get("\(server.url)/", $var(b)); }
                $shv(done) = $shv(done) + 1;
            }
            route[done] { xlog("$shv(done)"); }
            """)
        try scripts.client.raise("E_CALL", #"{"slow":1}"#)
        try scripts.client.raise("E_CALL", #"{"slow":0}"#)
        #expect(try eventually { try scripts.logged("done") == ["1"] })
        gate.set()
        #expect(try eventually { try scripts.logged("done") == ["2"] })
    }

    @Test(
        "mi() gives commands with the rights of an admin; statistics are shared with get_statistics"
    )
    func commands() throws {
        let scripts = try ScriptService(
            """
            modparam("statistics", "variable", "calls")
            route { update_stat("calls", "+2"); xlog("$stat(calls)"); }
            route[subscribe] {
                mi("event_subscribe E_PIKE_BLOCKED udp:127.0.0.1:9 60", $var(answer));
                xlog("$rc $var(answer)");
                mi("event_subscribe E_NOBODY udp:127.0.0.1:9 60", $var(answer));
                xlog("$rc");
                mi("no_such_command", $var(answer));
                xlog("$rc");
            }
            """)
        #expect(try scripts.client.statistics()["script:calls"] == 0)
        #expect(try scripts.logged("route") == ["2"])
        #expect(try scripts.client.statistics()["script:calls"] == 2)
        #expect(try scripts.logged("subscribe") == ["1 OK", "-1", "-2"])
        #expect(try scripts.client.subscribers().first?["expire"] as? Int == 60)
    }
}
