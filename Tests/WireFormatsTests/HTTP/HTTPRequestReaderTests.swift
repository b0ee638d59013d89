import Testing
import WireFormats

/// What a reader makes of bytes that come in pieces.
enum ReadOutcome: Equatable {
    case incomplete
    case complete(path: String, body: [UInt8], rest: Int)
    case refused(HTTPParseError)

    /// Reads `bytes`, the pieces ending at `cuts`, as the server does.
    static func of(_ bytes: [UInt8], cuts: [Int] = [], _ limits: HTTPLimits = HTTPLimits())
        -> ReadOutcome
    {
        var reader = HTTPRequestReader()
        var buffer: [UInt8] = []
        var taken = 0
        for cut in cuts + [bytes.count] {
            buffer += bytes[taken..<cut]
            taken = cut
            var span = buffer.mutableSpan
            do throws(HTTPParseError) {
                switch try reader.advance(&span, limits) {
                case .needsMore(let kept): buffer.removeLast(buffer.count - kept)
                case .complete(let body, let end):
                    let path = reader.head.path
                    return .complete(
                        path: String(
                            decoding: buffer[path.start..<path.start + path.count], as: UTF8.self),
                        body: Array(buffer[body]), rest: buffer.count - end + bytes.count - taken)
                }
            } catch {
                return .refused(error)
            }
        }
        return .incomplete
    }
}

@Suite struct HTTPRequestReaderTests {
    @Test("valid requests are read", arguments: HTTPCorpus.accepted)
    func accepted(_ row: HTTPCorpus.Accepted) {
        let expected = ReadOutcome.complete(path: row.path, body: Array(row.body.utf8), rest: 0)
        #expect(ReadOutcome.of(Array(row.request.utf8)) == expected)
    }

    @Test("everything doubtful is refused, each for its reason", arguments: HTTPCorpus.refused)
    func refused(_ row: HTTPCorpus.Refused) {
        #expect(ReadOutcome.of(row.request) == .refused(row.error))
    }

    @Test("where the bytes are cut makes no difference")
    func cuts() {
        let requests =
            HTTPCorpus.accepted.map { Array($0.request.utf8) } + HTTPCorpus.refused.map(\.request)
        for request in requests where request.count < 1_000 {
            let whole = ReadOutcome.of(request)
            for cut in 1..<request.count { #expect(ReadOutcome.of(request, cuts: [cut]) == whole) }
            #expect(ReadOutcome.of(request, cuts: Array(1..<request.count)) == whole)
        }
    }

    @Test(
        "a request that is cut off is never taken for a complete one",
        arguments: HTTPCorpus.accepted)
    func prefixes(_ row: HTTPCorpus.Accepted) {
        let bytes = Array(row.request.utf8)
        for count in 0..<bytes.count {
            #expect(ReadOutcome.of(Array(bytes[..<count])) == .incomplete)
        }
    }

    @Test("bytes behind a request are left for the next one")
    func pipelined() {
        let first = HTTPCorpus.chunked("3\r\nabc\r\n0\r\nX: y\r\n\r\n")
        let outcome = ReadOutcome.of(Array((first + HTTPCorpus.get("")).utf8))
        #expect(
            outcome
                == .complete(
                    path: "/", body: Array("abc".utf8), rest: HTTPCorpus.get("").utf8.count))
    }

    @Test("the limits hold to the byte")
    func limits() {
        var limits = HTTPLimits()
        limits.requestLineBytesMax = 20
        limits.fieldBytesMax = 12
        limits.fieldCountMax = 3
        limits.headerBytesMax = 30
        limits.bodyBytesMax = 4
        func outcome(_ request: String) -> ReadOutcome { .of(Array(request.utf8), limits) }
        func isComplete(_ request: String) -> Bool {
            if case .complete = outcome(request) { true } else { false }
        }

        #expect(isComplete("GET /234567 HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(
            outcome("GET /2345678 HTTP/1.1\r\nHost: a\r\n\r\n") == .refused(.requestLineTooLong))
        #expect(outcome(String(repeating: "A", count: 21)) == .refused(.badMethod))
        #expect(isComplete("GET / HTTP/1.1\r\nHost: a\r\nX: 456789012\r\n\r\n"))
        #expect(
            outcome("GET / HTTP/1.1\r\nHost: a\r\nX: 4567890123\r\n\r\n") == .refused(.fieldTooLong)
        )
        #expect(isComplete("GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY:\r\n\r\n"))
        #expect(
            outcome("GET / HTTP/1.1\r\nHost: a\r\nX:\r\nY:\r\nZ:\r\n\r\n")
                == .refused(.tooManyFields))
        #expect(isComplete("GET / HTTP/1.1\r\nHost: a\r\nX: 45678\r\nY: 45678\r\n\r\n"))
        #expect(
            outcome("GET / HTTP/1.1\r\nHost: a\r\nX: 45678901\r\nY: 45678\r\n\r\n")
                == .refused(.headerTooLarge))
        limits.fieldBytesMax = 30
        limits.headerBytesMax = 100
        #expect(isComplete(HTTPCorpus.post("Content-Length: 4\r\n", "1234")))
        #expect(outcome(HTTPCorpus.post("Content-Length: 5\r\n", "")) == .refused(.bodyTooLarge))
        #expect(isComplete(HTTPCorpus.chunked("2\r\n12\r\n2\r\n34\r\n0\r\n\r\n")))
        #expect(outcome(HTTPCorpus.chunked("2\r\n12\r\n3\r\n")) == .refused(.bodyTooLarge))
    }

    @Test("HTTP/1.0 ends the connection unless keep-alive is asked for; close always wins")
    func persistence() {
        func keepsAlive(_ request: String) -> Bool {
            var reader = HTTPRequestReader()
            var bytes = Array(request.utf8)
            var span = bytes.mutableSpan
            _ = try? reader.advance(&span, HTTPLimits())
            return reader.head.keepsAlive
        }
        #expect(keepsAlive(HTTPCorpus.get("")))
        #expect(!keepsAlive(HTTPCorpus.get("Connection: a, Close\r\n")))
        #expect(!keepsAlive(HTTPCorpus.get("Connection: keep-alive\r\nConnection: close\r\n")))
        #expect(!keepsAlive("GET / HTTP/1.0\r\n\r\n"))
        #expect(keepsAlive("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"))
    }
}
