import Dispatch
import EventCore
import Glibc
import Net
import TestSupport
import Testing

@Suite struct HTTPStopTests {
    @Test(
        "stopping closes idle connections, finishes what is in flight with close, and refuses new ones"
    )
    func graceful() async throws {
        // One worker: what its idle connection sees, its other connections have seen too.
        let server = try TestServer { $0.workers = 1 }
        let idle = try server.client()
        idle.send(get())
        #expect(idle.response()?.status == 200)
        let parked = try server.client()
        parked.send(get("/park"))
        let tickets = await server.handler.takeTickets(1)
        let half = try server.client()
        half.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1")
        // A thread of its own: the pool of the tests may be waiting for answers altogether.
        let stopping = DispatchGroup()
        DispatchQueue.global().async(group: stopping) {
            server.server.stop(graceMilliseconds: 10_000)
        }
        #expect(idle.reachesEnd())
        tickets[0].complete { $0.append("done") }
        let last = try #require(parked.response())
        #expect(last.body == "done")
        #expect(last.field("Connection") == "close")
        half.send("2")
        #expect(half.response()?.field("Connection") == "close")
        parked.close()
        half.close()
        #expect(stopping.wait(timeout: .now() + 10) == .success)
        #expect(server.server.counters.connectionsOpen == 0)
        #expect(throws: SystemError.self) { try server.client() }
    }

    @Test("what is not finished within the grace is closed")
    func forced() async throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(get("/park"))
        let tickets = await server.handler.takeTickets(1)
        server.server.stop(graceMilliseconds: 50)
        #expect(client.reachesEnd())
        tickets[0].complete { $0.append("too late") }
        #expect(server.server.counters.connectionsOpen == 0)
    }

    @Test("stopping under load answers every request that it took")
    func underLoad() async throws {
        let server = try TestServer()
        let clients = try (0..<8).map { _ in try server.client() }
        for client in clients {
            client.send(String(repeating: get(), count: 200))
        }
        #expect(await eventually { server.server.counters.requests > 0 })
        server.server.stop(graceMilliseconds: 5_000)
        var answers = 0
        for client in clients {
            while let response = client.response() {
                #expect(response.status == 200)
                answers += 1
            }
        }
        #expect(answers == server.server.counters.requests)
    }

    @Test("a server that never started stops; one that was stopped does not start")
    func phases() throws {
        let server = try HTTPServer(handler: TestHandler())
        let address = try server.listen(on: .tcp(host: "127.0.0.1", port: 0))
        server.stop(graceMilliseconds: 0)
        try server.start()
        #expect(throws: SystemError.self) { try RawHTTPClient(address) }
    }
}
