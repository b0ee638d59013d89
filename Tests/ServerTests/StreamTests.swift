import Foundation
import Net
import Server
import TestSupport
import Testing

@Suite("The live stream")
struct StreamTests {
    /// One client of it, past the header.
    private struct Reader {
        let connection: RawHTTPClient
        let head: String

        init(_ service: RunningService, _ target: String = "/events/stream", _ fields: String = "")
            throws
        {
            connection = try RawHTTPClient(.tcp(host: "127.0.0.1", port: service.port))
            connection.send("GET \(target) HTTP/1.0\r\nHost: localhost\r\n\(fields)\r\n")
            head = try #require(connection.received(through: "\r\n\r\n"))
        }

        /// The next message of server-sent events.
        func message() -> String? { connection.received(through: "\n\n") }
        /// The next line.
        func line() -> String? { connection.received(through: "\n") }
    }

    @Test("an occurrence is a server-sent event with its id, byte for byte")
    func events() throws {
        let service = try RunningService()
        let client = try service.client()
        let reader = try Reader(service)
        #expect(reader.head.contains("Content-Type: text/event-stream\r\n"))
        #expect(reader.head.contains("Cache-Control: no-store\r\n"))
        #expect(reader.message() == "retry: 2000\n\n")
        let raised = try client.raise("E_DOOR", #"{"door":"front"}"#)
        let id = try #require(raised.json["id"] as? String)
        let time = try #require(raised.json["time"] as? String)
        #expect(
            reader.message() == """
                id: \(id)
                data: {"id":"\(id)","event":"E_DOOR","time":"\(time)","params":{"door":"front"},"matched":0}


                """)
        try client.raise("E_NONE")
        #expect(reader.message()?.contains(#""event":"E_NONE","time":""#) == true)
    }

    @Test("as lines of JSON where the client asks for them")
    func lines() throws {
        let service = try RunningService()
        let client = try service.client()
        let reader = try Reader(service, "/events/stream", "Accept: application/x-ndjson\r\n")
        #expect(reader.head.contains("Content-Type: application/x-ndjson\r\n"))
        for number in 1...3 { try client.raise("E_A", "[\(number)]") }
        for number in 1...3 {
            #expect(reader.line()?.hasSuffix(#","params":[\#(number)],"matched":0}\#n"#) == true)
        }
    }

    @Test("only the events of a pattern, and only those that the caller may read")
    func filtered() throws {
        let service = try RunningService()
        let client = try service.client()
        let reader = try Reader(
            service, "/events/stream?event=E_UL_*", "Accept: application/x-ndjson\r\n")
        for event in ["E_A", "E_UL_X", "E_B", "E_UL_Y"] { try client.raise(event) }
        #expect(reader.line()?.contains("E_UL_X") == true)
        #expect(reader.line()?.contains("E_UL_Y") == true)
    }

    @Test("Last-Event-ID goes on behind that occurrence")
    func resumed() throws {
        let service = try RunningService()
        let client = try service.client()
        let first = try #require(client.raise("E_A", "[1]").json["id"] as? String)
        try client.raise("E_A", "[2]")
        let reader = try Reader(service, "/events/stream", "Last-Event-ID: \(first)\r\n")
        _ = reader.message()
        #expect(reader.message()?.contains(#""params":[2]"#) == true)
        try client.raise("E_A", "[3]")
        #expect(reader.message()?.contains(#""params":[3]"#) == true)
    }

    @Test("what is not remembered any more is told as lost, with its number where that is known")
    func lost() throws {
        let service = try RunningService { $0.occurrencesMax = 2 }
        let client = try service.client()
        let first = try #require(client.raise("E_A", "[1]").json["id"] as? String)
        for number in 2...5 { try client.raise("E_A", "[\(number)]") }
        let reader = try Reader(service, "/events/stream", "Last-Event-ID: \(first)\r\n")
        _ = reader.message()
        #expect(reader.message() == "event: lost\ndata: {\"lost\":2}\n\n")
        #expect(reader.message()?.contains(#""params":[4]"#) == true)
        let other = try Reader(service, "/events/stream", "Last-Event-ID: 123-4\r\n")
        _ = other.message()
        #expect(other.message() == "event: lost\ndata: {\"lost\":null}\n\n")
    }

    @Test("a client that reads too slowly is told so and cut off; the others read on")
    func slow() throws {
        let service = try RunningService {
            $0.occurrencesMax = 10
            $0.workers = 1
            $0.sendMilliseconds = 600_000
        }
        let client = try service.client()
        let slow = try RawHTTPClient(.tcp(host: "127.0.0.1", port: service.port))
        slow.send(
            "GET /events/stream HTTP/1.0\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n"
        )
        let quick = try Reader(service, "/events/stream", "Accept: application/x-ndjson\r\n")
        // More than the kernel keeps for a client that does not read.
        let text = String(repeating: "x", count: 60_000)
        for number in 1...60 {
            try client.raise("E_A", #"[\#(number),"\#(text)"]"#)
            #expect(quick.line()?.contains(#""params":[\#(number),"#) == true)
        }
        let last = slow.received(through: #"{"end":"slow"}"#)
        #expect(last?.contains(#"{"lost":"#) == true)
        #expect(slow.reachesEnd())
    }

    @Test(
        "a reload ends it, so that clients show again who they are; so does the end of the service")
    func ended() throws {
        let service = try RunningService()
        let reader = try Reader(service)
        _ = reader.message()
        var settings = Settings(stateDirectory: service.stateDirectory)
        settings.listen = ["127.0.0.1:0"]
        _ = try service.carillon.reload(settings)
        #expect(reader.message() == "event: end\ndata: {\"end\":\"reloaded\"}\n\n")
        #expect(reader.connection.reachesEnd())
        let other = try Reader(service)
        _ = other.message()
        service.stop()
        #expect(other.message() == "event: end\ndata: {\"end\":\"stopping\"}\n\n")
    }

    @Test(
        "1,000 clients read it at a time, without a thread each; beyond the limit one is answered 503"
    )
    func many() throws {
        let service = try RunningService { $0.streamsMax = 1_000 }
        let client = try service.client()
        let threads = try threadCount()
        let readers = try (0..<1_000).map { _ in
            try Reader(service, "/events/stream", "Accept: application/x-ndjson\r\n")
        }
        #expect(try threadCount() <= threads + 4)
        try client.raise("E_A", "[1]")
        for reader in readers { #expect(reader.line()?.contains(#""params":[1]"#) == true) }
        let refused = try client.send("GET", "/events/stream")
        #expect(refused.status == 503)
        #expect(refused.code == "too_many_streams")
        #expect(refused.fields["retry-after"] != nil)
    }

    private func threadCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }

    @Test("what it cannot be is 406, what it cannot be asked is 422")
    func refused() throws {
        let service = try RunningService()
        let client = try service.client()
        let image = try client.send("GET", "/events/stream", fields: ["Accept": "image/png"])
        #expect(image.status == 406)
        #expect(image.code == "not_acceptable")
        #expect(try client.send("GET", "/events/stream?event=a%20b").status == 422)
        #expect(try client.send("PUT", "/events/stream").status == 405)
        #expect(try client.send("HEAD", "/events/stream").status == 200)
    }
}
