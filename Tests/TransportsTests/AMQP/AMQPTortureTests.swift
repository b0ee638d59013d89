import BrokerSupport
import EventCore
import Foundation
import Net
import Synchronization
import TestSupport
import Testing

@testable import Transports

/// A broker that these tests may kill, freeze and starve.
private let victim = Result { try RabbitMQServer(isStarted: false) }

/// Whether this is `make torture`: much more of the same.
private let isTorture = ProcessInfo.processInfo.environment["CARILLON_TORTURE"] == "1"

extension RabbitMQTests {
    @Suite("faults")
    struct AMQPTortureTests {
        private let server: RabbitMQServer

        init() throws {
            server = try victim.get()
        }

        private func text(_ resource: String, login: String = "") -> String {
            "rabbitmq:\(login)127.0.0.1:\(server.port)/\(resource)"
        }

        /// Makes a queue, after starting the broker if need be; lets go of its connection.
        private func makeQueue(_ name: String) throws {
            if !server.isRunning { try server.start() }
            try RabbitMQClient(port: server.port).declareQueue(name)
        }

        @Test("A broker that is down at first gets everything when it comes, in order")
        func downAtFirst() throws {
            server.kill()
            let run = try AMQPRun()
            let socket = try run.socket(text("early.q"))
            for _ in 0..<300 { run.raise(socket) }
            #expect(run.sees("connection refused by 127.0.0.1:\(server.port)", at: socket))
            #expect(eventually { run.transport.health(of: socket)?.breaker == .open })
            #expect(run.ledger.results.isEmpty)
            try server.start()
            #expect(run.ledger.wait(for: 300).map(\.outcome).allSatisfy { $0 == .delivered })
            let messages = try RabbitMQClient(port: server.port).takeAll("early.q")
            #expect(messages.compactMap(\.messageID) == (1...300).map { "1-\($0)" })
        }

        @Test(
            "Killed again and again under load, a broker gets every message, doubles under one id")
        func killed() throws {
            let rounds = isTorture ? 50 : 3
            try makeQueue("killed.q")
            let run = try AMQPRun()
            let socket = try run.socket(text("persistent?killed.q"))
            let isOver = Atomic(false)
            let load = Thread {
                while !isOver.load(ordering: .relaxed) {
                    // As many under way as a busy service has, never more than the queue holds.
                    let room = run.raised < 2_000 ? 0 : Int(run.raised) - 2_000
                    run.ledger.wait(for: room, seconds: 0.05)
                    guard run.ledger.results.count >= room else { continue }
                    for _ in 0..<50 { run.raise(socket) }
                }
                isOver.store(false, ordering: .releasing)
            }
            load.start()
            for round in 1...rounds {
                let flows = run.ledger.results.count + 500
                #expect(run.ledger.wait(for: flows, seconds: 60).count >= flows, "round \(round)")
                server.kill()
                try server.start()
            }
            isOver.store(true, ordering: .relaxed)
            #expect(eventually { !isOver.load(ordering: .acquiring) })
            let total = Int(run.raised)
            #expect(run.ledger.wait(for: total, seconds: 120).count == total)
            #expect(run.ledger.outcomes.allSatisfy { $0 == .delivered })

            let messages = try RabbitMQClient(port: server.port).takeAll("killed.q")
            var copies: [String: Int] = [:]
            for message in messages {
                let id = try #require(message.messageID)
                copies[id, default: 0] += 1
                let number = UInt64(id.dropFirst(2))
                #expect(message.body == number.map(AMQPRun.body))
            }
            #expect(copies.count == total, "of \(total) raised, \(total - copies.count) are lost")
            print("killed \(rounds) times: \(total) raised, \(messages.count - total) sent twice")
        }

        @Test(
            "A broker that hangs is noticed, holds up nobody, and gets everything once it is back")
        func frozen() throws {
            try makeQueue("frozen.q")
            let other = try RabbitMQServer.shared()
            try RabbitMQClient(port: other.port).declareQueue("living.q")
            let run = try AMQPRun { if !isTorture { $0.heartbeatSeconds = 1 } }
            let socket = try run.socket(text("frozen.q"))
            let living = try run.socket("rabbitmq:127.0.0.1:\(other.port)/living.q")
            run.raise(socket)
            #expect(run.ledger.wait(for: 1).count == 1)

            server.freeze()
            defer { server.thaw() }
            let frozenSince = Clock.boot()
            for _ in 0..<1_000 { run.raise(socket) }
            for _ in 0..<100 { run.raise(living, slot: 2) }
            #expect(
                run.ledger.wait(seconds: 5) { $0.count { $0.subscription.slot == 2 } == 100 }.count
                    >= 101)
            #expect(run.sees("no sign of life from 127.0.0.1", at: socket, seconds: 30))
            let seconds = isTorture ? 30.0 : 3.0
            #expect(
                eventually(within: 40) {
                    Double(Clock.boot() - frozenSince) > seconds * 1e9
                        && run.transport.health(of: socket)?.breaker != .closed
                })
            #expect(run.ledger.results.count { $0.subscription.slot == 1 } == 1)
            server.thaw()

