import EventCore
import Net
import Synchronization
import TestSupport

@testable import Transports

/// A courier whose every attempt waits until the test says how it ends, or ends at once as a function says.
final class ScriptedCourier: Courier {
    typealias Target = TestTarget

    let wakeup: Wakeup
    let script: Script

    /// What the test and the courier share.
    final class Script: Sendable {
        fileprivate struct State {
            var begun: [[Int]] = []
            var ends: [(number: Int, verdict: Verdict)] = []
            var isOpen = false
            var isClosed = false
        }
        fileprivate let state = Lock(State())
        /// How an attempt whose first delivery is this one ends at once; nil = it waits.
        let answer: @Sendable (Int) -> Verdict?

        init(_ answer: @escaping @Sendable (Int) -> Verdict?) {
            self.answer = answer
        }

        /// Attempts begun so far, by the numbers of their deliveries.
        var begun: [[Int]] { state.withLock { $0.begun } }
        var isOpen: Bool { state.withLock { $0.isOpen } }
        var isClosed: Bool { state.withLock { $0.isClosed } }
    }

    private var waiting: [Attempt<TestTarget>] = []

    init(_ script: Script) throws {
        self.script = script
        wakeup = try Wakeup()
    }

    /// Ends the attempt whose first delivery is `number`; any thread.
    func end(_ number: Int, _ verdict: Verdict) {
        script.state.withLock { $0.ends.append((number, verdict)) }
        wakeup.send()
    }

    func open(ledger: any DeliveryLedger) {
        script.state.withLock { $0.isOpen = true }
    }

    func begin(_ attempt: Attempt<TestTarget>, now: Int64, ended: inout [AttemptEnd<TestTarget>]) {
        script.state.withLock { $0.begun.append(attempt.numbers) }
        if let verdict = script.answer(attempt.numbers[0]) {
            ended.append(AttemptEnd(attempt, all: verdict))
        } else {
            waiting.append(attempt)
        }
    }

    func wait(until time: Int64?, ended: inout [AttemptEnd<TestTarget>]) {
        wakeup.wait(until: time)
        let ends = script.state.withLock { state in
            defer { state.ends = [] }
            return state.ends
        }
        for (number, verdict) in ends {
            guard let place = waiting.firstIndex(where: { $0.numbers[0] == number }) else {
                continue
            }
            ended.append(AttemptEnd(waiting.remove(at: place), all: verdict))
        }
    }

    func close(ended: inout [AttemptEnd<TestTarget>]) {
        script.state.withLock { $0.isClosed = true }
        for attempt in waiting { ended.append(AttemptEnd(attempt, all: .unsent)) }
        waiting = []
    }
}
