import EventCore
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transports

@Suite("JSON-RPC over HTTP: arrays")
struct RPCBatchTests {
    /// The first call waits until the test has seen it, so that the others pile up behind it.
    private static let holding = "HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n"

    @Test("What piled up behind a call goes out as one array of batch calls at most, in order")
    func array() throws {
        let receiver = try LoopbackReceiver { request in
            request.number == 0
                ? .delayed(milliseconds: 200, Self.holding) : .bytes(Self.holding)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let target = try harness.target(receiver.url + "/#batch=4")
        harness.raise("E_0", to: [target])
        receiver.wait(for: 1)
        for number in 1...6 { harness.raise("E_\(number)", to: [target]) }
        #expect(
            harness.ledger.wait(for: 7).map(\.outcome) == Array(repeating: .delivered, count: 7))
        let calls = (0...6).map { #"{"jsonrpc":"2.0","method":"E_\#($0)"}"# }
        #expect(
            receiver.requests.map(\.body) == [
                calls[0], "[" + calls[1...4].joined(separator: ",") + "]",
                "[" + calls[5...6].joined(separator: ",") + "]",
            ])
        #expect(
            receiver.requests.last?.header("webhook-id") == "19c2e55aa10-6,19c2e55aa10-7")
    }

    @Test("Without the option, and next to a subscription without it, calls stay single")
    func single() throws {
        let receiver = try LoopbackReceiver { request in
            request.number == 0
                ? .delayed(milliseconds: 200, Self.holding) : .bytes(Self.holding)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let one = try harness.target(receiver.url + "/")
        let many = try harness.target(receiver.url + "/#batch=4")
        harness.raise("E_0", to: [one])
        receiver.wait(for: 1)
        for number in 1...2 { harness.raise("E_\(number)", to: [one]) }
        for number in 3...4 { harness.raise("E_\(number)", to: [many]) }
        harness.ledger.wait(for: 5)
        #expect(
            receiver.requests.map { $0.body.hasPrefix("[") } == [false, false, false, true])
    }

    /// What a receiver of requests answers to an array, and how its four deliveries end.
    private struct Answer: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let body: @Sendable ([String]) -> String
        let outcomes: [Outcome]
    }

    private static func result(_ id: String) -> String {
        #"{"jsonrpc":"2.0","result":null,"id":"\#(id)"}"#
    }

    private static let answers = [
        Answer(
            testDescription: "in any order",
            body: { "[" + $0.reversed().map(result).joined(separator: ",") + "]" },
            outcomes: [.delivered, .delivered, .delivered, .delivered]),
        Answer(
            testDescription: "an error for one",
            body: { ids in
                let error =
                    #"{"jsonrpc":"2.0","error":{"code":-1,"message":"m"},"id":"\#(ids[1])"}"#
                let results = [ids[0], ids[2], ids[3]].map(result) + [error]
                return "[" + results.joined(separator: ",") + "]"
            }, outcomes: [.delivered, .failed(.reply), .delivered, .delivered]),
        Answer(
            testDescription: "nothing for two", body: { "[\(result($0[0])),\(result($0[3]))]" },
            outcomes: [.delivered, .failed(.reply), .failed(.reply), .delivered]),
        Answer(
            testDescription: "one error instead of the array",
            body: { _ in #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"no"},"id":null}"# },
            outcomes: [Outcome](repeating: .failed(.reply), count: 4)),
        Answer(
            testDescription: "no array", body: { result($0[0]) },
            outcomes: [.delivered, .failed(.reply), .failed(.reply), .failed(.reply)]),
        Answer(
            testDescription: "broken JSON", body: { "[" + result($0[0]) },
            outcomes: [Outcome](repeating: .failed(.reply), count: 4)),
    ]

    @Test(
        "In mode request each call of an array is judged by the response to its own id",
        arguments: answers)
    private func requests(answer: Answer) throws {
        let receiver = try LoopbackReceiver { request in
            let ids = (request.header("webhook-id") ?? "").split(separator: ",").map(String.init)
            guard ids.count > 1 else {
                let body = Self.result(ids[0])
                return .delayed(
                    milliseconds: 200,
                    "HTTP/1.1 200 X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
            return .status(200, answer.body(ids))
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let target = try harness.target(receiver.url + "/#mode=request&batch=10")
        harness.raise("E_0", to: [target])
        receiver.wait(for: 1)
        for number in 1...4 { harness.raise("E_\(number)", to: [target]) }
        let outcomes = harness.ledger.wait(for: 5).map(\.outcome)
        #expect(outcomes == [.delivered] + answer.outcomes)
        #expect(receiver.requests.count == 2)
    }

    @Test("Two subscriptions of one receiver to one event: no array has an id twice")
    func sameOccurrence() throws {
        let receiver = try LoopbackReceiver { request in
            let ids = (request.header("webhook-id") ?? "").split(separator: ",").map(String.init)
            let results = ids.map(Self.result)
            let body = ids.count > 1 ? "[" + results.joined(separator: ",") + "]" : results[0]
            return .status(200, body)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let one = try harness.target(receiver.url + "/#mode=request&batch=10")
        let other = try harness.target(receiver.url + "/#mode=request&batch=10")
        for number in 1...20 { harness.raise("E_\(number)", to: [one, other]) }
        let outcomes = harness.ledger.wait(for: 40).map(\.outcome)
        #expect(outcomes == [Outcome](repeating: .delivered, count: 40))
        for request in receiver.requests {
            let ids = (request.header("webhook-id") ?? "").split(separator: ",")
            #expect(Set(ids).count == ids.count)
        }
    }

    @Test("410 ends the subscription of every call in the array")
    func gone() throws {
        let receiver = try LoopbackReceiver { request in
            request.number == 0 ? .delayed(milliseconds: 200, Self.holding) : .status(410)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let targets = try (0..<3).map { _ in try harness.target(receiver.url + "/#batch=10") }
        harness.raise("E_0", to: [targets[0]])
        receiver.wait(for: 1)
        harness.raise("E_1", to: targets)
        let outcomes = harness.ledger.wait(for: 4).map(\.outcome)
        #expect(outcomes == [.delivered, .failed(.status), .failed(.status), .failed(.status)])
        #expect(eventually { harness.ledger.ended == targets.map(\.subscription) })
    }
}
