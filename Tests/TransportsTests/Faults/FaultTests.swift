import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("Every transport that waits for its receiver")
struct FaultTests {
    @Test("one that hangs fails in its time, and delays no other", arguments: FaultRow.rows)
    func hangs(row: FaultRow) throws {
        let run = try FaultRun(row)
        run.peer.expect(.hangs, .hangs, .hangs)
        let hung = try run.target(run.peer, milliseconds: 1_000)
        for _ in 0..<3 { run.raise(to: hung) }
        run.peer.waitForConnections(1)
        let other = try run.healthyPeer()
        run.raise(to: try run.target(other, slot: 2))
        let results = run.ledger.wait(for: 4)
        #expect(results.first?.subscription.slot == 2 && results.first?.outcome == .delivered)
        #expect(results.dropFirst().map(\.outcome) == Array(repeating: .failed(.timeout), count: 3))
    }

    @Test(
        "one that takes the request and never answers fails in its time, and delays no other",
        arguments: FaultRow.rows)
    func neverAnswers(row: FaultRow) throws {
        let run = try FaultRun(row)
        run.peer.expect(.silent)
        run.raise(to: try run.target(run.peer, milliseconds: 1_000))
        #expect(eventually { run.peer.requests.count == 1 })
        run.raise(to: try run.target(try run.healthyPeer(), slot: 2))
        let results = run.ledger.wait(for: 2)
        #expect(results.map(\.subscription.slot) == [2, 1])
        #expect(results.map(\.outcome) == [.delivered, .failed(.timeout)])
    }

    @Test(
        "reset at every byte of the request: it fails, and the next one arrives whole",
        arguments: FaultRow.rows)
    func resetsReading(row: FaultRow) throws {
        let run = try FaultRun(row)
        let target = try run.target(run.peer)
        run.raise(to: target)
        #expect(try run.end(1) == .delivered)
        // The opening of a connection, where the transport has one, and the request.
        try run.eachReset(run.peer.traffic.read) { .resetsReading($0) }
    }

    @Test(
        "reset at every byte of the answer: it fails, and the next one arrives",
        arguments: FaultRow.rows)
    func resetsAnswering(row: FaultRow) throws {
        let run = try FaultRun(row)
        run.raise(to: try run.target(run.peer))
        #expect(try run.end(1) == .delivered)
        try run.eachReset(run.peer.traffic.sent) { .resetsAnswering($0) }
    }

    @Test("one that reads and answers byte by byte gets it whole", arguments: FaultRow.rows)
    func slow(row: FaultRow) throws {
        let run = try FaultRun(row)
        run.peer.expect(.slow)
        let target = try run.target(run.peer)
        for number in 1...3 {
            run.raise(to: target)
            #expect(try run.end(number) == .delivered)
        }
        #expect(run.peer.requests.count == 3)
    }

    @Test(
        "what is too much for its queue is dropped, the oldest first, and counted",
        arguments: FaultRow.rows)
    func queueFull(row: FaultRow) throws {
        let run = try FaultRun(row) { $0.messagesPerDestination = 2 }
        run.peer.expect(.hangs)
        let target = try run.target(run.peer)
        run.raise(to: target)
        run.peer.waitForConnections(1)
        for _ in 0..<5 { run.raise(to: target) }
        run.ledger.wait(for: 3)
        #expect(run.ledger.outcomes == Array(repeating: .dropped(.queueFull), count: 3))
        run.transport.stop(drainMilliseconds: 0)
        // The one under way was sent: its transport says what that is.
        #expect(run.ledger.outcomes.suffix(2) == [.dropped(.stopped), .dropped(.stopped)])
        #expect(!run.ledger.outcomes.contains(.delivered))
        #expect(run.ledger.results.count == 6)
    }

    @Test(
        "a subscription that ends while its deliveries wait gets none of them",
        arguments: FaultRow.rows)
    func expires(row: FaultRow) throws {
        let run = try FaultRun(row)
        run.peer.expect(.hangs)
        let target = try run.target(run.peer, milliseconds: 500)
        run.raise(to: target)
        run.peer.waitForConnections(1)
        for _ in 0..<2 { run.raise(to: target) }
        run.ledger.end(target.subscription, as: .expired)
        let outcomes = run.ledger.wait(for: 3).map(\.outcome)
        #expect(outcomes.dropFirst() == [.dropped(.expired), .dropped(.expired)])
        #expect(run.peer.requests.isEmpty)
    }
}

extension FaultRun {
    /// For every offset a connection that is reset there, whose delivery fails, and another that is
    /// healthy.
    fileprivate func eachReset(
        _ count: Int, _ behaviour: (Int) -> FaultPeer.Behaviour
    ) throws {
        for offset in 0..<count {
            // A socket of its own each time: a connection that was kept has behaved already.
            let peer = try healthyPeer()
            peer.expect(behaviour(offset))
            let target = try target(peer)
            let ended = ledger.results.count
            raise(to: target)
            let first = try end(ended + 1)
            guard case .failed = first else {
                Issue.record("reset at \(offset): \(first)")
                return
            }
            raise(to: target)
            let second = try end(ended + 2)
            #expect(second == .delivered, "after a reset at \(offset)")
            #expect(peer.requests.last?.isEmpty == false)
            peer.stop()
        }
    }
}