            #expect(run.ledger.wait(for: 1_101, seconds: 60).count == 1_101)
            #expect(run.ledger.outcomes.allSatisfy { $0 == .delivered })
            let messages = try RabbitMQClient(port: server.port).takeAll("frozen.q")
            #expect(Set(messages.compactMap(\.messageID)).count == 1_001)
        }

        @Test("Without a confirmation in time it is sent again, under the same id, and then fails")
        func unconfirmed() throws {
            try makeQueue("late.q")
            let run = try AMQPRun { $0.delivery.retry.retriesMax = 1 }
            let socket = try run.socket(text("late.q#timeout=100ms"))
            run.raise(socket)
            #expect(run.ledger.wait(for: 1).map(\.outcome) == [.delivered])
            server.freeze()
            defer { server.thaw() }
            run.raise(socket)
            #expect(run.ledger.wait(for: 2).last?.outcome == .failed(.timeout))
            #expect(run.sees("no confirmation in time", at: socket))
            server.thaw()
            let messages = try RabbitMQClient(port: server.port).take(3, from: "late.q")
            #expect(messages.map(\.messageID) == ["1-1", "1-2", "1-2"])
        }

        @Test("A broker short of memory blocks us: that is said, and kept until it takes again")
        func alarm() throws {
            try makeQueue("alarm.q")
            let run = try AMQPRun()
            let socket = try run.socket(text("alarm.q"))
            run.raise(socket)
            #expect(run.ledger.wait(for: 1).count == 1)
            try server.setMemoryAlarm(true)
            defer { try? server.setMemoryAlarm(false) }
            let isSaid = eventually {
                run.raise(socket)
                return run.sees("takes no messages: low on memory", at: socket, seconds: 0.2)
            }
            #expect(isSaid)
            #expect(run.ledger.results.count == 1)
            try server.setMemoryAlarm(false)
            let total = Int(run.raised)
            #expect(run.ledger.wait(for: total).count == total)
            #expect(run.ledger.outcomes.allSatisfy { $0 == .delivered })
            let messages = try RabbitMQClient(port: server.port).takeAll("alarm.q")
            #expect(messages.compactMap(\.messageID) == (1...total).map { "1-\($0)" })
        }

        @Test(
            "A wrong password keeps deliveries pending, is said without it, and harms no other user"
        )
        func wrongPassword() throws {
            try makeQueue("login.q")
            let run = try AMQPRun()
            let wrong = try run.socket(text("login.q", login: "guest:wr0ng-pass@"))
            let right = try run.socket(text("login.q"))
            run.raise(wrong)
            #expect(run.sees("Login was refused", at: wrong))
            for _ in 0..<10 { run.raise(right, slot: 2) }
            #expect(
                run.ledger.wait(for: 10).map(\.outcome) == Array(repeating: .delivered, count: 10))
            let health = try #require(run.transport.health(of: wrong))
            #expect(health.consecutiveFailures > 0)
            #expect(health.lastError?.contains("wr0ng-pass") == false)
            #expect(run.transport.health(of: right)?.lastError == nil)
            run.transport.stop(drainMilliseconds: 0)
            #expect(run.ledger.wait(for: 11).last?.outcome == .dropped(.stopped))
        }

        @Test("A full queue and a missing exchange hold up nothing else at the same broker")
        func isolated() throws {
            try makeQueue("free.q")
            try RabbitMQClient(port: server.port).declareQueue("tiny.q", lengthMax: 1)
            let run = try AMQPRun {
                $0.delivery.retry.firstDelayMilliseconds = 10_000
                $0.delivery.retry.delayMaxMilliseconds = 10_000
            }
            let (full, missing) = (try run.socket(text("tiny.q")), try run.socket(text("none?k")))
            let free = try run.socket(text("free.q"))
            for _ in 0..<20 {
                run.raise(full, slot: 1)
                run.raise(missing, slot: 2)
                run.raise(free, slot: 3)
            }
            let results = run.ledger.wait(seconds: 10) { results in
                results.count { $0.subscription.slot == 3 } == 20
                    && results.count { $0.subscription.slot == 2 } == 20
            }
            #expect(results.count { $0.subscription.slot == 3 && $0.outcome == .delivered } == 20)
            let rejected = Outcome.failed(.rejected)
            #expect(results.count { $0.subscription.slot == 2 && $0.outcome == rejected } == 20)
            #expect(run.sees("did not take", at: full))
            #expect(run.transport.health(of: free)?.lastError == nil)
        }
    }
}
