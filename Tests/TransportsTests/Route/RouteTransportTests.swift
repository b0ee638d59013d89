import EventCore
import Synchronization
import TestSupport
import Testing

@testable import Transports

/// Not among the rows of the conformance suite: what it sends is no payload, and its receivers are the script's.
@Suite("Event routes as subscribers")
struct RouteTransportTests {
    private final class Runner: RouteRunner {
        let taken = Lock<[RouteDelivery]>([])
        let drains = Lock<[Int]>([])

        func take(_ deliveries: [RouteDelivery]) -> [Outcome] {
            taken.withLock { $0 += deliveries }
            return deliveries.map { $0.route == "E_FULL" ? .dropped(.queueFull) : .pending }
        }

        func stop(drainMilliseconds: Int) { drains.withLock { $0.append(drainMilliseconds) } }
    }

    private let transport = RouteTransport()
    private let runner = Runner()

    private func deliver(_ names: [String]) throws -> [Outcome] {
        let targets = try names.map { name in
            let socket = try transport.parse(SocketText.parse("route:" + name))
            return Target(
                subscription: SubscriptionRef(slot: 1, generation: 1), packed: socket.packed,
                options: socket.options, detail: socket.detail)
        }
        var outcomes = [Outcome](repeating: .delivered, count: targets.count)
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: "E_X", params: .none, time: 1)
        transport.deliver(occurrence, to: targets[...], outcomes: &outcomes)
        return outcomes
    }

    @Test("only event_routes that the script has are sockets; the text comes back as it was given")
    func sockets() throws {
        transport.declare(["E_A"])
        let socket = try transport.parse(SocketText.parse("route:E_A"))
        #expect(transport.text(of: socket, secrets: false) == "route:E_A")
        #expect(socket.sameIdentity(as: try transport.parse(SocketText.parse("route:E_A"))))
        for text in ["route:E_B", "route:", "route:e_a", "route:E_A#format=json"] {
            #expect(throws: SocketError.self) { try transport.parse(SocketText.parse(text)) }
        }
        transport.declare(["E_B"])
        #expect(throws: SocketError.self) { try transport.parse(SocketText.parse("route:E_A")) }
        #expect(transport.isVolatile)
    }

    @Test("a delivery names the route of its socket, and ends as the runner says")
    func delivers() throws {
        transport.declare(["E_A", "E_FULL"])
        transport.attach(runner)
        #expect(try deliver(["E_A", "E_FULL"]) == [.pending, .dropped(.queueFull)])
        #expect(runner.taken.withLock { $0.map(\.route) } == ["E_A", "E_FULL"])
    }

    @Test("stopped it hands over nothing, and neither does one without a runner")
    func stops() throws {
        transport.declare(["E_A"])
        #expect(try deliver(["E_A"]) == [.dropped(.stopped)])
        transport.attach(runner)
        transport.stop(drainMilliseconds: 7)
        #expect(runner.drains.withLock { $0 } == [7])
        #expect(try deliver(["E_A"]) == [.dropped(.stopped)])
    }
}
