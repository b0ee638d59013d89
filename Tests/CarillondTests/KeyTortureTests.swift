import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Torture: kill -9 while raising under keys", .serialized)
struct KeyTortureTests {
    private static let clients = 4

    @Test("no key ever has a second occurrence, and what was answered is answered again")
    func kill() throws {
        let rounds = Torture.isOn ? 100 : 4
        let scratch = try Scratch()
        let receiver = DatagramReceiver()
        let answers = Answers()
        var random = SeededRandom(seed: UInt64(Date().timeIntervalSince1970 * 1_000))
        var raised: [String: Int] = [:]
        for round in 0...rounds {
            let daemon = try Daemon(in: scratch)
            let port = try daemon.port()
            let client = try JSONClient(port: port)
            if round == 0 {
                try client.subscribe("E_KEY", receiver.socketText, #""permanent":true"#)
            }
            for key in answers.open { answers.take(try Self.raise(key, client), of: key) }
            if round > 0 {
                for (key, text) in answers.latest {
                    #expect(try Self.raise(key, client).text == text)
                }
            }
            let target = answers.count + Int.random(in: 5...60, using: &random)
            let work = DispatchGroup()
            for number in 0..<Self.clients {
                DispatchQueue(label: "client").async(group: work) {
                    Self.raise("\(round)-\(number)", port: port, answers)
                }
            }
            #expect(eventually(within: 20, everyMilliseconds: 1) { answers.count >= target })
            daemon.send(SIGKILL)
            #expect(try daemon.status() == -SIGKILL)
            work.wait()
            while let text = receiver.receive(withinMilliseconds: 20) {
                raised[text, default: 0] += 1
            }
        }
        #expect(!raised.isEmpty)
        #expect(raised.filter { $0.value > 1 }.isEmpty)
        #expect(answers.strange.isEmpty, "\(answers.strange.prefix(3))")
    }

    /// Raises under new keys until the service is gone.
    private static func raise(_ name: String, port: UInt16, _ answers: Answers) {
        do {
            let client = try JSONClient(port: port)
            for number in 0... {
                let key = "\(name)-\(number)"
                answers.begin(key)
                answers.take(try raise(key, client), of: key)
            }
        } catch {
            // The service is gone: the last key stays open.
        }
    }

    private static func raise(_ key: String, _ client: JSONClient) throws -> JSONClient.Response {
        try client.send(
            "POST", "/events/E_KEY/raise", #"{"params":{"key":"\#(key)"}}"#,
            fields: ["Idempotency-Key": key])
    }
}

/// What the clients were told.
private final class Answers: Sendable {
    private struct State {
        var open: Set<String> = []
        var texts: [(key: String, text: String)] = []
        var strange: [String] = []
    }

    private let state = Mutex(State())

    /// Keys whose raise was never answered.
    var open: Set<String> { state.withLock { $0.open } }
    /// Receipts so far.
    var count: Int { state.withLock { $0.texts.count } }
    /// The newest receipts.
    var latest: [(key: String, text: String)] { state.withLock { Array($0.texts.suffix(50)) } }
    /// What no raise under a key of one's own should be answered.
    var strange: [String] { state.withLock { $0.strange } }

    func begin(_ key: String) { state.withLock { _ = $0.open.insert(key) } }

    func take(_ answer: JSONClient.Response, of key: String) {
        state.withLock { state in
            state.open.remove(key)
            switch answer.status {
            case 202: state.texts.append((key, answer.text))
            case 409 where answer.json["code"] as? String == "idempotency_key_unresolved": break
            default: state.strange.append(answer.text)
            }
        }
    }
}
