import Dispatch
import Foundation
import TestSupport
import Testing

/// Dead receivers for a long time: seconds in a test run, ten minutes in `make soak`.
@Suite("Soak", .serialized)
struct SoakTests {
    private static let seconds =
        ProcessInfo.processInfo.environment["CARILLON_SOAK_SECONDS"].flatMap(Double.init) ?? 3

    /// A daemon whose failures come fast: no pauses, no retries. It remembers no more raises than there are before
    /// memory is looked at: what it remembers would fill up meanwhile, to its limit.
    private func daemon(_ scratch: Scratch) throws -> Daemon {
        try Daemon(
            in: scratch,
            [
                "--retries", "0", "--breaker-pause-milliseconds", "0",
                "--breaker-pause-max-milliseconds", "0", "--queue-messages-max", "50",
                "--occurrences-max", "20",
            ])
    }

    private func failures(_ client: JSONClient) throws -> Int {
        try client.statistics()["evi:failed"] ?? 0
    }

    @Test("1,000 failed reconnects leave memory and descriptors where they were")
    func reconnects() throws {
        let scratch = try Scratch()
        let daemon = try daemon(scratch)
        let client = try daemon.client()
        let dead = (0..<10).map { _ in DeadPort() }
        for port in dead { try client.subscribe("E_A", "http://127.0.0.1:\(port.port)/") }
        func fail(_ count: Int) throws {
            let goal = try failures(client) + count
            for _ in 0..<(count / dead.count) { try client.raise("E_A") }
            #expect(try eventually(within: 60) { try failures(client) >= goal })
        }
        try fail(300)
        let (memory, descriptors) = (daemon.residentKilobytes, daemon.descriptors)
        try fail(500)
        try fail(500)
        #expect(daemon.residentKilobytes - memory < 2_048, "KB more")
        #expect(daemon.descriptors <= descriptors)
        withExtendedLifetime(dead) {}
    }

    @Test("With half of the receivers dead, memory stays flat and the living miss nothing")
    func halfDead() throws {
        let scratch = try Scratch()
        let daemon = try daemon(scratch)
        let client = try daemon.client()
        let receiver = try LoopbackReceiver { _ in .status(204) }
        let hung = try LoopbackReceiver { _ in .never }
        defer {
            receiver.stop()
            hung.stop()
        }
        let dead = (0..<5).map { _ in DeadPort() }
        for port in dead { try client.subscribe("E_A", "http://127.0.0.1:\(port.port)/") }
        for number in 0..<5 {
            try client.subscribe("E_A", "\(hung.url)/\(number)#timeout=1s")
        }
        let living = try (0..<10).map { number in
            try client.subscribe("E_A", "\(receiver.url)/\(number)").fields["location"] ?? ""
        }
        var raised = 0
        func raise(for seconds: Double) throws {
            let end = Date(timeIntervalSinceNow: seconds)
            while Date() < end {
                try client.raise("E_A", #"{"filler":"\#(String(repeating: "x", count: 200))"}"#)
                raised += 1
                #expect(try eventually { try client.deliveries(living[0])["pending"] as? Int == 0 })
            }
        }
        // The queues of the dead are full by then.
        while raised < 200 { try raise(for: 0.1) }
        let memory = daemon.residentKilobytes
        try raise(for: Self.seconds)
        #expect(daemon.residentKilobytes - memory < 4_096, "KB more after \(raised) raises")
        for location in living {
            #expect(
                try eventually { try client.deliveries(location)["delivered"] as? Int == raised })
        }
        withExtendedLifetime(dead) {}
    }
}
