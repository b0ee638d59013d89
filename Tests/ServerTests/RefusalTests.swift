import Foundation
import Server
import TestSupport
import Testing

@Suite("What the HTTP server itself refuses")
struct RefusalTests {
    let service: RunningService

    init() throws {
        service = try RunningService {
            $0.headerMilliseconds = 100
            $0.bodyMilliseconds = 100
        }
    }

    @Test(
        "each is a problem with the code that openapi.yaml lists, and closes the connection",
        arguments: [
            ("GET /livez HTTP/1.1\r\n\r\n", 400, "missing_host"),
            ("GET  /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, "bad_target"),
            ("GET /livez HTTP/3.0\r\nHost: localhost\r\n\r\n", 505, "unsupported_version"),
            ("GET /livez HTTP/1.1\nHost: localhost\n\n", 400, "bare_line_feed"),
            (
                "POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Length: 262145\r\n\r\n", 413,
                "body_too_large"
            ),
            (
                "POST /mi HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n",
                417, "unknown_expectation"
            ),
            (
                "POST /mi HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                501, "unknown_transfer_coding"
            ),
            (
                "POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                400, "two_lengths"
            ),
            (
                "GET /livez HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 9_000))\r\n\r\n",
                431, "field_too_long"
            ),
            (
                "GET /\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\n", 414,
                "request_line_too_long"
            ),
            ("GET /livez HTTP/1.1\r\nHost: localh", 408, "request_timeout"),
            (
                "POST /mi HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{", 408,
                "request_timeout"
            ),
        ])
    func refused(request: String, status: Int, code: String) throws {
        let contract = try ContractDocument()
        let codes = contract.root["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
            .elements.compactMap(\.string)
        #expect(codes.contains(code))
        let client = try service.client()
        try client.write(Array(request.utf8))
        let answer = try client.read()
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect(answer.fields["content-type"] == "application/problem+json")
        #expect(answer.fields["connection"] == "close")
        #expect(client.reachesEnd())
    }

    @Test("one connection more than the limit is 503 with Retry-After; the others are served")
    func connections() throws {
        let service = try RunningService { $0.connectionsMax = 2 }
        let first = try service.client()
        let second = try service.client()
        #expect(try first.send("GET", "/livez").status == 200)
        #expect(try second.send("GET", "/livez").status == 200)
        let third = try service.client()
        let refused = try third.send("GET", "/livez")
        #expect(refused.status == 503)
        #expect(refused.code == "unavailable")
        #expect(refused.fields["retry-after"] != nil)
        #expect(try first.send("GET", "/livez").status == 200)
    }

    @Test(
        "paths that are none of ours are 404 or 400, and no file is read",
        arguments: [
            "//", "/events/", "/events//raise", "/subscriptions/", "/subscriptions/1/", "/mi/",
            "/Events",
            "/%65vents%00", "/%2e%2e/%2e%2e/etc/passwd", "/../etc/passwd", "/events/E_A/raise/",
            "/events/a/b/c",
            "/%", "/%zz", "/events/%C0%AF", "/events/%FF", "/subscriptions/%2F", "/subscriptions/.",
            "/subscriptions/..", "/subscriptions/0", "/subscriptions/01", "/subscriptions/-1",
            "/subscriptions/1x",
            "/subscriptions/18446744073709551616", "/subscriptions/%31%00", "/livez%20",
            "/openapi.yml",
            "/subscriptions/\(String(repeating: "1", count: 7_000))",
        ])
    func paths(target: String) throws {
        let answer = try service.client().send("GET", target)
        #expect([400, 404].contains(answer.status), "\(answer.status)")
        #expect(answer.code != nil)
    }

    @Test("queries are strict everywhere: unknown, repeated and undecodable parameters")
    func queries() throws {
        let client = try service.client()
        for path in [
            "/events", "/subscribers", "/livez", "/readyz", "/openapi.yaml", "/", "/dashboard.js",
            "/events/E_PIKE_BLOCKED",
        ] {
            let unknown = try client.send("GET", path + "?nope=1")
            #expect(unknown.status == 422)
            #expect(unknown.text.contains(#"{"parameter":"nope","code":"unknown""#))
            #expect(try client.send("GET", path + "?").status == 200)
        }
        #expect(try client.send("GET", "/subscribers?event=%FF").status == 400)
        #expect(try client.send("GET", "/subscribers?limit=5&limit=5").text.contains("duplicate"))
        #expect(try client.send("GET", "/subscribers?event=E+A").status == 422)
        #expect(try client.send("POST", "/mi?x=1", "{}").status == 422)
    }
}
