import EventCore
import Net
import TestSupport
import Testing

@Suite struct HTTPDeadlineTests {
    @Test("a header that does not end is 408, and more bytes do not prolong it")
    func header() throws {
        let server = try TestServer { $0.headerMilliseconds = 100 }
        defer { server.stop() }
        let client = try server.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
        let start = Clock.boot()
        while client.isSilent(), Clock.boot() - start < 5_000_000_000 { client.send("x") }
        let response = client.response()
        // Faster than the deadline, the field grows too long: either way it ends.
        #expect(response?.status == 408 || response?.status == 431)
        let slow = try server.client()
        slow.send("G")
        #expect(slow.response()?.status == 408)
        #expect(slow.reachesEnd())
    }

    @Test("a body that does not end is 408")
    func body() throws {
        let server = try TestServer { $0.bodyMilliseconds = 50 }
        defer { server.stop() }
        let client = try server.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        let response = try #require(client.response())
        #expect(response.status == 408)
        #expect(response.body.contains("body_timeout"))
        #expect(client.reachesEnd())
    }

    @Test("a connection without a request is closed without a word")
    func idle() throws {
        let server = try TestServer { $0.idleMilliseconds = 50 }
        defer { server.stop() }
        let client = try server.client()
        #expect(client.response() == nil)
        #expect(client.reachesEnd())
        let used = try server.client()
        used.send(get())
        #expect(used.response()?.status == 200)
        #expect(used.reachesEnd())
    }

    @Test("a client that never reads is closed at the send deadline")
    func send() async throws {
        let server = try TestServer { $0.sendMilliseconds = 50 }
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/big/9000000"))
        #expect(await eventually { server.server.counters.requests == 1 })
        #expect(await eventually { server.server.counters.connectionsOpen == 0 })
    }

    @Test("a client that does not close after the last answer is closed")
    func linger() async throws {
        let server = try TestServer { $0.lingerMilliseconds = 50 }
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/close"))
        #expect(client.response()?.status == 200)
        #expect(await eventually { server.server.counters.connectionsOpen == 0 })
        client.close()
    }
}
