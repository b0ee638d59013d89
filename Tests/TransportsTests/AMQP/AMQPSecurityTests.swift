import BrokerSupport
import EventCore
import Foundation
import TestSupport
import Testing

@testable import Transports

extension RabbitMQTests {
    @Suite("TLS and the target policy")
    struct AMQPSecurityTests {
        private let server: RabbitMQServer
        private let client: RabbitMQClient

        init() throws {
            server = try RabbitMQServer.shared()
            client = try RabbitMQClient(port: server.port)
        }

        private func words(of verdict: Verdict?) -> String? {
            guard case .unreachable(.tls, let words) = verdict else { return nil }
            return words
        }

        private func verdict(
            _ socket: String, authority: String?, policy: TargetPolicy = TargetPolicy()
        ) throws -> Verdict? {
            let bench = try CourierBench(
                { $0.certificateAuthorityFile = authority }, policy: policy)
            bench.attempt([try CourierBench.target(socket)])
            return bench.wait(1).first
        }

        @Test("A broker whose certificate is trusted and names its address gets the message")
        func trusted() throws {
            try client.declareQueue("tls.q")
            let socket = "rabbitmq:127.0.0.1:\(server.securePort)/tls?tls.q"
            let bench = try CourierBench { $0.certificateAuthorityFile = server.certificate }
            let target = try CourierBench.target(socket)
            for _ in 0..<10 { bench.attempt(Array(repeating: target, count: 100)) }
            #expect(bench.wait(1_000) == Array(repeating: .delivered, count: 1_000))
            let ids = try client.take(1_000, from: "tls.q").map(\.messageID)
            #expect(ids == (1...1_000).map { "1-\($0)" })
        }

        @Test("A certificate of an authority that is not trusted keeps the password here")
        func untrusted() throws {
            let socket = "rabbitmq:bob:sec%20ret@127.0.0.1:\(server.securePort)/tls?q"
            let words = words(of: try verdict(socket, authority: nil))
            let peer = "127.0.0.1:\(server.securePort)"
            #expect(words == "the certificate of \(peer) is not trusted, or not for this name")
        }

        @Test("A trusted certificate for another name is none")
        func otherName() throws {
            let socket = "rabbitmq:localhost:\(server.securePort)/tls?q"
            let words = words(of: try verdict(socket, authority: server.certificate))
            #expect(words?.hasSuffix("is not trusted, or not for this name") == true)
        }

        @Test("A name in the certificate is told to the server, and counts")
        func rightName() throws {
            let receiver = try TLSReceiver(subject: "DNS:localhost")
            let socket = "rabbitmq:localhost:\(receiver.port)/tls?q"
            // An HTTPS server: the handshake succeeds, then it is no broker.
            let verdict = try verdict(socket, authority: receiver.certificate.path)
            guard case .unreachable(let reason, _) = verdict else {
                Issue.record("\(String(describing: verdict))")
                return
            }
            #expect(reason == .reply || reason == .connect || reason == .timeout)
        }

        @Test("TLS older than 1.2 is not spoken")
        func oldTLS() throws {
            let receiver = try TLSReceiver(oldestOnly: true)
            let socket = "rabbitmq:127.0.0.1:\(receiver.port)/tls?q"
            #expect(words(of: try verdict(socket, authority: receiver.certificate.path)) != nil)
        }

        @Test("A broker without TLS gets no message meant for one with")
        func noTLS() throws {
            let socket = "rabbitmq:127.0.0.1:\(server.port)/tls?q"
            #expect(words(of: try verdict(socket, authority: server.certificate)) != nil)
        }

        @Test("A file of authorities that cannot be read is said in words")
        func noFile() throws {
            let socket = "rabbitmq:127.0.0.1:\(server.securePort)/tls?q"
            let words = words(of: try verdict(socket, authority: "/nowhere/ca.pem"))
            #expect(words == "the certificate authorities cannot be read")
        }

        @Test("The policy judges what a name resolved to, before anything is sent there")
        func policy() throws {
            let policy = TargetPolicy(mode: .publicOnly)
            let peer = StreamPeer()
            let verdict = try verdict(
                "rabbitmq:localhost:\(peer.port)/q", authority: nil, policy: policy)
            guard case .ended(.failed(.forbidden), let words) = verdict else {
                Issue.record("\(String(describing: verdict))")
                return
            }
            #expect(words?.hasPrefix("the target policy does not allow") == true)
            #expect(peer.accept(seconds: 0) == nil)
        }

        @Test("A name without address is said in words")
        func noName() throws {
            let verdict = try verdict("rabbitmq:nowhere.invalid/q", authority: nil)
            #expect(
                verdict
                    == .unreachable(.unresolved, words: "nowhere.invalid has no address"))
        }
    }
}
