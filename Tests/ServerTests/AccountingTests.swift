import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Every delivery is counted, exactly once")
struct AccountingTests {
    /// What the clients were told.
    private struct Tally: Sendable {
        var raised = 0
        var matched = 0
        var subscribed = 0
        var faults: [String] = []
    }

    @Test(
        "raises, subscribes, renewals and unsubscribes on six connections at once: the sums agree")
    func concurrent() throws {
        let service = try RunningService()
        let receivers = (0..<4).map { _ in CountingReceiver() }
        let call = try LoopbackReceiver { _ in .status(204) }
        defer {
            for receiver in receivers { receiver.stop() }
            call.stop()
        }
        let sockets = receivers.map(\.socketText) + [call.url + "/", "unix:/nowhere/at/all"]
        let port = service.port
        let tally = Mutex(Tally())
        DispatchQueue.concurrentPerform(iterations: 6) { seed in
            let mine = Self.churn(port: port, seed: UInt64(seed), sockets)
            tally.withLock { all in
                all.raised += mine.raised
                all.matched += mine.matched
                all.faults += mine.faults
            }
        }
        let told = tally.withLock { $0 }
        #expect(told.faults.isEmpty, "\(told.faults.prefix(3))")
        let client = try service.client()
        let isSettled = try eventually(within: 30) { try client.statistics()["evi:pending"] == 0 }
        #expect(isSettled)
        let statistics = try client.statistics()
        try compare(statistics, told, try client.allSubscribers())
        // What the kernel took, and what was answered, has arrived; the path that is not there took nothing.
        let delivered = statistics["evi:delivered"] ?? 0
        #expect(delivered > 0)
        let hasArrived = eventually {
            receivers.map(\.count).reduce(0, +) + call.requests.count == delivered
        }
        #expect(hasArrived)
    }

    private static func churn(port: UInt16, seed: UInt64, _ sockets: [String]) -> Tally {
        var tally = Tally()
        var random = SeededRandom(seed: seed)
        do {
            let client = try JSONClient(port: port)
            for _ in 0..<400 {
                let event = random.oneIn(2) ? "E_X" : "E_Y"
                let socket = sockets.randomElement(using: &random) ?? ""
                switch Int.random(in: 0..<8, using: &random) {
                case 0, 1:
                    let answer = try client.subscribe(event, socket)
                    if ![200, 201].contains(answer.status) { tally.faults.append(answer.text) }
                case 2:
                    let answer = try client.subscribe(event, socket, #""expire":0"#)
                    if answer.status != 204 { tally.faults.append(answer.text) }
                default:
                    let answer = try client.raise(event, "[1]")
                    if answer.status != 202 { tally.faults.append(answer.text) }
                    tally.raised += 1
                    tally.matched += answer.json["matched"] as? Int ?? 0
                }
            }
        } catch {
            tally.faults.append("\(error)")
        }
        return tally
    }

    private func compare(
        _ statistics: [String: Int], _ told: Tally, _ subscribers: [[String: Any]]
    ) throws {
        func value(_ name: String) -> Int { statistics["evi:" + name] ?? 0 }
        #expect(value("raised") == told.raised)
        #expect(value("matched") == told.matched)
        #expect(value("matched") == value("delivered") + value("failed") + value("dropped"))
        #expect(value("failed") == sum(statistics, "evi:failed_"))
        #expect(value("dropped") == sum(statistics, "evi:dropped_"))
        #expect(value("subscriptions") == subscribers.count)
        for subscriber in subscribers {
            let counts = try #require(subscriber["deliveries"] as? [String: Any])
            func count(_ name: String) -> Int { counts[name] as? Int ?? -1 }
            #expect(count("matched") == count("delivered") + count("failed") + count("dropped"))
            let reasons = (counts["failed_by"] as? [String: Int] ?? [:]).values.reduce(0, +)
            #expect(reasons == count("failed"))
        }
    }

    private func sum(_ statistics: [String: Int], _ prefix: String) -> Int {
        statistics.filter { $0.key.hasPrefix(prefix) }.map(\.value).reduce(0, +)
    }

    @Test("a fan-out larger than the raising thread sends itself reaches everyone, and in order")
    func wide() throws {
        let service = try RunningService()
        let client = try service.client()
        let receivers = (0..<4).map { _ in CountingReceiver() }
        defer { for receiver in receivers { receiver.stop() } }
        let events = (0..<4).map { "E_\($0)" }
        // 127.0.0.2…: each another subscriber; all of them reach nobody but the four.
        for event in events {
            for receiver in receivers { try client.subscribe(event, receiver.socketText) }
            let calls = (1...200).map {
                #"{"jsonrpc":"2.0","method":"evi:subscribe","params":["\#(event)","unix:/nowhere/\#($0)"]}"#
            }
            for start in stride(from: 0, to: 200, by: 50) {
                let batch = calls[start..<start + 50].joined(separator: ",")
                #expect(try client.mi("[\(batch)]").status == 204)
            }
        }
        for event in events { #expect(try client.raise(event).json["matched"] as? Int == 204) }
        let isSettled = try eventually { try client.statistics()["evi:pending"] == 0 }
        #expect(isSettled)
        let statistics = try client.statistics()
        #expect(statistics["evi:delivered"] == 16)
        #expect(statistics["evi:failed_no_such_path"] == 800)
        let hasArrived = eventually { receivers.allSatisfy { $0.count == 4 } }
        #expect(hasArrived)
    }
}
