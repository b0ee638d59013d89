import BrokerSupport
import Foundation
import Server
import TestSupport
import Testing

/// A service, and tests of sockets by it.
private struct ProbeBench {
    let service: RunningService
    let client: JSONClient

    init(_ change: (inout Settings) -> Void = { _ in }) throws {
        service = try RunningService(change)
        client = try service.client()
    }

    /// Subscribes the socket and tests the subscription.
    func test(_ socket: String, _ query: String = "") throws -> JSONClient.Response {
        let made = try client.subscribe("E_A", socket)
        let id = try #require(made.json["id"] as? String, "\(socket): \(made.text)")
        return try client.send("POST", "/subscriptions/\(id)/test" + query)
    }

    /// Tests a socket and expects this code, with its verdict.
    func expect(
        _ code: String, _ socket: String, _ verdict: String = "failed", _ query: String = "",
        message: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try test(socket, query)
        #expect(answer.status == 200, sourceLocation: sourceLocation)
        #expect(
            answer.json["code"] as? String == code, "\(answer.text)", sourceLocation: sourceLocation
        )
        #expect(answer.json["verdict"] as? String == verdict, sourceLocation: sourceLocation)
        #expect(
            (answer.json["remedy"] != nil) == (verdict != "ok"), sourceLocation: sourceLocation)
        if let message {
            #expect(
                (answer.json["message"] as? String)?.contains(message) == true,
                "\(answer.text)", sourceLocation: sourceLocation)
        }
    }
}

@Suite("REST: tests of subscribers")
struct ProbeTests {
    @Test("one real, marked message arrives; counts, queue and receipts stay as they are")
    func beside() throws {
        let bench = try ProbeBench()
        let receiver = try LoopbackReceiver { _ in .status(200) }
        defer { receiver.stop() }
        let answer = try bench.test(receiver.url + "/hook")
        #expect(answer.fields["cache-control"] == "no-store")
        let json = answer.json
        #expect(json["verdict"] as? String == "ok" && json["code"] as? String == "ok")
        #expect(json["event"] as? String == "E_A" && json["transport"] as? String == "http")
        #expect(json["milliseconds"] as? Double ?? 0 > 0)
        let attempt = try #require(json["attempt"] as? [String: Any])
        #expect(attempt["status"] as? Int == 200)
        #expect((attempt["timings"] as? [String: Int])?["connect"] ?? 0 > 0)
        let request = try #require(receiver.wait(for: 1).first)
        #expect(request.body.contains(#""method":"E_A","params":{"carillon_test":""#))
        let id = try #require(json["subscription"] as? String)
        let deliveries = try bench.client.deliveries("/subscriptions/" + id)
        #expect(deliveries["matched"] as? Int == 0 && deliveries["delivered"] as? Int == 0)
        #expect(try bench.client.send("GET", "/occurrences").text == #"{"occurrences":[]}"#)
        // A second test has a connection of its own again.
        _ = try bench.client.send("POST", "/subscriptions/\(id)/test", "{}")
        #expect(Set(receiver.wait(for: 2).map(\.connection)).count == 2)
    }

    @Test("hosts: no such name, a refused address, nobody there, no answer, a lost connection")
    func hosts() throws {
        let bench = try ProbeBench()
        try bench.expect(
            "name_unresolved", "http://no-such-host.invalid/", "failed", "?timeout=10s")
        let dead = DeadTCPPort()
        for socket in ["http://127.0.0.1:\(dead.port)/", "tcp:127.0.0.1:\(dead.port)"] {
            try bench.expect("port_unreachable", socket, message: "refused by 127.0.0.1")
        }
        try bench.expect("port_unreachable", "rabbitmq:127.0.0.1:\(dead.port)/q")
        try bench.expect("port_unreachable", "rabbitmq:127.0.0.1:\(dead.port)/tls?q")
        let deadUDP = DeadPort()
        try bench.expect("port_unreachable", "udp:127.0.0.1:\(deadUDP.port)")
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        try bench.expect("timeout", receiver.url + "/", "failed", "?timeout=300ms")
        let resetting = try LoopbackReceiver { _ in .reset("") }
        defer { resetting.stop() }
        try bench.expect("connection_lost", resetting.url + "/")
        let strict = try ProbeBench { $0.targetPolicy = "10.0.0.0/8" }
        try strict.expect("address_forbidden", "http://localhost:\(receiver.port)/")
        try strict.expect("address_forbidden", "tcp:localhost:\(receiver.port)")
    }

