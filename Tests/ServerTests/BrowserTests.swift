import Foundation
import Server
import TestSupport
import Testing

@Suite("Whom it answers: Host, Origin, media types")
struct BrowserTests {
    private static let board = "https://board.example"
    let service: RunningService
    let client: JSONClient
    private let body = #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#

    init() throws {
        service = try RunningService {
            $0.allowedHosts = ["carillon.example"]
            $0.allowedOrigins = [Self.board]
        }
        client = try service.client()
    }

    private func subscribe(_ fields: [String: String]) throws -> JSONClient.Response {
        try client.send("POST", "/subscriptions", body, fields: fields)
    }

    @Test("its own names, and those allowed, in any case and with any port")
    func ownHosts() throws {
        for host in [
            "127.0.0.1", "127.0.0.1:\(service.port)", "localhost", "LOCALHOST:1", "[::1]",
            "[::1]:80",
            "carillon.example", "Carillon.Example:8443",
        ] {
            #expect(
                try client.send("GET", "/livez", fields: ["Host": host]).status == 200, "\(host)")
        }
    }

    @Test(
        "a name that is not its own is 421 on every path: a page that rebinds its name gets nothing",
        arguments: [
            "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "xlocalhost",
            "127.0.0.2",
            "[::2]", "0.0.0.0", "carillon.example.", "carillon.example.evil.example:80",
        ])
    func otherHosts(host: String) throws {
        for (method, target) in [
            ("GET", "/subscribers"), ("GET", "/livez"), ("OPTIONS", "/mi"), ("GET", "/nope"),
        ] {
            let answer = try client.send(method, target, fields: ["Host": host])
            #expect(answer.status == 421, "\(method) \(target)")
            #expect(answer.code == "misdirected_request")
        }
        #expect(try subscribe(["Host": host]).status == 421)
        #expect(try client.subscribers().isEmpty)
    }

    @Test("an absolute target names the host; the Host field does not matter then")
    func absoluteForm() throws {
        #expect(
            try client.send("GET", "http://localhost/livez", fields: ["Host": "localhost"]).status
                == 200)
        let other = try client.send(
            "GET", "http://evil.example/livez", fields: ["Host": "localhost"])
        #expect([400, 421].contains(other.status))
    }

    @Test("a write from a foreign page is 403 and has no effect; its reads get no CORS")
    func foreignOrigin() throws {
        for origin in [
            "https://evil.example", "null", "http://board.example", "https://board.example:444",
        ] {
            let fields = ["Origin": origin]
            let posted = try subscribe(fields)
            #expect(posted.status == 403, "\(origin)")
            #expect(posted.code == "origin_forbidden")
            for (method, target) in [
                ("PUT", "/events/E_B"), ("POST", "/events/E_PIKE_BLOCKED/raise"), ("POST", "/mi"),
                ("DELETE", "/subscriptions/1"), ("PATCH", "/subscriptions/1"),
            ] {
                #expect(try client.send(method, target, "{}", fields: fields).status == 403)
            }
            let read = try client.send("GET", "/subscribers", fields: fields)
            #expect(read.status == 200)
            #expect(read.fields["access-control-allow-origin"] == nil)
        }
        #expect(try client.subscribers().isEmpty)
        #expect(try client.send("GET", "/events/E_PIKE_BLOCKED").json["occurrences"] as? Int == 0)
    }

    @Test(
        "an allowed page may write and read the answer, also where it waited for the disk, and errors"
    )
    func allowedOrigin() throws {
        let fields = ["Origin": Self.board]
        let answers = [
            try subscribe(fields),
            try client.send("GET", "/subscribers", fields: fields),
            try client.send("GET", "/nope", fields: fields),
            try client.send("POST", "/subscriptions", "{", fields: fields),
            try client.send("POST", "/mi", "{}", fields: fields),
            try client.send(
                "POST", "/mi",
                #"{"jsonrpc":"2.0","method":"evi:subscribe","params":["E_A","udp:127.0.0.1:8"],"id":1}"#,
                fields: fields),
            try client.send("DELETE", "/subscriptions/1", fields: fields),
            try client.send("DELETE", "/subscriptions/1", fields: fields),
        ]
        #expect(answers.map(\.status) == [201, 200, 404, 400, 200, 200, 204, 404])
        for answer in answers {
            #expect(answer.fields["access-control-allow-origin"] == Self.board)
            #expect(answer.fields["vary"] == "Origin")
        }
    }

    @Test("our own pages may write: an Origin that is our Host")
    func ownOrigin() throws {
        let own = "http://127.0.0.1:\(service.port)"
        #expect(try subscribe(["Origin": own]).status == 201)
    }

    @Test(
        "a preflight of an allowed page tells methods and fields; one of a foreign page tells nothing"
    )
    func preflight() throws {
        let ask = ["Origin": Self.board, "Access-Control-Request-Method": "DELETE"]
        let answer = try client.send("OPTIONS", "/subscriptions/1", fields: ask)
        #expect(answer.status == 204)
        #expect(answer.fields["access-control-allow-origin"] == Self.board)
        #expect(answer.fields["access-control-allow-methods"] == answer.fields["allow"])
        #expect(answer.fields["access-control-allow-headers"]?.contains("Content-Type") == true)
        var foreign = ask
        foreign["Origin"] = "https://evil.example"
        let refused = try client.send("OPTIONS", "/subscriptions/1", fields: foreign)
        #expect(refused.status == 204)
        #expect(refused.fields.keys.allSatisfy { !$0.hasPrefix("access-control") })
    }

    @Test("without allowed origins there is no CORS at all")
    func offByDefault() throws {
        let service = try RunningService()
        let answer = try service.client().send(
            "GET", "/subscribers", fields: ["Origin": Self.board])
        #expect(answer.fields.keys.allSatisfy { !$0.hasPrefix("access-control") })
    }

    @Test(
        "a body that is not plain application/json is 415 and has no effect",
        arguments: [
            "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
            "text/json",
            "application/json; charset=utf-16", "application/json; charset=iso-8859-1",
            "application/json, text/plain",
            "application/jsonx", "application", "application/json; x=y", "application/problem+json",
        ])
    func mediaTypes(type: String) throws {
        #expect(try subscribe(["Content-Type": type]).status == 415)
        for target in ["/events/E_A/raise", "/mi"] {
            let answer = try client.send("POST", target, "{}", fields: ["Content-Type": type])
            #expect(answer.status == 415)
            #expect(answer.code == "unsupported_media_type")
        }
        #expect(try client.send("GET", "/events/E_A").status == 404)
    }

    @Test(
        "no Content-Type is 415 too; a compressed body as well; case, blanks and utf-8 do not matter"
    )
    func mediaTypeDetails() throws {
        #expect(try subscribe(["Content-Type": ""]).status == 415)
        #expect(try subscribe(["Content-Encoding": "gzip"]).status == 415)
        #expect(try subscribe(["Content-Encoding": "identity"]).status == 201)
        for type in [
            "Application/JSON", "application/json;charset=UTF-8",
            "application/json ; charset=\"utf-8\"",
        ] {
            #expect(try subscribe(["Content-Type": type]).status == 200, "\(type)")
        }
    }
}

@Suite("Whom it answers: a service that listens on every address")
struct WildcardHostTests {
    @Test("any IP address is its name; names are as foreign as ever")
    func hosts() throws {
        let service = try RunningService {
            $0.listen = ["0.0.0.0:0"]
            $0.insecure = true
        }
        let client = try service.client()
        for host in [
            "127.0.0.1", "192.0.2.1", "198.51.100.7:\(service.port)", "[2001:db8::1]",
            "[2001:db8::1]:8080", "localhost",
        ] {
            #expect(
                try client.send("GET", "/livez", fields: ["Host": host]).status == 200, "\(host)")
        }
        for host in [
            "192.0.2.1.evil.example", "127.evil.example", "evil.example", "192.0.2", "3221225985",
            "192.0.2.01", "[2001:db8::1.evil.example]",
        ] {
            let status = try client.send("GET", "/livez", fields: ["Host": host]).status
            #expect(status == 421 || status == 400, "\(host)")
        }
    }
}
