import EventCore
import Net
import Synchronization
import TestSupport
import Testing

/// What the streams of a test tell: texts that only ever become more.
final class TestFeed: Sendable {
    private let texts = Lock<[String]>([])
    private let open = Atomic<Int>(0)

    /// Streams that have begun and not ended.
    var streams: Int { open.load(ordering: .relaxed) }

    func add(_ text: String) { texts.withLock { $0.append(text) } }

    func text(at index: Int) -> String? {
        texts.withLock { index < $0.count ? $0[index] : nil }
    }

    func count(_ change: Int) { open.add(change, ordering: .relaxed) }
}

/// One reader of a feed. The text `last` is the end.
final class TestStream: HTTPStream {
    private let feed: TestFeed
    private let place = Atomic<Int>(0)

    init(_ feed: TestFeed) {
        self.feed = feed
        feed.count(1)
    }

    func read(into bytes: inout [UInt8], bytesMax: Int) -> Bool {
        while bytes.count < bytesMax, let text = feed.text(at: place.load(ordering: .relaxed)) {
            place.add(1, ordering: .relaxed)
            if text == "last" { return false }
            bytes.append(contentsOf: text.utf8)
        }
        return true
    }

    func beat(into bytes: inout [UInt8]) { bytes.append(contentsOf: "beat".utf8) }
    func farewell(into bytes: inout [UInt8]) { bytes.append(contentsOf: "farewell".utf8) }
    func ended() { feed.count(-1) }
}

@Suite struct HTTPStreamTests {
    @Test("a stream sends what there is at its beginning and what comes later, in chunks")
    func chunks() throws {
        let server = try TestServer()
        defer { server.stop() }
        server.handler.feed.add("one ")
        let client = try server.client()
        client.send(get("/stream"))
        let head = client.received(through: "\r\n\r\n")
        #expect(head?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
        #expect(head?.contains("Transfer-Encoding: chunked\r\n") == true)
        #expect(head?.contains("Content-Length") == false)
        #expect(client.received(through: "\r\none \r\n") == "4\r\none \r\n")
        server.handler.feed.add("and another one")
        server.server.wakeStreams()
        #expect(client.received(through: "one\r\n") == "f\r\nand another one\r\n")
        #expect(server.server.counters.streams == 1)
    }

    @Test("a stream that says that it is over ends with the last chunk, and so does its connection")
    func end() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/stream"))
        _ = client.received(through: "\r\n\r\n")
        server.handler.feed.add("x")
        server.handler.feed.add("last")
        server.server.wakeStreams()
        #expect(client.received(through: "0\r\n\r\n") == "1\r\nx\r\n0\r\n\r\n")
        #expect(client.reachesEnd())
        #expect(server.handler.feed.streams == 0)
    }

    @Test("HTTP/1.0 gets a stream without chunks that ends with the connection")
    func http10() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send("GET /stream HTTP/1.0\r\n\r\n")
        #expect(client.received(through: "\r\n\r\n")?.contains("Transfer-Encoding") == false)
        server.handler.feed.add("text")
        server.handler.feed.add("last")
        server.server.wakeStreams()
        #expect(client.received(through: "text") == "text")
        #expect(client.reachesEnd())
    }

    @Test("HEAD gets the header of a stream, and none begins")
    func head() throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = try server.client()
        client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"))
        #expect(client.response(isHead: true)?.status == 200)
        #expect(client.response()?.field("X-Path") == "/next")
        #expect(server.handler.feed.streams == 0)
    }

    @Test("more than fits into one reading arrives whole and in order")
    func large() throws {
        let server = try TestServer()
        defer { server.stop() }
        let count = 40_000
        for index in 0..<count { server.handler.feed.add("line \(index) of many lines\n") }
        server.handler.feed.add("last")
        let client = try server.client()
        client.send("GET /stream HTTP/1.0\r\n\r\n")
        _ = client.received(through: "\r\n\r\n")
        for index in [0, 1, count / 2, count - 1] {
            #expect(client.received(through: "line \(index) of many lines\n") != nil, "\(index)")
        }
        #expect(client.reachesEnd())
    }

    @Test("a client that does not read holds up neither the others nor the service")
    func slow() async throws {
        let server = try TestServer {
            $0.workers = 1
            $0.sendMilliseconds = 1_000
        }
        defer { server.stop() }
        let slow = try server.client()
        slow.send(get("/stream"))
        let quick = try server.client()
        quick.send(get("/stream"))
        _ = quick.received(through: "\r\n\r\n")
        #expect(await eventually { server.handler.feed.streams == 2 })
        let text = String(repeating: "x", count: 50_000)
        for _ in 0..<100 { server.handler.feed.add(text) }
        server.handler.feed.add("end of it")
        server.server.wakeStreams()
        #expect(quick.received(through: "end of it") != nil)
        // It takes nothing for as long as the send deadline: it is closed.
        #expect(await eventually { server.handler.feed.streams == 1 })
    }

    @Test("a stream that has nothing to say shows that it lives")
    func beat() throws {
        let server = try TestServer { $0.beatMilliseconds = 5 }
        defer { server.stop() }
        let client = try server.client()
        client.send(get("/stream"))
        _ = client.received(through: "\r\n\r\n")
        #expect(client.received(through: "beat\r\n4\r\nbeat\r\n") == "4\r\nbeat\r\n4\r\nbeat\r\n")
    }

    @Test("when its client goes, a stream ends, without anything being sent")
    func goes() async throws {
        let server = try TestServer()
        defer { server.stop() }
        for reset in [true, false] {
            let client = try server.client()
            client.send(get("/stream"))
            _ = client.received(through: "\r\n\r\n")
            #expect(server.handler.feed.streams == 1)
            if reset { client.reset() } else { client.close() }
            #expect(await eventually { server.handler.feed.streams == 0 })
        }
    }

    @Test("a server that stops says farewell to its streams and ends them")
    func stop() throws {
        let server = try TestServer()
        let client = try server.client()
        client.send(get("/stream"))
        _ = client.received(through: "\r\n\r\n")
        server.stop()
        #expect(client.received(through: "0\r\n\r\n") == "8\r\nfarewell\r\n0\r\n\r\n")
        #expect(client.reachesEnd())
        #expect(server.handler.feed.streams == 0)
    }
}