    @Test("UNIX sockets and files: missing, of the wrong kind, nobody listening, a full buffer")
    func paths() throws {
        let directory = try PrivateDirectory()
        let bench = try ProbeBench { $0.flatstoreDirectory = directory.path }
        let path = directory.path
        try bench.expect("path_missing", "unix:\(path)/none")
        try Data().write(to: URL(fileURLWithPath: path + "/file"))
        try bench.expect("path_wrong_kind", "unix:\(path)/file")
        do { _ = UnixReceiver(path + "/left") }
        try bench.expect("nobody_listening", "unix:\(path)/left")
        let receiver = UnixReceiver(path + "/open")
        try bench.expect("ok", "unix:\(path)/open", "ok")
        #expect(receiver.receive()?.contains("carillon_test") == true)
        for _ in 0..<1_000 { try bench.client.raise("E_A") }
        try bench.expect("buffer_full", "unix:\(path)/open")
        try bench.expect("ok", "flatstore:lines", "ok")
        #expect(try String(contentsOfFile: path + "/lines", encoding: .utf8).contains("E_A"))
        try FileManager.default.createDirectory(
            atPath: path + "/folder", withIntermediateDirectories: false)
        try bench.expect("path_wrong_kind", "flatstore:folder")
    }

    @Test("answers over HTTP: 401, a redirect, other statuses, no reply, late")
    func answers() throws {
        let bench = try ProbeBench()
        let receiver = try LoopbackReceiver { request in
            let path = request.head.split(separator: " ")[1]
            return switch path {
            case "/401": .status(401)
            case "/moved": .status(302, header: "Location: https://h.example/new?secret=1\r\n")
            case "/503": .status(503)
            case "/late":
                .delayed(
                    milliseconds: 1_100, "HTTP/1.1 200 X\r\nContent-Length: 0\r\n\r\n")
            default: .status(200, "{}")
            }
        }
        defer { receiver.stop() }
        try bench.expect("unauthorized", receiver.url + "/401", message: "401")
        try bench.expect(
            "redirect", receiver.url + "/moved", message: "302: it leads to https://h.example/new.")
        try bench.expect("http_status", receiver.url + "/503", message: "503")
        try bench.expect("reply_invalid", receiver.url + "/empty#mode=request")
        try bench.expect("slow", receiver.url + "/late", "warning", message: "took 11")
        let udp = DatagramReceiver()
        try bench.expect("sent_unconfirmed", udp.socketText, "ok")
        let peer = StreamPeer()
        try bench.expect("ok", "tcp:127.0.0.1:\(peer.port)", "ok")
    }

    @Test("TLS: well, untrusted, another name, over soon, none")
    func tls() throws {
        let good = try TLSReceiver(days: 365)
        let url = "https://127.0.0.1:\(good.port)/"
        try ProbeBench { $0.certificateAuthorityFile = good.certificate.path }.expect(
            "ok", url, "ok")
        try ProbeBench().expect("tls_untrusted", url)
        let soon = try TLSReceiver()
        try ProbeBench { $0.certificateAuthorityFile = soon.certificate.path }.expect(
            "tls_expires_soon", "https://127.0.0.1:\(soon.port)/", "warning", message: "1 day")
        let other = try TLSReceiver(subject: "DNS:elsewhere.example")
        try ProbeBench { $0.certificateAuthorityFile = other.certificate.path }.expect(
            "tls_wrong_name", "https://127.0.0.1:\(other.port)/")
        let old = try TLSReceiver(oldestOnly: true)
        try ProbeBench { $0.certificateAuthorityFile = old.certificate.path }.expect(
            "tls_failed", "https://127.0.0.1:\(old.port)/")
    }

