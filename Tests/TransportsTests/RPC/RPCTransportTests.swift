import EventCore
import Foundation
import TestSupport
import Testing

@testable import Transports

@Suite("JSON-RPC over HTTP: what is sent")
struct RPCRequestTests {
    @Test(
        "A notification is one POST with OpenSIPS's bytes, without Expect, Accept or a proxy's form"
    )
    func notification() throws {
        let receiver = try LoopbackReceiver { _ in .status(204) }
        defer { receiver.stop() }
        let harness = try RPCHarness { $0.userAgent = "Carillon/1.2.3" }
        let target = try harness.target(receiver.url + "/hook?x=1")
        #expect(
            harness.raise(
                "E_PIKE_BLOCKED", Params(named: [("ip", .string("127.0.0.1"))]), to: [target]) == [
                    .pending
                ])
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.delivered])
        #expect(harness.ledger.results[0].subscription == target.subscription)
        let request = try #require(receiver.requests.first)
        #expect(request.head.hasPrefix("POST /hook?x=1 HTTP/1.1\r\n"))
        #expect(
            request.body
                == #"{"jsonrpc":"2.0","method":"E_PIKE_BLOCKED","params":{"ip":"127.0.0.1"}}"#)
        #expect(request.header("Content-Type") == "application/json")
        #expect(request.header("User-Agent") == "Carillon/1.2.3")
        #expect(request.header("Host") == "127.0.0.1:\(receiver.port)")
        #expect(request.header("webhook-id") == "19c2e55aa10-1")
        #expect(request.header("Expect") == nil && request.header("Accept") == nil)
    }

    @Test(
        "The method option replaces the event's name, and a request ends with the occurrence's id")
    func composed() throws {
        let receiver = try LoopbackReceiver { request in
            .status(
                200,
                #"{"jsonrpc":"2.0","result":null,"id":"\#(request.header("webhook-id") ?? "")"}"#)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let one = try harness.target(receiver.url + "/1#method=ns.do")
        let two = try harness.target(receiver.url + "/2#mode=request")
        harness.raise("E_X", Params(values: [.integer(7)]), to: [one])
        harness.raise("E_X", to: [two])
        #expect(harness.ledger.wait(for: 2).map(\.outcome) == [.delivered, .delivered])
        #expect(
            Set(receiver.requests.map(\.body)) == [
                #"{"jsonrpc":"2.0","method":"ns.do","params":[7]}"#,
                #"{"jsonrpc":"2.0","method":"E_X","id":"19c2e55aa10-2"}"#,
            ])
    }

    @Test("Whoever lies in memory where one lay who has left is called at its own URL")
    func noHeir() throws {
        let receiver = try LoopbackReceiver { _ in .status(204) }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        func place(_ target: Target) -> ObjectIdentifier? {
            (target.detail?.target as? RPCTarget).map { ObjectIdentifier($0) }
        }
        func calledAndGone() throws -> ObjectIdentifier? {
            let target = try harness.target(receiver.url + "/left")
            harness.raise(to: [target])
            #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.delivered])
            return place(target)
        }
        let left = try calledAndGone()
        var others: [Target] = []
        for number in 0..<2_000 {
            others.append(try harness.target("\(receiver.url)/\(number)"))
            // Nobody, where the kept transfer holds on to whose URL it has.
            guard place(others[number]) == left else { continue }
            harness.raise(to: [others[number]])
            #expect(harness.ledger.wait(for: 2).map(\.outcome) == [.delivered, .delivered])
            #expect(receiver.requests.last?.head.hasPrefix("POST /\(number) HTTP") == true)
        }
    }

    @Test("All subscribers share one array of bytes per occurrence, method and mode")
    func sharedBytes() throws {
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: "E_X", params: .none, time: 0)
        var bodies = RPCBodies(occurrence)
        func address(_ options: String) throws -> UnsafeRawPointer? {
            let socket = try RPCSocketParser.parse(
                SocketText.parse("http://127.0.0.1/" + options), policy: TargetPolicy())
            let target = try #require(socket.detail?.target as? RPCTarget)
            return bodies.body(for: target).withUnsafeBytes { $0.baseAddress }
        }
        #expect(try address("") == address("#timeout=1s"))
        #expect(try address("#method=m") == address("#method=m&timeout=1s"))
        #expect(try address("#mode=request") == address("#mode=request"))
        #expect(try address("#mode=request") != address("#mode=request&method=m"))
    }

    @Test("A kept connection serves call after call, and serves all paths of its host")
    func keepAlive() throws {
        let receiver = try LoopbackReceiver { _ in .status(200, "ok") }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        for count in 1...20 {
            harness.raise(to: [try harness.target(receiver.url + "/\(count % 3)")])
            harness.ledger.wait(for: count)
        }
        #expect(harness.ledger.outcomes == Array(repeating: .delivered, count: 20))
        #expect(receiver.connections == 1)
    }

    @Test("Deliveries of one destination arrive in the order of the raises")
    func order() throws {
        let receiver = try LoopbackReceiver { _ in .status(204) }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let target = try harness.target(receiver.url + "/")
        for number in 0..<500 { harness.raise("E_\(number)", to: [target]) }
        harness.ledger.wait(for: 500)
        let bodies = receiver.requests.map(\.body)
        #expect(bodies == (0..<500).map { #"{"jsonrpc":"2.0","method":"E_\#($0)"}"# })
    }

    @Test("A name is looked up and every address of it is judged by the target policy")
    func name() throws {
        let receiver = try LoopbackReceiver { _ in .status(200) }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        #expect(try harness.outcome("http://localhost:\(receiver.port)/") == .delivered)
        let confined = try RPCHarness(policy: TargetPolicy(mode: .publicOnly))
        #expect(try confined.outcome("http://localhost:\(receiver.port)/") == .failed(.forbidden))
        #expect(receiver.connections == 1)
    }
}

