import Dispatch
import EventCore
import Synchronization
import TestSupport
import Testing

/// Real threads against one interface.
@Suite struct ConcurrencyTests {
    /// A transport with a queue of its own that writes down, for each subscriber, what it was handed.
    private final class RecordingTransport: Transport {
        let name = "recording"
        let schemes = ["recording"]
        private let queue = DispatchQueue(label: "recording")
        private let received = Lock<[UInt64: [UInt64]]>([:])
        /// Subscribers whose unsubscription was answered: nothing may begin for them.
        private let gone = Lock<Set<UInt64>>([])
        private let violations = Lock(0)
        private let isDelivering = Lock(false)

        var all: [UInt64: [UInt64]] { received.withLock { $0 } }
        var violationCount: Int { violations.withLock { $0 } }
        func leave(_ packed: UInt64) { gone.withLock { _ = $0.insert(packed) } }
        func drain() { queue.sync {} }

        func parse(_ text: SocketText) throws(SocketError) -> Socket {
            Socket(packed: UInt64(text.rest) ?? 0)
        }
        func text(of socket: Socket, secrets: Bool) -> String { "recording:\(socket.packed)" }
        func attach(to ledger: any DeliveryLedger) {}
        func deliver(
            _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
        ) {
            // One thread at a time owns a lane.
            let wasDelivering = isDelivering.withLock { is_ in
                defer { is_ = true }
                return is_
            }
            if wasDelivering { violations.withLock { $0 += 1 } }
            for target in targets {
                if gone.withLock({ $0.contains(target.packed) }) { violations.withLock { $0 += 1 } }
                received.withLock { $0[target.packed, default: []].append(occurrence.sequence) }
            }
            isDelivering.withLock { $0 = false }
        }
        func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] { [] }
        func schedule(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }
        func stop(drainMilliseconds: Int) { queue.sync {} }
    }

    private func makeInterface(_ transport: RecordingTransport, inline: Int) -> EventInterface {
        var limits = CoreLimits()
        limits.inlineDeliveriesMax = inline
        limits.sliceDeliveriesMax = 4
        let now = ManualClock().now
        return EventInterface(transports: [transport], limits: limits, clock: { now })
    }

    @discardableResult
    private func run(_ command: Command, on interface: EventInterface) throws -> CommandOutcome {
        try Commands.run(
            command, by: Caller(.anonymous, from: "test"), on: interface, at: ManualClock().now
        ) { { _ in } }
    }

    @Test("raises from four threads reach every subscriber in one order", arguments: [4, 64])
    func oneOrder(inline: Int) throws {
        let transport = RecordingTransport()
        let interface = makeInterface(transport, inline: inline)
        for number in 1...10 {
            let socket = "recording:\(number)"
            try run(
                .subscribe(SubscribeCommand(event: "E_X", socket: socket, createsEvent: true)),
                on: interface)
        }
        let raise = Command.raise(RaiseCommand(event: "E_X", params: .none, createsEvent: false))
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<500 {
                do { try run(raise, on: interface) } catch { Issue.record("\(error)") }
            }
        }
        transport.drain()
        #expect(transport.violationCount == 0)
        #expect(transport.all.count == 10)
        for (_, sequences) in transport.all {
            #expect(sequences == Array(1...2_000), "complete, and in the order of the raises")
        }
        let totals = interface.totals()
        #expect(totals.matched == 20_000 && totals.delivered == 20_000 && totals.pending == 0)
    }

    @Test(
        "once an unsubscription is answered no delivery begins, however busy the lane",
        arguments: [4, 64])
    func nothingAfterTheAnswer(inline: Int) throws {
        let transport = RecordingTransport()
        let interface = makeInterface(transport, inline: inline)
        let raise = Command.raise(RaiseCommand(event: "E_X", params: .none, createsEvent: true))
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            do {
                for turn in 0..<300 {
                    if thread >= 2 {
                        try run(raise, on: interface)
                        continue
                    }
                    let number = UInt64(thread * 1_000_000 + turn)
                    let outcome = try run(
                        .subscribe(
                            SubscribeCommand(
                                event: "E_X", socket: "recording:\(number)", createsEvent: true)),
                        on: interface)
                    guard case .done(.subscribed(let view, _)) = outcome else {
                        return missed("subscribed")
                    }
                    try run(raise, on: interface)
                    if turn % 2 == 0 {
                        try run(.unsubscribe(UnsubscribeCommand(id: view.id)), on: interface)
                    } else {
                        let end = SubscribeCommand(
                            event: "E_X", socket: "recording:\(number)", expire: .seconds(0),
                            createsEvent: false)
                        try run(.subscribe(end), on: interface)
                    }
                    transport.leave(number)
                }
            } catch {
                Issue.record("\(error)")
            }
        }
        transport.drain()
        #expect(transport.violationCount == 0)
        let totals = interface.totals()
        #expect(totals.pending == 0)
        #expect(totals.matched == totals.delivered + totals.dropped)
    }

    @Test("a gate that is closed again and again does not hold up who waits for one closing")
    func gateIsFair() {
        let gate = Gate()
        let isDone = Lock(false)
        DispatchQueue.concurrentPerform(iterations: 2) { thread in
            if thread == 0 {
                while !isDone.withLock({ $0 }) {
                    gate.close()
                    gate.open()
                }
            } else {
                for _ in 0..<2_000 { gate.pass() }
                isDone.withLock { $0 = true }
            }
        }
        #expect(isDone.withLock { $0 })
    }

    @Test("a payload is formatted once for all, also by threads that ask at the same time")
    func payload() {
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: "E_X", params: .none, time: 0)
        let calls = Lock(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            let bytes = occurrence.payload(.json) { _ in
                calls.withLock { $0 += 1 }
                return [1, 2, 3]
            }
            #expect(bytes == [1, 2, 3])
        }
        #expect(calls.withLock { $0 } == 1)
        #expect(occurrence.payload(.lines) { _ in [4] } == [4])
        #expect(occurrence.payload(.jsonParams) { _ in [5] } == [5])
        #expect(occurrence.payload(.lines) { _ in [6] } == [4])
    }
}
