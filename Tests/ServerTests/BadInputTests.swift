import Foundation
import Server
import TestSupport
import Testing

@Suite("Bad input: JSON, sockets, names")
struct BadInputTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    private func post(_ bytes: [UInt8]) throws -> JSONClient.Response {
        try client.send("POST", "/subscriptions", bytes: bytes)
    }

    // MARK: JSON

    @Test(
        "what is no JSON is 400 with a problem, on every path that takes a body, and has no effect")
    func json() throws {
        for bytes in BadInput.unreadableJSON {
            for (method, target) in [
                ("POST", "/subscriptions"), ("POST", "/events/E_A/raise"),
                ("PATCH", "/subscriptions/1"),
            ] {
                let answer = try client.send(method, target, bytes: bytes)
                #expect(
                    answer.status == 400,
                    "\(target) \(String(decoding: bytes.prefix(60), as: UTF8.self))")
                #expect(["malformed_json", "duplicate_member"].contains(answer.code))
            }
            if !bytes.isEmpty {
                #expect(try client.send("PUT", "/events/E_A", bytes: bytes).status == 400)
            }
        }
        #expect(try client.subscribers().isEmpty)
        #expect(try client.send("GET", "/events/E_A").status == 404)
    }

    @Test("on /mi it is the JSON-RPC error -32700 with id null")
    func jsonOnMI() throws {
        for bytes in BadInput.unreadableJSON {
            let answer = try client.send("POST", "/mi", bytes: bytes)
            #expect(
                answer.text
                    == #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#,
                "\(String(decoding: bytes.prefix(60), as: UTF8.self)): \(answer.text)")
        }
    }

    @Test("64 levels are read; what stands at the top must be an object")
    func shapes() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try post(Array(deep.utf8)).status == 422)
        for text in ["[]", "1", "\"x\"", "null", "true", " [ ] "] {
            #expect(try post(Array(text.utf8)).status == 422)
            #expect(try client.send("POST", "/events/E_A/raise", text).status == 422)
            #expect(try client.send("PATCH", "/subscriptions/1", text).status == 422)
        }
    }

    @Test("every fault of a body is told at once")
    func all() throws {
        let answer = try client.send(
            "POST", "/subscriptions",
            #"{"event":1,"expire":"x","permanent":2,"format":"xml","one":1,"two/~":2}"#)
        let errors = try #require(answer.json["errors"] as? [[String: String]])
        #expect(
            Set(errors.compactMap { $0["pointer"] }) == [
                "/event", "/socket", "/expire", "/permanent", "/format", "/one", "/two~1~0",
            ])
        let many = (0..<100).map { #""m\#($0)":1"# }.joined(separator: ",")
        let capped = try client.send("POST", "/subscriptions", "{\(many)}")
        #expect((capped.json["errors"] as? [Any])?.count == 32)
    }

    @Test("a body over the limit is 413, however it comes")
    func large() throws {
        let big = #"{"event":"E_A","socket":""# + String(repeating: "x", count: 262_144) + #""}"#
        let answer = try service.client().send("POST", "/subscriptions", big)
        #expect(answer.status == 413)
        #expect(answer.code == "body_too_large")
        let keys = (0..<15_000).map { #""key\#($0)":0"# }.joined(separator: ",")
        #expect(try service.client().send("POST", "/subscriptions", "{\(keys)}").status == 422)
        let digits = String(repeating: "9", count: 200_000)
        #expect(try client.raise("E_A", "[\(digits)]").status == 422)
        #expect(try client.raise("E_A", "[0.\(digits)]").status == 202)
    }

    // MARK: Sockets

    @Test(
        "a socket that breaks its grammar is 422 at /socket with what was expected; MI says 400; no effect"
    )
    func sockets() throws {
        _ = try client.send("PUT", "/events/E_A")
        for (socket, codes) in BadInput.sockets {
            let answer = try client.subscribe("E_A", String(literal(socket).dropFirst().dropLast()))
            #expect(answer.status == 422, "\(socket): \(answer.status) \(answer.text)")
            let error = (answer.json["errors"] as? [[String: String]])?.first
            #expect(error?["pointer"] == "/socket", "\(socket)")
            #expect(codes.contains(error?["code"] ?? ""), "\(socket): \(error ?? [:])")
            #expect(error?["detail"]?.isEmpty == false)
            let mi = try client.mi("evi:subscribe", #"["E_A",\#(literal(socket))]"#)
            #expect(
                mi.contains(
                    socket.isEmpty
                        ? #""code":-32602"# : #""code":400,"message":"Bad parameter value""#),
                "\(socket): \(mi)")
        }
        #expect(try client.subscribers().isEmpty)
    }

    @Test(
        "sockets that are right, and the one spelling they are shown in; shown, it means the same",
        arguments: [
            ("udp:127.0.0.1:5", "udp:127.0.0.1:5"),
            ("udp:127.0.0.1:5#format=json", "udp:127.0.0.1:5"),
            ("udp:127.0.0.1:65535#format=lines", "udp:127.0.0.1:65535#format=lines"),
            ("udp:[::1]:5", "udp:[::1]:5"), ("udp:[0:0:0:0:0:0:0:1]:5", "udp:[::1]:5"),
            ("udp:[2001:DB8::0:1]:5", "udp:[2001:db8::1]:5"),
            ("udp:host.example:5", "udp:host.example:5"),
            ("udp:a_b.example:5", "udp:a_b.example:5"),
            ("unix:/run/app.sock", "unix:/run/app.sock"),
            ("/run/app.sock", "unix:/run/app.sock"), ("unix:@name", "unix:@name"),
            (
                "unix:/\(String(repeating: "a", count: 106))",
                "unix:/\(String(repeating: "a", count: 106))"
            ),
            ("http://127.0.0.1:9000/rpc", "http://127.0.0.1:9000/rpc"), ("http://h/", "http://h/"),
            ("https://h:8443/a?b=c", "https://h:8443/a?b=c"),
            ("http://[::1]:9/x#mode=request&method=m&timeout=2s", nil),
        ] as [(String, String?)])
    func goodSockets(socket: String, shown: String?) throws {
        let made = try client.subscribe("E_A", socket)
        #expect(made.status == 201, "\(made.text)")
        let text = try #require(made.json["socket"] as? String)
        if let shown { #expect(text == shown) }
        let again = try client.subscribe("E_A", text)
        #expect(again.status == 200)
        #expect(again.json["id"] as? String == made.json["id"] as? String)
        #expect(again.json["socket"] as? String == text)
    }

    @Test("the target policy refuses with 403, by REST and as 400 by MI; listed blocks only")
    func policy() throws {
        let directory = NSTemporaryDirectory()
        let service = try RunningService {
            $0.targetPolicy = "127.0.0.0/8"
            $0.unixDirectories = [directory]
        }
        let client = try service.client()
        for socket in [
            "udp:10.0.0.1:5", "udp:[::1]:5", "http://192.0.2.1/", "unix:/run/x", "unix:@x",
        ] {
            let answer = try client.subscribe("E_A", socket)
            #expect(answer.status == 403, "\(socket)")
            #expect(answer.code == "target_forbidden")
        }
        #expect(try client.send("GET", "/events/E_A").status == 404, "no effect")
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:5").status == 201)
        #expect(try client.subscribe("E_A", "unix:\(directory)x").status == 201)
        #expect(
            try client.mi("evi:subscribe", #"["E_A","udp:10.0.0.1:5"]"#).contains(#""code":400"#))
    }

    // MARK: Names

    @Test("a name outside the grammar is 422 to create or raise, 404 to look up, and never exists")
    func names() throws {
        for name in BadInput.names {
            let body = try client.subscribe(
                String(literal(name).dropFirst().dropLast()), "udp:127.0.0.1:9")
            #expect(body.status == 422, "\(name.prefix(40))")
            #expect(body.text.contains(#"{"pointer":"/event","code":"bad_format""#))
            let mi = try client.mi("evi:subscribe", #"[\#(literal(name)),"udp:127.0.0.1:9"]"#)
            #expect(mi.contains(name.isEmpty ? "-32602" : #""code":400"#), "\(mi)")
            let raised = try client.mi("evi:raise", "[\(literal(name))]")
            #expect(raised.contains(name.isEmpty ? "-32602" : #""code":404"#))
            let path = name.utf8.map {
                "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
            }.joined()
            guard !path.isEmpty, path.utf8.count < 8_000 else { continue }
            #expect(try client.send("GET", "/events/" + path).status == 404)
            #expect(try client.send("PUT", "/events/" + path).status == 422)
            #expect(try client.raise(path).status == 422)
        }
        let list = try client.send("GET", "/events?limit=1000")
        let kinds =
            (list.json["events"] as? [[String: Any]])?.compactMap { $0["kind"] as? String } ?? []
        #expect(!kinds.isEmpty && !kinds.contains("dynamic"))
    }

    @Test(
        "every name of the grammar is a name: its 64 characters, escaped in the path or not; case counts"
    )
    func goodNames() throws {
        let receiver = DatagramReceiver()
        for name in ["E", "e_a.b-c", "Z9", String(repeating: "E", count: 64)] {
            #expect(try client.subscribe(name, receiver.socketText).status == 201)
            #expect(try client.raise(name).status == 202)
            #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"\#(name)"}"#)
        }
        #expect(try client.raise("%45").json["event"] as? String == "E")
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E"}"#)
        #expect(try client.send("GET", "/events/e").status == 404)
    }
}
