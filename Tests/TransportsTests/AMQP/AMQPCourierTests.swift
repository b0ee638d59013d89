import BrokerSupport
import EventCore
import Glibc
import TestSupport
import Testing

@testable import Transports

/// Tests that share a broker, one after the other.
@Suite("RabbitMQ", .serialized)
struct RabbitMQTests {}

extension RabbitMQTests {
    @Suite("messages")
    struct AMQPCourierTests {
        private let server: RabbitMQServer
        private let client: RabbitMQClient
        private let bench: CourierBench

        init() throws {
            server = try RabbitMQServer.shared()
            client = try RabbitMQClient(port: server.port)
            bench = try CourierBench()
        }

        private func target(_ resource: String, _ login: String = "") throws -> AMQPTarget {
            try CourierBench.target("rabbitmq:\(login)127.0.0.1:\(server.port)/\(resource)")
        }

        @Test("A message arrives with all properties, and has been delivered when it is confirmed")
        func properties() throws {
            try client.declareExchange("props", type: "topic")
            try client.declareQueue("props.q", exchange: "props", key: "calls.*")
            bench.attempt(
                [try target("exchange=props;persistent?calls.new")], event: "E_CALL",
                body: "{\"a\":1}")
            bench.attempt(
                [try target("props?calls.old#format=lines")], event: "E_CALL", body: "E_CALL\na::1")
            #expect(bench.wait(2) == [.delivered, .delivered])
            let messages = try client.take(2, from: "props.q")
            #expect(
                messages == [
                    RabbitMQClient.Message(
                        body: "{\"a\":1}", exchange: "props", routingKey: "calls.new",
                        contentType: "application/json", deliveryMode: 2, messageID: "1-1",
                        timestamp: 1_700_000_000, type: "E_CALL", appID: "carillon"),
                    RabbitMQClient.Message(
                        body: "E_CALL\na::1", exchange: "props", routingKey: "calls.old",
                        contentType: "text/plain", deliveryMode: 1, messageID: "1-2",
                        timestamp: 1_700_000_000, type: "E_CALL", appID: "carillon"),
                ])
        }

