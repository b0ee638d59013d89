import EventCore
import Foundation
import Net
import TestSupport
import Testing

@testable import Transports

@Suite("XML-RPC deliveries")
struct XMLRPCTransportTests {
    private static let named = Params(named: [
        ("ip", .string("192.0.2.7")), ("n", .integer(-7)), ("big", .integer(1 << 40)),
        ("d", .double(1e-7)), ("b", .boolean(true)),
        ("t", .string("a <b> & \"c\" ]]>\r\n\t\u{E9}\u{1}\u{FFFF}")),
    ])
    private static let text = #""a <b> & \"c\" ]]>\r\n\t\u00e9\ufffd\ufffd""#

    @Test("Python's own server reads what is sent, in each layout that is XML-RPC")
    func python() throws {
        let receiver = try XMLRPCReceiver()
        let harness = try TransportHarness { policy in
            try XMLRPCTransport(settings: .quick, policy: policy)
        }
        let address = "xmlrpc:127.0.0.1:\(receiver.port)"
        harness.raise("E_X", Self.named, to: [try harness.target(address + ":my_meth")])
        harness.raise("E_X", Self.named, to: [try harness.target(address + ":m#layout=values")])
        harness.raise(
            "E_Y", Params(values: [.integer(0), .string("")]),
            to: [try harness.target(address + "/other:ns.m:x/y")])
        harness.raise("E_Z", .none, to: [try harness.target(address + ":m")])
        #expect(
            harness.ledger.wait(for: 4).map(\.outcome) == Array(repeating: .delivered, count: 4))
        let calls = receiver.calls(4).map { $0.drop { $0 != "\"" } }
        #expect(
            calls.contains(
                #""my_meth", ["E_X", {"ip": "192.0.2.7"}, {"n": -7}, {"big": 1099511627776}, {"d": 1e-07}, {"b": true}, {"t": \#(Self.text)}]]"#
            ))
        #expect(
            calls.contains(
                #""m", ["E_X", "192.0.2.7", -7, 1099511627776, 1e-07, true, \#(Self.text)]]"#))
        #expect(calls.contains(#""ns.m:x/y", ["E_Y", 0, ""]]"#))
        #expect(calls.contains(#""m", ["E_Z"]]"#))
    }

    @Test("calls to one receiver come in order, on one connection")
    func keepAlive() throws {
        let receiver = try XMLRPCReceiver()
        let harness = try TransportHarness { policy in
            try XMLRPCTransport(settings: .quick, policy: policy)
        }
        let target = try harness.target("xmlrpc:127.0.0.1:\(receiver.port):m")
        for number in 0..<20 {
            harness.raise("E", Params(values: [.integer(Int64(number))]), to: [target])
        }
        #expect(
            harness.ledger.wait(for: 20).map(\.outcome) == Array(repeating: .delivered, count: 20))
        #expect(receiver.calls(20) == (0..<20).map { #"[1, "m", ["E", \#($0)]]"# })
    }

    @Test("a fault is a failure, with its words")
    func fault() throws {
        let receiver = try XMLRPCReceiver()
        let harness = try TransportHarness { policy in
            try XMLRPCTransport(settings: .quick, policy: policy)
        }
        let socket = "xmlrpc:127.0.0.1:\(receiver.port):fault"
        harness.raise("E", .none, to: [try harness.target(socket)])
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.failed(.reply)])
        #expect(
            try harness.health(socket)?.lastError
                == "127.0.0.1:\(receiver.port) answered the fault 4: no <such> & such")
    }

    @Test("over https, the certificate is verified")
    func https() throws {
        let receiver = try XMLRPCReceiver(isSecure: true)
        let socket = "xmlrpc:127.0.0.1:\(receiver.port):m#tls=yes"
        var settings = HTTPSettings.quick
        let stranger = try TransportHarness { [settings] policy in
            try XMLRPCTransport(settings: settings, policy: policy)
        }
        stranger.raise("E", .none, to: [try stranger.target(socket)])
        #expect(stranger.ledger.wait(for: 1).map(\.outcome) == [.failed(.tls)])
        settings.certificateAuthorityFile = receiver.certificate?.path
        let harness = try TransportHarness { [settings] policy in
            try XMLRPCTransport(settings: settings, policy: policy)
        }
        harness.raise("E", .none, to: [try harness.target(socket)])
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.delivered])
        #expect(receiver.calls(1).first?.hasSuffix(#""m", ["E"]]"#) == true)
    }

    @Test("what is sent is HTTP with the type of XML-RPC, and OpenSIPS's body byte for byte")
    func bytes() throws {
        let receiver = try LoopbackReceiver { _ in
            .status(200, "<methodResponse><params/></methodResponse>")
        }
        let harness = try TransportHarness { policy in
            try XMLRPCTransport(settings: .quick, policy: policy)
        }
        harness.raise(
            "E_NOSUBS", Params(named: [("k2", .integer(7))]),
            to: [try harness.target("xmlrpc:127.0.0.1:\(receiver.port):my_meth#layout=named")])
        let request = try #require(receiver.wait(for: 1).first)
        #expect(request.head.hasPrefix("POST /RPC2 HTTP/1.1\r\n"))
        #expect(request.header("Content-Type") == "text/xml")
        #expect(
            request.body
                == "<?xml version=\"1.0\"?>\n<methodCall>\n<methodName>my_meth</methodName>\n<params>\n<param>\n<value><string>E_NOSUBS</string></value>\n</param>\n<param>\n<name>k2</name>\n<value><int>7</int></value>\n</param>\n</params>\n</methodCall>"
        )
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.delivered])
    }

    @Test(
        "an answer that is no response is a failure",
        arguments: [
            (LoopbackReceiver.Answer.status(200, "OK"), Outcome.failed(.reply)),
            (.status(204), .failed(.reply)), (.status(404), .failed(.status)),
            (.status(302), .failed(.status)),
            (.endless("HTTP/1.1 200 OK\r\n\r\n<a>"), .failed(.reply)),
        ])
    func badAnswers(answer: LoopbackReceiver.Answer, expected: Outcome) throws {
        let receiver = try LoopbackReceiver { _ in answer }
        let harness = try TransportHarness { policy in
            try XMLRPCTransport(settings: .quick, policy: policy)
        }
        harness.raise(
            "E", .none, to: [try harness.target("xmlrpc:127.0.0.1:\(receiver.port):m")])
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [expected])
        receiver.stop()
    }
}

extension HTTPSettings {
    /// Without retries.
    static var quick: HTTPSettings {
        var settings = HTTPSettings()
        settings.delivery.retry.retriesMax = 0
        return settings
    }
}
