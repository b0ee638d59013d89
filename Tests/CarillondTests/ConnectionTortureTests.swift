import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Torture: connections", .serialized)
struct ConnectionTortureTests {
    private struct Tally: Sendable {
        var raised = 0
        var faults: [String] = []
    }

    @Test("connections that come and go under load, most by RST, lose no event and leak nothing")
    func cycles() throws {
        let cycles = Torture.isOn ? 1_000_000 : 4_000
        let scratch = try Scratch()
        // The steady connection has nothing to say for minutes.
        let daemon = try Daemon(in: scratch, ["--idle-seconds", "3600"])
        let port = try daemon.port()
        let steady = try daemon.client()
        let receiver = CountingReceiver()
        defer { receiver.stop() }
        try steady.subscribe("E_A", receiver.socketText)
        // What it keeps for good, it has after a while: measured from there.
        var tally = Self.run(cycles / 10, port: port)
        let isQuiet = try eventually { try steady.statistics()["http:connections"] == 1 }
        #expect(isQuiet)
        let descriptors = daemon.descriptors
        let memory = daemon.residentKilobytes

        let more = Self.run(cycles - cycles / 10, port: port)
        tally.raised += more.raised
        tally.faults += more.faults
        #expect(tally.faults.isEmpty, "\(tally.faults.count): \(tally.faults.prefix(3))")
        let statistics = try steady.statistics()
        #expect(statistics["evi:raised"] == tally.raised)
        #expect(statistics["evi:delivered"] == tally.raised)
        let hasArrived = eventually { receiver.count == tally.raised }
        #expect(hasArrived, "\(receiver.count) of \(tally.raised)")
        #expect(try steady.statistics()["http:accepted"] ?? 0 >= cycles)
        let isClosed = try eventually { try steady.statistics()["http:connections"] == 1 }
        #expect(isClosed)
        #expect(eventually { daemon.descriptors == descriptors })
        #expect(daemon.residentKilobytes - memory < 8_192)
        print(
            "connection cycles: \(cycles), raised \(tally.raised), RSS \(memory) -> \(daemon.residentKilobytes) KB"
        )
    }

    private static func run(_ cycles: Int, port: UInt16) -> Tally {
        let all = Mutex(Tally())
        DispatchQueue.concurrentPerform(iterations: 4) { seed in
            let mine = cycle(cycles / 4, port: port, seed: UInt64(seed))
            all.withLock { all in
                all.raised += mine.raised
                all.faults += mine.faults
            }
        }
        return all.withLock { $0 }
    }

    /// One after the other: a whole raise, a request cut off, nothing at all, noise; then closed by RST.
    private static func cycle(_ cycles: Int, port: UInt16, seed: UInt64) -> Tally {
        var tally = Tally()
        var random = SeededRandom(seed: seed)
        for _ in 0..<cycles {
            do {
                let client = try JSONClient(port: port)
                client.resetsWhenClosed()
                switch Int.random(in: 0..<5, using: &random) {
                case 0, 1:
                    let answer = try client.raise("E_A")
                    tally.raised += 1
                    if answer.status != 202 { tally.faults.append(answer.text) }
                case 2:
                    let whole = client.request(
                        "POST", "/events/E_NOBODY/raise", bytes: Array("{}".utf8))
                    try client.write(
                        Array(whole.prefix(Int.random(in: 1..<whole.count, using: &random))))
                case 3:
                    try client.write(
                        (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) })
                default: break
                }
            } catch {
                // A peer that resets noise at once may do so before all of it is written.
                if !"\(error)".hasPrefix("send: ") { tally.faults.append("\(error)") }
            }
        }
        return tally
    }
}
