import Foundation
import TestSupport
import Testing

@Suite("carillonctl tail, occurrences, occurrence")
struct OccurrenceTests {
    @Test("tail prints what is raised, only what the glob takes, and --count ends it")
    func tail() throws {
        let daemon = try Daemon()
        let tail = try daemon.start("tail", "--event", "E_UL_*", "--count", "2")
        #expect(eventually { tail.errors.contains("Reading") }, "\(tail.errors)")
        _ = try daemon.ctl("raise", "E_UL_A", "aor=front", "n=5")
        _ = try daemon.ctl("raise", "E_OTHER")
        _ = try daemon.ctl("raise", "E_UL_B", "\u{1B}[2J")
        let result = tail.wait()
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].contains("  E_UL_A  aor=front n=5  matched=0 id="))
        #expect(lines[1].contains("  E_UL_B  \\u{1b}[2J  matched=0 id="))
    }

    @Test("tail --json prints the stream's lines, --after begins behind an occurrence")
    func after() throws {
        let daemon = try Daemon()
        let first = try daemon.ctl("raise", "E_A", "n=1").output.prefix { $0 != " " }
        _ = try daemon.ctl("raise", "E_A", "n=2")
        let result = try daemon.start(
            "tail", "--json", "--count", "1", "--after", String(first)
        ).wait()
        let line = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let item = try #require(line as? [String: Any])
        #expect((item["params"] as? [String: Any])?["n"] as? Int == 2)
    }

    @Test("Ctrl-C and SIGTERM end tail with 0", arguments: [SIGINT, SIGTERM])
    func ends(signal: Int32) throws {
        let daemon = try Daemon()
        let tail = try daemon.start("tail")
        #expect(eventually { tail.errors.contains("Reading") })
        tail.signal(signal)
        #expect(tail.wait().status == 0)
    }

    @Test("a stream that ends is read on behind what was printed last; what is missed is told")
    func resumes() throws {
        let service = try LoopbackReceiver { request in
            request.head.contains("Last-Event-ID: 1-7")
                ? .status(200, "{\"lost\":3}\n{\"id\":\"1-11\",\"event\":\"E_B\",\"matched\":0}\n")
                : .status(
                    200, "\n{\"id\":\"1-7\",\"event\":\"E_A\",\"matched\":2}\n{\"id\":\"1-8\",\"ev")
        }
        let tail = try ProgramRun(
            "carillonctl", ["tail", "--count", "2"], environment: ["CARILLON_URL": service.url])
        let result = tail.wait()
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasSuffix("E_A  matched=2 id=1-7") == true)
        #expect(lines.last?.hasSuffix("E_B  matched=0 id=1-11") == true)
        #expect(tail.errors.contains("ended the stream; calling it again."))
        #expect(tail.errors.contains("3 occurrences were missed"))
        service.stop()
    }

    @Test("tail: what is no stream is a failure, a service that is not there ends it with 3")
    func strange() throws {
        let service = try LoopbackReceiver { _ in .status(200, "<html>\n") }
        let url = ["CARILLON_URL": service.url]
        let strange = try ProgramRun.run("carillonctl", ["tail"], environment: url)
        #expect(strange.status == 1)
        #expect(strange.errors.contains("something else than occurrences"))
        service.stop()
        let nobody = try ProgramRun.run(
            "carillonctl", ["tail"],
            environment: ["CARILLON_URL": "http://127.0.0.1:1"])
        #expect(nobody.status == 3)
        let daemon = try Daemon()
        let refused = try daemon.ctl("tail", "--event", "E *")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("422"))
    }

    @Test("occurrence shows each delivery with what went wrong; an unknown id is 4")
    func receipt() throws {
        let daemon = try Daemon()
        _ = try daemon.ctl("subscribe", "E_R", "http://127.0.0.1:1/")
        let id = String(try daemon.ctl("raise", "E_R", "ip=192.0.2.7").output.prefix { $0 != " " })
        var shown = ""
        #expect(
            try eventually(within: 20) {
                shown = try daemon.ctl("occurrence", id).output
                return shown.contains("state    failed")
            }, "\(shown)")
        #expect(shown.contains("params   ip=192.0.2.7\n"))
        #expect(shown.contains("matched  1 (1 failed)\n"))
        #expect(shown.contains("failed (refused)  http://127.0.0.1:1/  subscription 1\n"))
        let json = try #require(
            Daemon.json(try daemon.ctl("occurrence", "--json", id)) as? [String: Any])
        #expect(json["id"] as? String == id)
        #expect(try daemon.ctl("occurrence", "1-1").status == 4)
    }

    @Test("occurrences lists the newest first, and filters")
    func list() throws {
        let daemon = try Daemon()
        for event in ["E_A", "E_B", "E_B"] { _ = try daemon.ctl("raise", event) }
        let all = try daemon.ctl("occurrences").output.split(separator: "\n")
        #expect(all.count == 4)
        #expect(all[1].contains("E_B") && all[3].contains("E_A"))
        let one = try daemon.ctl("occurrences", "--event", "E_B", "--limit", "1", "--json")
        #expect((try Daemon.json(one) as? [Any])?.count == 1)
        #expect(try daemon.ctl("occurrences", "--state", "lost").status == 1)
        #expect(try daemon.ctl("occurrences", "--event", "E_C").errors == "No occurrences.\n")
    }

    @Test("an attempt is one line: answer, times, bytes")
    func attempt() throws {
        let receipt = #"""
            {"id":"1-2","event":"E_A","time":"2026-11-21T09:00:00.000Z","state":"delivered","matched":1,"delivered":1,
            "deliveries":[{"subscription":"7","socket":"http://127.0.0.1:9/","state":"delivered","attempts":[{"number":2,
            "time":"2026-11-21T09:00:00.500Z","microseconds":1234,"bytes":118,"status":503,"timings":{"name_lookup":0,
            "connect":200,"tls":0,"first_byte":1100,"total":1234}}]}],"complete":true}
            """#
        let service = try LoopbackReceiver { _ in .status(200, receipt) }
        let result = try ProgramRun.run(
            "carillonctl", ["occurrence", "1-2"],
            environment: ["CARILLON_URL": service.url, "TZ": "UTC"])
        #expect(
            result.output.hasSuffix(
                """

                delivered  http://127.0.0.1:9/  subscription 7
                  #2  09:00:00.500  1.23 ms  118 bytes  status 503  (connect 0.20 ms, first byte 1.10 ms)

                """), "\(result.output)")
        service.stop()
    }
}