    @Test("RabbitMQ: login, virtual host, exchange, key, certificate")
    func broker() throws {
        let server = try RabbitMQServer.shared()
        let client = try RabbitMQClient(port: server.port)
        try client.declareQueue("probe.q")
        let bench = try ProbeBench()
        func socket(_ login: String, _ resource: String) -> String {
            "rabbitmq:\(login)127.0.0.1:\(server.port)/\(resource)"
        }
        try bench.expect("ok", socket("", "probe.q"), "ok")
        #expect(try client.take(1, from: "probe.q").first?.body.contains("carillon_test") == true)
        try bench.expect("access_refused", socket("bob:wrong-one@", "probe.q"))
        try bench.expect("no_such_vhost", socket("", "exchange=x;vhost=nowhere?k"))
        try bench.expect("access_refused", socket("bob:sec%20ret@", "exchange=x;vhost=other?k"))
        try bench.expect("no_such_exchange", socket("", "no-such-exchange?k"))
        try bench.expect("unroutable", socket("", "probe.nobody"))
        let secure = "127.0.0.1:\(server.securePort)/tls?probe.q"
        try bench.expect("tls_untrusted", "rabbitmq:" + secure)
        let trusting = try ProbeBench { $0.certificateAuthorityFile = server.certificate }
        try trusting.expect("tls_wrong_name", "rabbitmq:localhost:\(server.securePort)/tls?k")
        // It is made for two days.
        try trusting.expect("tls_expires_soon", "rabbitmq:" + secure, "warning", message: "1 day")
    }

    @Test("RabbitMQ short of memory: blocked, without waiting for the end of the alarm")
    func blocked() throws {
        let server = try RabbitMQServer()
        defer { server.end() }
        try RabbitMQClient(port: server.port).declareQueue("blocked.q")
        try server.setMemoryAlarm(true)
        try ProbeBench().expect(
            "blocked", "rabbitmq:127.0.0.1:\(server.port)/blocked.q", "failed", "?timeout=10s",
            message: "memory")
    }

    @Test("routes: run, with their return code")
    func routes() throws {
        for (code, verdict, expected) in [(2, "ok", "ok"), (-3, "failed", "route_failed")] {
            let script = try ScriptService("event_route[E_A] { return(\(code)); }")
            let id = try #require(
                try script.subscription("E_A", "route:E_A")?["id"] as? String)
            let answer = try script.client.send("POST", "/subscriptions/\(id)/test")
            #expect(answer.json["code"] as? String == expected, "\(answer.text)")
            #expect(answer.json["verdict"] as? String == verdict)
            #expect((answer.json["attempt"] as? [String: Any])?["return_code"] as? Int == code)
        }
    }

    @Test("groups: every member is tested, and what the group needs decides")
    func groups() throws {
        let bench = try ProbeBench()
        let dead = DeadTCPPort()
        let receiver = DatagramReceiver()
        let members = "http://127.0.0.1:\(dead.port)/ \(receiver.socketText)"
        for (policy, verdict) in [("FAILOVER", "warning"), ("PARALLEL", "failed")] {
            let answer = try bench.test("virtual:\(policy) \(members)")
            #expect(answer.json["verdict"] as? String == verdict, "\(answer.text)")
            #expect(answer.json["code"] as? String == "member_failed")
            let tests = answer.json["tests"] as? [[String: Any]] ?? []
            #expect(
                tests.map { $0["code"] as? String } == ["port_unreachable", "sent_unconfirmed"])
            #expect(tests.map { $0["transport"] as? String } == ["http", "datagram"])
            #expect(receiver.receive() != nil)
        }
    }

    @Test("who may not subscribe may not test; what is not there is 404, what is no time 422")
    func refused() throws {
        let files = try AccessFiles()
        try files.add("ops", "admin")
        try files.add("board", "read")
        let service = try RunningService { $0.tokensFile = files.tokens }
        let client = try service.client()
        func test(_ id: Int, _ who: String, _ query: String = "") throws -> Int {
            try client.send(
                "POST", "/subscriptions/\(id)/test" + query, fields: bearer(who)
            ).status
        }
        let body = #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#
        _ = try client.send("POST", "/subscriptions", body, fields: bearer("ops"))
        #expect(try test(1, "board") == 403)
        #expect(try test(1, "ops") == 200)
        #expect(try test(2, "ops") == 404)
        for time in ["0s", "99ms", "11s", "5"] {
            #expect(try test(1, "ops", "?timeout=" + time) == 422, "\(time)")
        }
    }

    @Test("eight at a time: one more is 503; the end of the service ends them")
    func many() throws {
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        let bench = try ProbeBench()
        try bench.client.subscribe("E_A", receiver.url + "/")
        let request = bench.client.request("POST", "/subscriptions/1/test?timeout=10s")
        let waiting = try (0..<8).map { _ in
            let client = try bench.service.client()
            try client.write(request)
            return client
        }
        receiver.wait(for: 8)
        let answer = try bench.client.send("POST", "/subscriptions/1/test")
        #expect(answer.status == 503 && answer.code == "unavailable")
        bench.service.stop()
        for client in waiting {
            #expect(try client.read().json["code"] as? String == "timeout")
        }
    }
}
