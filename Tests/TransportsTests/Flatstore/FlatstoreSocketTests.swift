import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("Flatstore sockets")
struct FlatstoreSocketTests {
    private func parse(
        _ text: String, directory: String? = "/var/log/events"
    ) throws(SocketError) -> Socket {
        try FlatstoreSocketParser.parse(try SocketText.parse(text), directory: directory)
    }

    private func reason(_ text: String, directory: String? = "/d") -> SocketError.Reason? {
        do throws(SocketError) {
            _ = try parse(text, directory: directory)
            return nil
        } catch {
            return error.reason
        }
    }

    static let canonical: [(String, String)] = [
        ("flatstore:events.csv", "flatstore:events.csv"),
        ("flatstore:/var/log/events/cdr", "flatstore:cdr"),
        ("flatstore:a#format=flat&delimiter=comma&event_name=yes", "flatstore:a"),
        ("flatstore:a#event_name=no&delimiter=tab", "flatstore:a#delimiter=tab&event_name=no"),
        ("flatstore:a#format=ndjson", "flatstore:a#format=ndjson"),
        (
            "flatstore:a#format=ndjson&overflow=drop_newest",
            "flatstore:a#overflow=drop_newest&format=ndjson"
        ),
        ("flatstore:_x-1.y#conflate=a,b", "flatstore:_x-1.y#conflate=a,b"),
    ]

    @Test("the canonical text is a name with what is no default", arguments: Self.canonical)
    func printed(given: String, printed: String) throws {
        let socket = try parse(given)
        #expect(socket.detail?.text == printed)
        #expect(
            socket.detail?.identity == "flatstore:"
                + (printed.split(separator: "#")[0].dropFirst(10)))
        #expect(try parse(printed).detail?.text == printed)
    }

    @Test(
        "a name leads nowhere else",
        arguments: [
            "flatstore:/etc/passwd", "flatstore:../x", "flatstore:..", "flatstore:.",
            "flatstore:.x",
            "flatstore:a/b", "flatstore:/d/../x", "flatstore:/d/a/b", "flatstore:/d/",
            "flatstore:-x",
            "flatstore:a b", "flatstore:a%2Fb", "flatstore:a\\b", "flatstore:~x",
            "flatstore:" + String(repeating: "a", count: 129), "flatstore://d/a",
        ])
    func malformed(text: String) {
        #expect(reason(text) == .malformed)
    }

    @Test(
        "options that are none",
        arguments: [
            "format=csv", "delimiter=,", "event_name=1", "format=ndjson&delimiter=tab",
            "event_name=no&format=ndjson", "timeout=2s", "batch=2", "mode=request",
            "overflow=drop_newest&conflate=a",
        ])
    func badOption(option: String) {
        #expect(reason("flatstore:a#" + option) == .badOption)
    }

    @Test("without a directory every one of them is forbidden, and what is none still is none")
    func off() {
        #expect(reason("flatstore:a", directory: nil) == .forbidden)
        #expect(reason("flatstore:/a", directory: nil) == .malformed)
    }

    @Test("the longest name is 128 bytes")
    func longest() {
        #expect(reason("flatstore:" + String(repeating: "a", count: 128)) == nil)
    }

    @Test("10,000 mutated sockets: the parser agrees with openapi.yaml's pattern")
    func pattern() throws {
        let patterns = try SocketPatterns(["Flatstore"])
        var random = SeededRandom(seed: 0xF1A7)
        let pieces = [
            "#", "&", "format=", "flat", "ndjson", "delimiter=", "comma", "semicolon", "tab",
            "pipe",
            "event_name=", "yes", "no", "overflow=", "drop_oldest", "drop_newest", "conflate=",
            "a,b", "/", "..",
            ".", "-", "_", "a", ",", "=", " ",
        ]
        var accepted = 0
        for turn in 0..<10_000 {
            var text = Array(Self.canonical[turn % Self.canonical.count].0)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 10...max(10, text.count), using: &random)
                if Bool.random(using: &random), place < text.count {
                    text.remove(at: place)
                } else {
                    text.insert(
                        contentsOf: pieces.randomElement(using: &random) ?? "",
                        at: min(place, text.count))
                }
            }
            let mutated = String(text)
            #expect((reason(mutated) == nil) == patterns.match(mutated), "\(mutated)")
            if reason(mutated) == nil { accepted += 1 }
        }
        #expect(accepted > 1_000)
    }
}
