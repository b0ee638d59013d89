import EventCore
import Foundation
import Glibc
import Net
import TestSupport
import Testing
import WireFormats

@testable import Server

@Suite("Who calls: tokens and passwords")
struct AuthenticationTests {
    let files: AccessFiles

    init() throws {
        files = try AccessFiles.withOpsAndBoard()
    }

    @Test(
        "without tokens and users everybody on loopback may do everything, whatever they say of themselves"
    )
    func off() throws {
        let service = try RunningService()
        let client = try service.client()
        let made = try client.subscribe("E_A", "udp:127.0.0.1:9")
        #expect(made.status == 201)
        #expect(made.json["created_by"] == nil)
        #expect(try client.send("GET", "/events", fields: bearer("nobody")).status == 200)
        #expect(try client.raise("E_CORE_THRESHOLD").code == "event_reserved")
    }

    @Test(
        "every operation but the open ones is 401 with a challenge, for missing and for wrong credentials"
    )
    func everyOperation() throws {
        let service = try files.service()
        let client = try service.client()
        for route in RouteTable.routes {
            let path = "\(route.path)".replacing("{}", with: "1")
            let method = "\(route.method)".uppercased()
            for fields in [[:], bearer("x"), basic("ops", "x"), ["Authorization": "Digest a"]] {
                let answer = try client.send(method, path, fields: fields)
                if route.isOpen {
                    #expect(answer.status == 200, "\(method) \(path)")
                    continue
                }
                #expect(answer.status == 401 && answer.code == "unauthorized", "\(method) \(path)")
                let challenge = try #require(answer.fields["www-authenticate"])
                #expect(challenge.hasPrefix(#"Bearer realm="carillon""#))
                #expect(challenge.contains("invalid_token") == !fields.isEmpty)
            }
        }
        #expect(
            RouteTable.routes.filter(\.isOpen).map { "\($0.path)" }.sorted() == [
                "/", "/dashboard.css", "/dashboard.js", "/dashboard.svg", "/livez", "/openapi.yaml",
                "/readyz",
            ])
        #expect(try client.send("OPTIONS", "/subscriptions").status == 204)
        #expect(try client.send("DELETE", "/events").status == 405)
        #expect(try client.send("GET", "/nothing").status == 404)
    }

    @Test(
        "wrong credentials are told in the log with their address, never with what they were, a few each second"
    )
    func wrongCredentials() throws {
        let recorder = LineRecorder()
        let service = try RunningService(log: recorder.log) { $0.tokensFile = files.tokens }
        let client = try service.client()
        #expect(try client.send("GET", "/events").status == 401)
        for number in 0..<100 {
            let answer = try client.send("GET", "/events", fields: bearer("guess-\(number)"))
            #expect(answer.status == 401)
        }
        service.stop()
        let lines = recorder.lines.filter { $0.hasPrefix("AUTH: ") }
        #expect(!lines.isEmpty && lines.count < 100)
        #expect(lines.first?.contains(" from=127.0.0.1:") == true)
        #expect(!recorder.lines.contains { $0.contains("guess") })
    }

    @Test("a token says who calls: on every request, whoever else shares the connection")
    func tokens() throws {
        let service = try files.service()
        let client = try service.client()
        for _ in 0..<3 {
            #expect(try client.send("GET", "/events", fields: bearer("ops")).status == 200)
            #expect(try client.send("GET", "/events").status == 401)
            #expect(try client.send("PUT", "/events/E_A", fields: bearer("board")).status == 403)
            #expect(try client.send("GET", "/events", fields: bearer("nobody")).status == 401)
            #expect(try client.send("PUT", "/events/E_A", fields: bearer("ops")).status < 300)
        }
    }

    @Test("created_by is the caller's name, is kept by a restart, and is in every representation")
    func createdBy() throws {
        let body = #"{"event":"E_PIKE_BLOCKED","socket":"udp:127.0.0.1:9"}"#
        let first = try files.service()
        let made = try first.client().send("POST", "/subscriptions", body, fields: bearer("ops"))
        #expect(made.json["created_by"] as? String == "ops")
        let directory = files.directory.path + "/state"
        let location = try #require(made.fields["location"])
        first.stop()
        var service = try RunningService(stateDirectory: directory) { $0.tokensFile = files.tokens }
        _ = try service.client().send("POST", "/subscriptions", body, fields: bearer("ops"))
        service.stop()
        service = try RunningService(stateDirectory: directory)
        let shown = try service.client().send("GET", location)
        #expect(shown.json["created_by"] as? String == "ops")
        #expect(try service.client().subscribers().first?["created_by"] as? String == "ops")
    }

    @Test(
        "Basic users: by file or digest, an admin unless roles are given; both challenges where both are taken"
    )
    func basicUsers() throws {
        let file = files.write("password", "s3cr:et\nsecond line\n")
        let service = try files.service {
            $0.basicUsers = [
                "ops:\(file)", "lab:sha256:\(SHA256(of: "pass").hexadecimal)=read,raise:E_UL_*",
            ]
        }
        let client = try service.client()
        let raise = "/events/E_PIKE_BLOCKED/raise"
        #expect(try client.send("POST", raise, "{}", fields: basic("ops", "s3cr:et")).status == 202)
        #expect(try client.send("GET", "/events", fields: basic("lab", "pass")).status == 200)
        #expect(try client.send("POST", raise, "{}", fields: basic("lab", "pass")).status == 403)
        #expect(
            try client.send("POST", "/events/E_UL_X/raise", "{}", fields: basic("lab", "pass"))
                .status
                == 202)
        for (user, password) in [("ops", "pass"), ("lab", "s3cr:et"), ("bad", "pass"), ("ops", "")]
        {
            #expect(try client.send("GET", "/events", fields: basic(user, password)).status == 401)
        }
        let raw = try RawHTTPClient(.tcp(host: "127.0.0.1", port: service.port))
        raw.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let challenges = raw.response()?.lines.filter { $0.hasPrefix("WWW-Authenticate: ") }
        #expect(
            challenges == [
                #"WWW-Authenticate: Bearer realm="carillon""#,
                #"WWW-Authenticate: Basic realm="carillon", charset="UTF-8""#,
            ])
    }

    @Test("a role limited to networks counts only from there")
    func networks() throws {
        try files.add("far", "admin@10.0.0.0/8", "read@192.0.2.0/24+127.0.0.0/8")
        let service = try files.service()
        let client = try service.client()
        #expect(try client.send("GET", "/events", fields: bearer("far")).status == 200)
        #expect(try client.send("PUT", "/events/E_A", fields: bearer("far")).status == 403)
    }

    @Test("an admin with a name passes a proxy's core events on; MI says 403 in its own way")
    func reservedAndMI() throws {
        let service = try files.service()
        let client = try service.client()
        let raise = "/events/E_CORE_THRESHOLD/raise"
        #expect(try client.send("POST", raise, "{}", fields: bearer("ops")).status == 202)
        let call = #"{"jsonrpc":"2.0","method":"raise_event","params":["E_PIKE_BLOCKED"],"id":1}"#
        let refused = try client.send("POST", "/mi", call, fields: bearer("board"))
        #expect(refused.status == 200)
        #expect((refused.json["error"] as? [String: Any])?["code"] as? Int == 403)
        let batch = #"[{"jsonrpc":"2.0","method":"which","id":1},\#(call)]"#
        let mixed = try client.send("POST", "/mi", batch, fields: bearer("board"))
        #expect(mixed.text.contains(#""result":["#) && mixed.text.contains(#""code":403"#))
    }

    @Test(
        "a reload takes tokens in and away, on open connections too; a broken file changes nothing")
    func reload() throws {
        let service = try files.service()
        let client = try service.client()
        var settings = Settings(stateDirectory: service.stateDirectory)
        settings.listen = ["127.0.0.1:0"]
        settings.drainMilliseconds = 1_000
        settings.tokensFile = files.tokens
        try files.add("new", "read")
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 401)
        _ = try service.carillon.reload(settings)
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 200)
        files.write("tokens", "nonsense")
        #expect(throws: StartError.self) { try service.carillon.reload(settings) }
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 200)
        files.clear()
        try files.add("ops", "admin")
        _ = try service.carillon.reload(settings)
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 401)
        #expect(try client.send("GET", "/events", fields: bearer("ops")).status == 200)
        settings.tokensFile = nil
        #expect(try service.carillon.reload(settings).applied == ["tokens"])
        #expect(try client.send("GET", "/events").status == 200)
    }
}
