import EventCore
import Foundation
import Logging
import Net
import TestSupport
import Testing

@testable import Server

@Suite("Lines of the log")
struct LogLineTests {
    private func text(_ message: String, _ format: LogFormat = .logfmt) -> String {
        String(
            decoding: format.bytes(LogLine(message), level: "notice", time: 1_700_000_000_123),
            as: UTF8.self)
    }

    @Test(
        "the pairs at the end of a message are pairs of the line, the words before them its message",
        arguments: [
            ("LISTENER(http://127.0.0.1:1): open", #"msg="LISTENER(http://127.0.0.1:1): open""#),
            (
                "STORE(/x): restored events=3 path=/y",
                #"msg="STORE(/x): restored" events=3 path=/y"#
            ),
            ("AUDIT: what=raise who=-", #"msg="AUDIT" what=raise who=-"#),
            (#"A: b error="no luck \"now\"""#, #"msg="A: b" error="no luck \"now\"""#),
            ("A: b=1 then words", #"msg="A: b=1 then words""#),
            ("A: b level=4 time=5", #"msg="A: b" level_=4 time_=5"#),
            (#"A: b="unfinished"#, #"msg="A: b=\"unfinished""#),
            ("SCRIPT: level=critical", #"msg="SCRIPT: level=critical""#),
            ("", #"msg="""#),
        ])
    func logfmt(message: String, line: String) {
        #expect(
            text(message) == "time=2023-11-14T22:13:20.123Z level=notice \(line)\n")
    }

    @Test("as JSON it is one object a line, whatever the words are; whole numbers are numbers")
    func json() throws {
        for message in [
            "STORE(/x): restored events=3 path=/y", "a\"b\\c \u{1} ü", "A: b level=4",
            "SCRIPT: x=\"",
        ] {
            let line = text(message, .json)
            #expect(line.hasSuffix("}\n") && line.split(separator: "\n").count == 1)
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["time"] as? String == "2023-11-14T22:13:20.123Z")
            #expect(object["level"] as? String == "notice")
            #expect(object["message"] as? String == LogLine(message).words)
        }
        let line = text("STORE(/x): restored events=3 path=/y", .json)
        #expect(line.contains(#""message":"STORE(/x): restored","events":3,"path":"/y"}"#))
    }

    @Test("of the same words the first few are written; the others are one line with their number")
    func repeats() {
        var lines = RepeatedLines()
        let verdicts = (0..<8).map { _ in lines.take("A: no luck", at: 0) }
        #expect(verdicts.prefix(RepeatedLines.linesMax).allSatisfy { $0 == .write })
        #expect(
            Array(verdicts.dropFirst(RepeatedLines.linesMax)) == [
                .hold(first: true), .hold(first: false), .hold(first: false),
            ])
        #expect(lines.take("A: other", at: 0) == .write)
        #expect(lines.sum("A: no luck") == 3)
        #expect(lines.sum("A: no luck") == 0)
        #expect(lines.take("A: no luck", at: 1) == .write)
    }

    @Test("a while later they are written again; more words than are remembered are all written")
    func windows() {
        var lines = RepeatedLines()
        for _ in 0..<RepeatedLines.linesMax { #expect(lines.take("A", at: 0) == .write) }
        #expect(lines.take("A", at: RepeatedLines.windowNanoseconds) == .write)
        for number in 0..<(2 * RepeatedLines.wordsMax) {
            #expect(lines.take("word \(number)", at: 1) == .write)
        }
    }

    @Test("a logger writes through the switch: its level, its form, and never waiting for a reader")
    func logger() {
        let pipe = Pipe()
        let writer = LineWriter(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, bytesMax: 200_000
        ) { LogSwitch.lostLine($0, .logfmt) }
        let target = LogSwitch(.notice, format: .logfmt, writer: writer)
        let log = target.logger(label: "test")
        log.info("not this")
        log.notice("A: b c=1", metadata: ["d": "2"])
        target.flush()
        let text = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        #expect(text.hasSuffix("level=notice msg=\"A: b\" c=1 d=2\n"))
        target.format = .json
        let start = Clock.boot()
        for number in 0..<10_000 { log.notice("A: many, and nobody reads them n=\(number)") }
        #expect(Clock.boot() - start < 5_000_000_000)
        #expect(writer.counters.dropped > 0)
    }

    @Test("a log that nobody reads is a part of the service that is degraded, and a metric")
    func status() throws {
        let pipe = Pipe()
        let writer = LineWriter(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, bytesMax: 1_000
        ) { LogSwitch.lostLine($0, .logfmt) }
        let target = LogSwitch(.notice, format: .logfmt, writer: writer)
        let directory = NSTemporaryDirectory() + "carillon-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var settings = Settings(stateDirectory: directory)
        settings.listen = ["127.0.0.1:0"]
        settings.drainMilliseconds = 100
        let log = target.logger(label: "test")
        let carillon = try Carillon(settings: settings, log: log, logSwitch: target)
        try carillon.start()
        defer { carillon.stop() }
        for _ in 0..<20_000 { log.notice("A: nobody reads this, whatever it says about anything") }
        let port = UInt16(carillon.listening[0].split(separator: ":").last ?? "") ?? 0
        let client = try JSONClient(port: port)
        let part = try PartView.read(client).first { $0.name == "log" }
        #expect(part?.state == "degraded")
        #expect((try Scrape(client)["carillon_log_lines_dropped_total"] ?? 0) > 0)
        // Else the last lines would wait for a reader when it stops.
        pipe.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }
}
