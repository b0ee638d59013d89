import EventCore
import Foundation
import TestSupport
import Testing

@testable import Transports

@Suite("JSON-RPC over HTTPS")
struct RPCSecurityTests {
    @Test(
        "A certificate of the authority in the setting is accepted, without it the receiver is failed(tls)"
    )
    func authority() throws {
        let receiver = try TLSReceiver()
        let url = "https://127.0.0.1:\(receiver.port)/"
        let trusting = try RPCHarness { $0.certificateAuthorityFile = receiver.certificate.path }
        #expect(try trusting.outcome(url) == .delivered)
        let strict = try RPCHarness()
        #expect(try strict.outcome(url) == .failed(.tls))
    }

    @Test("A certificate for another host is failed(tls), trusted authority or not")
    func otherHost() throws {
        let receiver = try TLSReceiver(subject: "DNS:elsewhere.example")
        let harness = try RPCHarness { $0.certificateAuthorityFile = receiver.certificate.path }
        #expect(try harness.outcome("https://127.0.0.1:\(receiver.port)/") == .failed(.tls))
    }

    @Test("A receiver that speaks nothing newer than TLS 1.1 is failed(connect)")
    func oldVersion() throws {
        let receiver = try TLSReceiver(oldestOnly: true)
        let harness = try RPCHarness { $0.certificateAuthorityFile = receiver.certificate.path }
        #expect(try harness.outcome("https://127.0.0.1:\(receiver.port)/") == .failed(.connect))
    }

    @Test("A receiver that never finishes the TLS handshake is failed(timeout), after retries")
    func noHandshake() throws {
        let receiver = try LoopbackReceiver { _ in .status(200) }
        defer { receiver.stop() }
        let harness = try RPCHarness { $0.connectTimeoutMilliseconds = 200 }
        // The receiver waits for the rest of what it takes for a request line: no handshake comes about.
        #expect(try harness.outcome("https://127.0.0.1:\(receiver.port)/") == .failed(.timeout))
    }
}
