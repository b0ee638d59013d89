import EventCore
import Net
import Synchronization
import TestSupport
import Testing

@testable import Transports

@Suite("HTTP calls of scripts")
struct HTTPCallerTests {
    private static func caller(
        policy: TargetPolicy = TargetPolicy(),
        _ change: (inout HTTPCaller.Settings) -> Void = { _ in }
    ) throws -> HTTPCaller {
        var settings = HTTPCaller.Settings()
        change(&settings)
        return try HTTPCaller(settings: settings, policy: policy)
    }

    /// Makes a call and waits for what comes of it.
    private static func call(_ caller: HTTPCaller, _ request: HTTPCaller.Request) -> HTTPCaller
        .Answer?
    {
        let answers = Lock<[HTTPCaller.Answer]>([])
        caller.call(request) { answer in answers.withLock { $0.append(answer) } }
        _ = eventually(within: 20) { answers.withLock { !$0.isEmpty } }
        return answers.withLock { $0.count == 1 ? $0[0] : nil }
    }

    private static func get(_ url: String) -> HTTPCaller.Request {
        HTTPCaller.Request(method: "GET", url: Array(url.utf8))
    }

    @Test("GET and POST, with status, type and body as they are; redirects are not followed")
    func answers() throws {
        let server = try LoopbackReceiver { request in
            request.head.hasPrefix("GET /moved")
                ? .status(302, "", header: "Location: http://127.0.0.1:1/\r\n")
                : .status(
                    201, "\(request.head.prefix(4)) \(request.body)",
                    header: "Content-Type: text/x\r\n")
        }
        defer { server.stop() }
        let caller = try Self.caller()
        defer { caller.stop() }
        #expect(
            Self.call(caller, Self.get(server.url + "/"))
                == .response(
                    status: 201, contentType: Array("text/x".utf8), body: Array("GET  ".utf8)))
        let post = HTTPCaller.Request(
            method: "POST", url: Array((server.url + "/").utf8), body: Array("a=b".utf8),
            contentType: "text/y")
        #expect(
            Self.call(caller, post)
                == .response(
                    status: 201, contentType: Array("text/x".utf8), body: Array("POST a=b".utf8)))
        #expect(server.wait(for: 2).last?.header("Content-Type") == "text/y")
        guard case .response(302, _, _)? = Self.call(caller, Self.get(server.url + "/moved")) else {
            Issue.record("followed")
            return
        }
    }

    @Test(
        "what has no answer says why: refused, forbidden by the policy, too late, no URL, too large"
    )
    func failures() throws {
        let closed = DeadPort()
        let slow = try LoopbackReceiver { _ in .never }
        let large = try LoopbackReceiver { _ in .status(200, String(repeating: "x", count: 2_000)) }
        defer {
            slow.stop()
            large.stop()
        }
        let caller = try Self.caller {
            $0.totalMilliseconds = 300
            $0.answerBytesMax = 1_000
        }
        defer { caller.stop() }
        let dead = "http://127.0.0.1:\(closed.port)/"
        #expect(Self.call(caller, Self.get(dead)) == .failed(.refused))
        #expect(Self.call(caller, Self.get(slow.url + "/")) == .failed(.timeout))
        #expect(Self.call(caller, Self.get(large.url + "/")) == .failed(.other))
        for url in ["", "nonsense", "file:///etc/passwd", "ftp://127.0.0.1/", "http://\0/"] {
            #expect(Self.call(caller, Self.get(url)) == .failed(.other), "\(url)")
        }
        let strict = try Self.caller(policy: TargetPolicy(mode: .publicOnly))
        defer { strict.stop() }
        #expect(Self.call(strict, Self.get(large.url + "/")) == .failed(.other))
    }

    @Test("callsMax: one call more fails at once; stopping ends those under way")
    func limits() throws {
        let slow = try LoopbackReceiver { _ in .never }
        defer { slow.stop() }
        let caller = try Self.caller { $0.callsMax = 2 }
        let ended = Lock<[HTTPCaller.Answer]>([])
        for _ in 0..<2 {
            caller.call(Self.get(slow.url + "/")) { answer in ended.withLock { $0.append(answer) } }
        }
        #expect(Self.call(caller, Self.get(slow.url + "/")) == .failed(.other))
        _ = slow.wait(for: 2)
        caller.stop()
        #expect(ended.withLock { $0 } == [.failed(.other), .failed(.other)])
        #expect(Self.call(caller, Self.get(slow.url + "/")) == .failed(.other))
    }
}
