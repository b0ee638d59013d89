import EventCore
import Foundation
import Net
import TestSupport
import Testing

@Suite struct HTTPLimitsTests {
    @Test(
        "connections beyond the limit are answered 503; those within it are served, and room comes back"
    )
    func connections() async throws {
        let server = try TestServer { $0.connectionsMax = 4 }
        defer { server.stop() }
        let clients = try (0..<4).map { _ in try server.client() }
        for client in clients {
            client.send(get())
            #expect(client.response()?.status == 200)
        }
        let refused = try server.client()
        #expect(refused.response()?.status == 503)
        #expect(refused.reachesEnd())
        refused.close()
        clients[0].send(get())
        #expect(clients[0].response()?.status == 200)
        clients[1].close()
        #expect(await eventually { server.server.counters.connectionsOpen == 3 })
        let next = try server.client()
        next.send(get())
        #expect(next.response()?.status == 200)
        #expect(server.server.counters.connectionsRefused == 1)
    }

    @Test(
        "10,000 answers and 200 connections that come and go leave no descriptor and no connection behind"
    )
    func leaks() async throws {
        let server = try TestServer()
        defer { server.stop() }
        for _ in 0..<200 {
            let client = try server.client()
            client.send(String(repeating: get(), count: 50))
            #expect(client.responses(50).count == 50)
        }
        #expect(await eventually { server.server.counters.connectionsOpen == 0 })
        #expect(server.server.counters.requests == 10_000)
    }
}