        @Test(
            "What the client that raised calls its request is in the headers, as far as it sent it")
        func trace() throws {
            try client.declareQueue("trace.q")
            let target = try target("trace.q")
            let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            bench.attempt([target], trace: Trace(requestID: "call-1", parent: parent))
            bench.attempt([target], trace: Trace(requestID: nil, parent: parent))
            bench.attempt([target])
            #expect(bench.wait(3) == [.delivered, .delivered, .delivered])
            #expect(
                try client.take(3, from: "trace.q").map(\.headers) == [
                    ["X-Request-Id": "call-1", "traceparent": parent], ["traceparent": parent], [:],
                ])
        }

        @Test("Messages arrive in their order, over many attempts")
        func order() throws {
            try client.declareQueue("order.q")
            let target = try target("order.q")
            for _ in 0..<20 { bench.attempt(Array(repeating: target, count: 50)) }
            #expect(bench.wait(1_000) == Array(repeating: .delivered, count: 1_000))
            let ids = try client.take(1_000, from: "order.q").map(\.messageID)
            #expect(ids == (1...1_000).map { "1-\($0)" })
        }

        @Test(
            "Receipts are told what the broker said: ack, 312, 404, 403 or the error of the system")
        func answers() throws {
            try client.declareQueue("answers.q")
            try client.declareExchange("open")
            bench.attempt([try target("answers.q"), try target("no-such-queue")])
            bench.attempt([try target("no-such-exchange?k")])
            bench.attempt([try target("answers.q", "bob:sec%20ret@")])
            bench.attempt([try target("answers.q", "bob:wrong-password@")])
            let port = DeadPort()
            bench.attempt([try CourierBench.target("rabbitmq:127.0.0.1:\(port.port)/q")])
            bench.wait(6)
            #expect(
                (1...6).map { bench.answers[$0] } == [
                    .amqp("ack"), .amqp("312 NO_ROUTE"), .amqp("404 NOT_FOUND"),
                    .amqp("403 ACCESS_REFUSED"), .amqp("403 ACCESS_REFUSED"), .system(ECONNREFUSED),
                ])
        }

        @Test(
            "What no queue takes is unroutable, with the broker's reason; the rest arrives"
        )
        func unroutable() throws {
            try client.declareExchange("fan", type: "direct")
            try client.declareQueue("fan.q", exchange: "fan", key: "k")
            let (good, bad) = (try target("fan?k"), try target("fan?nobody"))
            bench.attempt(
                [good, bad, bad, good, try target("no-such-queue")],
                body: String(repeating: "x", count: 200_000))
            let verdicts = bench.wait(5)
            #expect(verdicts[0] == .delivered && verdicts[3] == .delivered)
            for verdict in [verdicts[1], verdicts[2], verdicts[4]] {
                guard case .ended(.failed(.unroutable), let words) = verdict else {
                    Issue.record("\(verdict)")
                    continue
                }
                #expect(words == "no queue takes it: NO_ROUTE (312)")
            }
            #expect(try client.take(2, from: "fan.q").map(\.messageID) == ["1-1", "1-4"])
        }

        @Test(
            "A missing exchange fails what goes to it, in the broker's words, and nothing else"
        )
        func missingExchange() throws {
            try client.declareQueue("other.q")
            let (good, bad) = (try target("other.q"), try target("missing?k"))
            for _ in 0..<3 { bench.attempt([good, bad, good]) }
            let verdicts = bench.wait(9)
            for (index, verdict) in verdicts.enumerated() {
                if index % 3 != 1 {
                    #expect(verdict == .delivered)
                } else if case .ended(.failed(.rejected), let words) = verdict {
                    #expect(
                        words?.hasPrefix("NOT_FOUND - no exchange 'missing' in vhost '/'") == true)
                } else {
                    Issue.record("\(verdict)")
                }
            }
            #expect(try client.take(6, from: "other.q").count == 6)
            try client.declareExchange("missing")
            try client.declareQueue("found.q", exchange: "missing", key: "k")
            bench.attempt([bad])
            #expect(bench.wait(10).last == .delivered, "once it is there, it is used")
            try client.deleteExchange("missing")
        }

        @Test(
            "Without the right to publish it fails, in the broker's words; elsewhere it arrives"
        )
        func forbiddenExchange() throws {
            try client.declareExchange("open")
            try client.declareExchange("closed")
            try client.declareQueue("open.q", exchange: "open", key: "k")
            let bob = "bob:sec%20ret@"
            bench.attempt([try target("closed?k", bob), try target("open?k", bob)])
            let verdicts = bench.wait(2)
            guard case .ended(.failed(.rejected), let words) = verdicts[0] else {
                Issue.record("\(verdicts)")
                return
            }
            #expect(words?.hasPrefix("ACCESS_REFUSED - access to exchange 'closed'") == true)
            #expect(verdicts[1] == .delivered)
        }

        @Test("A queue that refuses what is too much makes the delivery be tried again")
        func nack() throws {
            try client.declareQueue("small.q", lengthMax: 1)
            let target = try target("small.q")
            bench.attempt([target, target, target])
            let verdicts = bench.wait(3)
            #expect(verdicts[0] == .delivered)
            #expect(
                verdicts[2] == .tryAgain(.rejected, words: "the broker did not take the message"))
        }

        @Test("The virtual host is the socket's; one that is not there is said in words")
        func virtualHosts() throws {
            let other = try RabbitMQClient(port: server.port, virtualHost: "other")
            try other.declareQueue("vhost.q")
            bench.attempt([try target("vhost=other?vhost.q")])
            #expect(bench.wait(1) == [.delivered])
            #expect(try other.takeAll("vhost.q").count == 1)
            bench.attempt([try target("vhost=nowhere?vhost.q")])
            guard case .unreachable(.rejected, let words) = bench.wait(2)[1] else {
                Issue.record("\(bench.verdicts)")
                return
            }
            #expect(words.contains("NOT_ALLOWED - vhost nowhere not found"), "\(words)")
        }

        @Test("A wrong password is said in words, without the password")
        func wrongPassword() throws {
            bench.attempt([try target("q", "bob:wr0ng-pass@")])
            guard case .unreachable(.rejected, let words) = bench.wait(1)[0] else {
                Issue.record("\(bench.verdicts)")
                return
            }
            #expect(words.contains("ACCESS_REFUSED - Login was refused"), "\(words)")
            #expect(!words.contains("wr0ng-pass"))
        }

        @Test("More exchanges than channels: idle channels make room")
        func channels() throws {
            let bench = try CourierBench { $0.channelsMax = 2 }
            for number in 1...5 {
                try client.declareExchange("many\(number)", type: "fanout")
                try client.declareQueue("many.q", exchange: "many\(number)")
            }
            for number in 1...5 {
                bench.attempt([try target("many\(number)?")])
                #expect(bench.wait(number).last == .delivered)
            }
            #expect(try client.take(5, from: "many.q").count == 5)
        }

        @Test("A subscription that ended while the connection was being made is sent nothing")
        func endedMeanwhile() throws {
            try client.declareQueue("ended.q")
            let target = try target("ended.q")
            server.freeze()
            defer { server.thaw() }
            bench.attempt([target])
            bench.ledger.end(SubscriptionRef(slot: 1, generation: 1))
            // The login takes longer than it is trusted, for the broker is asleep.
            #expect(!eventually(within: 0.1) { bench.wait(1, seconds: 0.01).count == 1 })
            server.thaw()
            #expect(bench.wait(1) == [.ended(.dropped(.unsubscribed))])
            #expect(try client.takeAll("ended.q").isEmpty)
        }
    }
}
