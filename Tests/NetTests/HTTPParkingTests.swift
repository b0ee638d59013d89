import Dispatch
import EventCore
import Net
import TestSupport
import Testing

@Suite struct HTTPParkingTests {
    @Test("a parked answer holds up its own connection, in order, and no other")
    func order() async throws {
        let server = try TestServer { $0.workers = 1 }
        defer { server.stop() }
        let waiting = try server.client()
        waiting.send(get("/1") + get("/park") + get("/2"))
        let tickets = await server.handler.takeTickets(1)
        let other = try server.client()
        other.send(get("/other"))
        #expect(other.response()?.field("X-Path") == "/other")
        #expect(waiting.response()?.field("X-Path") == "/1")
        tickets[0].complete { $0.append("late") }
        #expect(waiting.responses(2).map(\.body) == ["late", ""])
    }

    @Test("tickets may be completed in any order and from any thread")
    func anyOrder() async throws {
        let server = try TestServer()
        defer { server.stop() }
        let clients = try (0..<8).map { _ in try server.client() }
        var tickets: [HTTPTicket] = []
        for client in clients {
            client.send(get("/park"))
            tickets += await server.handler.takeTickets(1)
        }
        for (index, ticket) in tickets.enumerated().reversed() {
            DispatchQueue.global().async { ticket.complete { $0.append(String(index)) } }
        }
        for (index, client) in clients.enumerated() {
            #expect(client.response()?.body == String(index))
        }
    }

    @Test("a ticket works once; completed again, or after its connection ended, it does nothing")
    func late() async throws {
        let server = try TestServer { $0.workers = 1 }
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/park") + get("/park"))
        let first = await server.handler.takeTickets(1)[0]
        first.complete { $0.append("1") }
        first.complete { $0.append("1 again") }
        let second = await server.handler.takeTickets(1)[0]
        first.complete { $0.append("1 again") }
        second.complete { $0.append("2") }
        #expect(client.responses(2).map(\.body) == ["1", "2"])

        client.send(get("/park"))
        let third = await server.handler.takeTickets(1)[0]
        client.reset()
        #expect(await eventually { server.server.counters.connectionsOpen == 0 })
        // The slot has a new tenant, which the old ticket must not reach.
        let next = try server.client()
        next.send(get("/park"))
        let fourth = await server.handler.takeTickets(1)[0]
        third.complete { $0.append("3") }
        fourth.complete { $0.append("4") }
        #expect(next.response()?.body == "4")
    }

    @Test("a client that half-closes while it waits still gets its answer")
    func halfClose() async throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/park"))
        client.halfClose()
        let tickets = await server.handler.takeTickets(1)
        tickets[0].complete { $0.append("late") }
        #expect(client.response()?.body == "late")
        #expect(client.reachesEnd())
    }

    @Test("an answer that never comes is 503 in the end")
    func deadline() async throws {
        let server = try TestServer { $0.answerMilliseconds = 50 }
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/park"))
        let response = try #require(client.response())
        #expect(response.status == 503)
        #expect(response.body.contains("answer_timeout"))
        #expect(client.reachesEnd())
        for ticket in await server.handler.takeTickets(1) { ticket.complete { _ in } }
    }
}