@Suite("JSON-RPC over HTTP: what the answer means")
struct RPCAnswerTests {
    @Test(
        "Only 2xx is delivered; a redirect is not followed; no other status is tried again",
        arguments: [
            200, 201, 202, 204, 299, 301, 302, 307, 308, 400, 401, 404, 410, 418, 500, 501, 505,
        ])
    func status(code: Int) throws {
        let elsewhere = try LoopbackReceiver { _ in .status(200) }
        let receiver = try LoopbackReceiver { _ in
            .status(code, header: "Location: \(elsewhere.url)/\r\n")
        }
        defer {
            receiver.stop()
            elsewhere.stop()
        }
        let harness = try RPCHarness()
        #expect(
            try harness.outcome(receiver.url + "/") == (code < 300 ? .delivered : .failed(.status)))
        #expect(receiver.requests.count == 1 && elsewhere.connections == 0)
    }

    @Test(
        "429, 502, 503 and 504 are tried again, three times at most",
        arguments: [429, 502, 503, 504])
    func retries(code: Int) throws {
        let receiver = try LoopbackReceiver { request in .status(request.number < 2 ? code : 200) }
        let stubborn = try LoopbackReceiver { _ in .status(code) }
        defer {
            receiver.stop()
            stubborn.stop()
        }
        let harness = try RPCHarness()
        #expect(try harness.outcome(receiver.url + "/") == .delivered)
        #expect(receiver.requests.count == 3)
        #expect(Set(receiver.requests.map { $0.header("webhook-id") }) == ["19c2e55aa10-1"])
        #expect(try harness.outcome(stubborn.url + "/") == .failed(.status))
        #expect(stubborn.requests.count == 4)
    }

    @Test(
        "Retry-After in seconds and as a date puts the next attempt off", arguments: [false, true])
    func retryAfter(asDate: Bool) throws {
        let value: String
        if asDate {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(identifier: "GMT")
            formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            value = formatter.string(from: Date(timeIntervalSinceNow: 2.5))
        } else {
            value = "1"
        }
        let receiver = try LoopbackReceiver { request in
            request.number == 0 ? .status(503, header: "Retry-After: \(value)\r\n") : .status(200)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness { $0.delivery.retry.firstDelayMilliseconds = 0 }
        let start = Date()
        #expect(try harness.outcome(receiver.url + "/") == .delivered)
        #expect(Date().timeIntervalSince(start) >= 1)
    }

    @Test("A later delivery waits behind one that is tried again")
    func orderAcrossRetries() throws {
        let receiver = try LoopbackReceiver { request in .status(request.number == 0 ? 503 : 200) }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        let target = try harness.target(receiver.url + "/")
        for event in ["E_1", "E_2", "E_3"] { harness.raise(event, to: [target]) }
        harness.ledger.wait(for: 3)
        let events = receiver.requests.map {
            $0.body.contains("E_1") ? 1 : $0.body.contains("E_2") ? 2 : 3
        }
        #expect(events == [1, 1, 2, 3])
    }

    @Test("A port nobody listens on is tried four times and then failed(refused)")
    func refused() throws {
        let port = DeadPort()
        let harness = try RPCHarness()
        #expect(try harness.outcome("http://127.0.0.1:\(port.port)/") == .failed(.refused))
    }

    @Test(
        "A receiver that never answers is failed(timeout) after its own timeout, and not called again"
    )
    func timeout() throws {
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        let harness = try RPCHarness { $0.timeoutMilliseconds = 60_000 }
        let start = Date()
        #expect(try harness.outcome(receiver.url + "/#timeout=300ms") == .failed(.timeout))
        #expect(0.3...20 ~= Date().timeIntervalSince(start))
        #expect(receiver.requests.count == 1)
    }

    @Test("A reply without end is cut at 64 KB: the notification was delivered, the request failed")
    func endless() throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n"
        let receiver = try LoopbackReceiver { _ in .endless(head) }
        let headers = try LoopbackReceiver { _ in
            .endless("HTTP/1.1 200 OK\r\n" + String(repeating: "A: b\r\n", count: 20_000))
        }
        defer {
            receiver.stop()
            headers.stop()
        }
        let harness = try RPCHarness()
        #expect(try harness.outcome(receiver.url + "/") == .delivered)
        #expect(try harness.outcome(receiver.url + "/#mode=request") == .failed(.reply))
        #expect(try harness.outcome(headers.url + "/") == .failed(.reply))
        #expect(receiver.bytesSent < 16 << 20)
    }

    static let replies: [(String, Outcome)] = [
        (#"{"jsonrpc":"2.0","result":"OK","id":"ID"}"#, .delivered),
        (#" {"id": "ID", "result": {"a": [1, null]}, "jsonrpc": "2.0"} "#, .delivered),
        (#"{"jsonrpc":"2.0","result":null,"id":"ID"}"#, .delivered),
        (#"{"jsonrpc":"2.0","result":"OK","id":"other"}"#, .failed(.reply)),
        (#"{"jsonrpc":"2.0","result":"OK","id":1}"#, .failed(.reply)),
        (#"{"jsonrpc":"2.0","result":"OK","id":null}"#, .failed(.reply)),
        (#"{"jsonrpc":"2.0","result":"OK"}"#, .failed(.reply)),
        (#"{"jsonrpc":"1.0","result":"OK","id":"ID"}"#, .failed(.reply)),
        (
            #"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"ID"}"#,
            .failed(.reply)
        ),
        (
            #"{"jsonrpc":"2.0","result":1,"error":{"code":1,"message":"m"},"id":"ID"}"#,
            .failed(.reply)
        ),
        (#"[{"jsonrpc":"2.0","result":"OK","id":"ID"}]"#, .failed(.reply)),
        (#"{"jsonrpc":"2.0","result":"OK","id":"ID"}x"#, .failed(.reply)),
        ("OK", .failed(.reply)),
        ("", .failed(.reply)),
    ]

    @Test(
        "In mode request only a JSON-RPC result with the call's id is delivered", arguments: replies
    )
    func reply(body: String, expected: Outcome) throws {
        let receiver = try LoopbackReceiver { request in
            .status(
                200,
                body.replacingOccurrences(
                    of: "\"ID\"", with: "\"\(request.header("webhook-id") ?? "")\""))
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        #expect(try harness.outcome(receiver.url + "/#mode=request") == expected)
        #expect(receiver.requests.count == 1)
    }

    @Test(
        "A reply that is reset at any byte ends the delivery once: delivered from the end of the header on"
    )
    func resets() throws {
        let reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: x\r\n\r\nhello"
        // Bytes, not characters: Swift counts CR LF as one of those.
        let headerEnd = try #require(reply.utf8.firstRange(of: "\r\n\r\n".utf8)).upperBound
            .utf16Offset(in: reply)
        let receiver = try LoopbackReceiver { request in
            .reset(String(decoding: reply.utf8.prefix(request.number), as: UTF8.self))
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        for offset in 0...reply.utf8.count {
            let outcome = try harness.outcome(receiver.url + "/")
            #expect(
                outcome == (offset >= headerEnd ? .delivered : .failed(.connect)),
                "reset after \(offset) bytes")
        }
        #expect(receiver.requests.count == reply.utf8.count + 1)
        #expect(harness.ledger.results.count == reply.utf8.count + 1)
    }

    @Test("An interim response is no answer: only the final header section counts")
    func interim() throws {
        let receiver = try LoopbackReceiver { request in
            request.number == 0
                ? .bytes(
                    "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                )
                : .reset("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-")
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        #expect(try harness.outcome(receiver.url + "/") == .delivered)
        #expect(try harness.outcome(receiver.url + "/") == .failed(.connect))
    }

    @Test("Garbage instead of HTTP is failed(reply)")
    func garbage() throws {
        let receiver = try LoopbackReceiver { _ in .close("SSH-2.0-OpenSSH_9.2\r\n") }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        #expect(try harness.outcome(receiver.url + "/") == .failed(.reply))
    }

    @Test(
        "A kept connection that closes as the next call goes out is replaced: one delivery, one result"
    )
    func staleConnection() throws {
        // The second request finds the connection closed under it, without an answer.
        let receiver = try LoopbackReceiver { request in
            request.number == 1 ? .close("") : .status(200)
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        #expect(try harness.outcome(receiver.url + "/") == .delivered)
        #expect(try harness.outcome(receiver.url + "/") == .delivered)
        #expect(receiver.connections == 2)
        #expect(
            receiver.requests.map { $0.header("webhook-id") } == [
                "19c2e55aa10-1", "19c2e55aa10-2", "19c2e55aa10-2",
            ])
    }

    @Test(
        "A receiver that always closes kept connections without answering gets a call twice at most"
    )
    func closingReceiver() throws {
        let receiver = try LoopbackReceiver { request in
            request.number == 0 ? .status(200) : .close("")
        }
        defer { receiver.stop() }
        let harness = try RPCHarness()
        #expect(try harness.outcome(receiver.url + "/") == .delivered)
        #expect(try harness.outcome(receiver.url + "/") == .failed(.connect))
        #expect(receiver.requests.count == 3)
    }
}
