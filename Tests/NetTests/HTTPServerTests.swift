import EventCore
import Net
import TestSupport
import Testing

@Suite struct HTTPServerTests {
    @Test("a handler's memo stays with its connection, and a new connection begins without")
    func memo() throws {
        let server = try TestServer()
        defer { server.stop() }
        for _ in 0..<3 {
            let client = try server.client()
            for round in 0..<3 {
                client.send(get("/memo"))
                #expect(client.response()?.body == "\(round) \(round * 2)")
            }
            client.close()
        }
    }

    @Test("an answer has Server, Date, Content-Length, and the connection goes on")
    func simple() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        for _ in 0..<2 {
            client.send(get("/x"))
            let response = try #require(client.response())
            #expect(response.status == 200)
            #expect(response.field("Server") == "Carillon")
            #expect(response.field("Date")?.utf8.count == 29)
            #expect(response.field("Content-Type") == "text/plain")
            #expect(response.field("Content-Length") == "0")
            #expect(response.field("X-Path") == "/x")
            #expect(response.field("Connection") == nil)
        }
        #expect(server.server.counters.connectionsAccepted == 1)
    }

    @Test("1,000 pipelined requests are answered in order")
    func pipelining() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send((0..<1_000).map { get("/\($0)") }.joined())
        #expect(client.responses(1_000).map { $0.field("X-Path") } == (0..<1_000).map { "/\($0)" })
    }

    @Test("a POST in writes of one byte is put together, with length and with chunks")
    func oneByteWrites() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        for request in [
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n",
        ] {
            for byte in request.utf8 { client.send([byte]) }
            #expect(client.response()?.body == "hello")
        }
    }

    @Test("a request cut at any place gets the same answer")
    func cuts() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        let request = Array(
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get("/b")
                + "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")
                .utf8)
        for cut in 1..<request.count {
            client.send(Array(request[..<cut]))
            // The server has seen the first piece when a second connection was answered.
            client.send(Array(request[cut...]))
            let responses = client.responses(3)
            #expect(responses.map { $0.field("X-Path") } == ["/a", "/b", "/c"])
            #expect(responses.map(\.body) == ["abc", "", "x"])
        }
    }

    @Test("a body of 256 KB arrives whole, by length and by chunks")
    func largeBody() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        let body = String(repeating: "0123456789abcdef", count: 16_384)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 262144\r\n\r\n" + body)
        #expect(client.response()?.body == body)
        let chunk = "1000\r\n" + body.prefix(4_096) + "\r\n"
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        client.send(String(repeating: chunk, count: 64) + "0\r\n\r\n")
        #expect(client.response()?.body == body)
    }

    @Test("what the parser refuses is answered with a problem document and the connection closes")
    func refusal() async throws {
        let server = try TestServer()
        defer { server.stop() }
        let rows: [(String, Int, String)] = [
            ("GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bare_line_feed"),
            ("GET / HTTP/1.1\r\n\r\n", 400, "missing_host"),
            ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
            ("GET /" + String(repeating: "a", count: 9_000), 414, "request_line_too_long"),
            (
                get("/", "X: " + String(repeating: "a", count: 9_000) + "\r\n"), 431,
                "field_too_long"
            ),
            (get("/", String(repeating: "X: a\r\n", count: 100)), 431, "too_many_fields"),
            (
                get(
                    "/",
                    String(
                        repeating: "X: " + String(repeating: "a", count: 8_000) + "\r\n", count: 5)),
                431,
                "header_too_large"
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 262145\r\n\r\n", 413, "body_too_large"),
            ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501, "connect_refused"),
            (get("/", "Expect: x\r\n"), 417, "unknown_expectation"),
            (get("/", "Transfer-Encoding: gzip, chunked\r\n"), 501, "unknown_transfer_coding"),
        ]
        for (request, status, code) in rows {
            let client = try server.client()
            client.send(request + get("/must-not-be-answered"))
            let response = try #require(client.response())
            #expect(response.status == status)
            #expect(response.field("Content-Type") == "application/problem+json")
            #expect(response.field("Connection") == "close")
            #expect(response.body.contains(#""type":"about:blank""#))
            #expect(response.body.contains(#""status":\#(status),"code":"\#(code)","#))
            #expect(client.response() == nil)
        }
        #expect(await eventually { server.server.counters.refusals == rows.count })
    }

    @Test("what stands before a refused request is answered first")
    func refusalInPipeline() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/1") + get("/2") + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + get("/3"))
        #expect(client.responses(4).map(\.status) == [200, 200, 400])
    }

    @Test("the answer to a refused body can be read although the client sends on")
    func lingering() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n")
        client.send([UInt8](repeating: 0x61, count: 500_000))
        #expect(client.response()?.status == 413)
        #expect(client.response() == nil)
    }

    @Test("HEAD has the length and no body; 204 has neither")
    func withoutBody() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send("HEAD /big/9 HTTP/1.1\r\nHost: a\r\n\r\n" + get("/none") + get("/after"))
        #expect(client.response(isHead: true)?.field("Content-Length") == "9")
        let none = try #require(client.response())
        #expect(none.status == 204)
        #expect(none.field("Content-Length") == nil)
        #expect(client.response()?.field("X-Path") == "/after")
    }

    @Test(
        "close: asked for by the client, by the handler, by HTTP/1.0; keep-alive of HTTP/1.0 is honoured"
    )
    func closing() throws {
        let server = try TestServer()
        defer { server.stop() }
        for request in [get("/", "Connection: close\r\n"), get("/close"), "GET / HTTP/1.0\r\n\r\n"]
        {
            let client = try server.client()
            client.send(request + get("/must-not-be-answered"))
            #expect(client.response()?.field("Connection") == "close")
            #expect(client.response() == nil)
        }
        let client = try server.client()
        client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + get("/on"))
        #expect(client.response()?.field("Connection") == "keep-alive")
        #expect(client.response()?.field("X-Path") == "/on")
    }

    @Test(
        "100 Continue is sent when the body is still to come, never when it is there or in HTTP/1.0"
    )
    func expectation() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        let header =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        client.send(header)
        #expect(client.response()?.status == 100)
        client.send("hi")
        #expect(client.response()?.body == "hi")
        client.send(header + "hi")
        #expect(client.response()?.body == "hi")
        client.send("POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        client.send("hi")
        #expect(client.response()?.status == 200)
        let tooLarge = try server.client()
        tooLarge.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\nExpect: 100-continue\r\n\r\n")
        #expect(tooLarge.response()?.status == 413)
    }

    @Test("the authority of an absolute URI replaces Host")
    func absoluteForm() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send(
            "GET http://b:1/x HTTP/1.1\r\nHost: a\r\n\r\n"
                + "OPTIONS http://c HTTP/1.1\r\nHost: a\r\n\r\n")
        let responses = client.responses(2)
        #expect(responses.map { $0.field("X-Host") } == ["b:1", "c"])
        #expect(responses.map { $0.field("X-Path") } == ["/x", "*"])
    }

    @Test("a client that has closed its side gets its answers in full")
    func halfClose() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/1") + get("/big/3000000"))
        client.halfClose()
        #expect(client.responses(2).map(\.body.utf8.count) == [0, 3_000_000])
        #expect(client.reachesEnd())
    }

    @Test("RST in the middle of a body or of an answer ends that connection and nothing else")
    func resets() async throws {
        let server = try TestServer()
        defer { server.stop() }
        for request in [
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", get("/big/9000000"),
            "GET ",
        ] {
            let client = try server.client()
            client.send(request)
            client.reset()
        }
        #expect(await eventually { server.server.counters.connectionsAccepted == 3 })
        #expect(await eventually { server.server.counters.connectionsOpen == 0 })
        let client = try server.client()
        client.send(get())
        #expect(client.response()?.status == 200)
    }

    @Test(
        "answers that the client does not take yet stop the reading of its requests, and are all sent in the end"
    )
    func backPressure() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send((0..<40).map { _ in get("/big/400000") }.joined())
        let responses = client.responses(40)
        #expect(responses.count == 40)
        #expect(responses.allSatisfy { $0.body.utf8.count == 400_000 })
    }

    @Test("listens on IPv6 too")
    func ipv6() throws {
        let server = try TestServer(.tcp(host: "::1", port: 0))
        defer { server.stop() }
        let client = try server.client()
        client.send(get())
        #expect(client.response()?.status == 200)
    }
}
