import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("Options of sockets")
struct SocketOptionsTests {
    private func read(
        _ text: String, taking names: [SocketOptions.Name] = SocketOptions.Name.allCases,
        own: [String] = [], note: String = ""
    ) throws -> SocketOptions {
        try SocketOptions(
            SocketText.parse("x:y" + text).options, of: "A socket of tests", taking: names,
            own: own,
            note: note)
    }

    @Test("What is read says the same as the canonical text, whose own options come last")
    func canonical() throws {
        let text = "#own=1&batch=7&conflate=a,b&timeout=1500ms&mode=request&method=m"
        let options = try read(text, own: ["own"])
        #expect(options.method == "m" && options.mode == .request)
        #expect(options.delivery.timeoutMilliseconds == 1_500 && options.delivery.batch == 7)
        #expect(options.delivery.overflow == .conflate(["a", "b"]))
        #expect(options.own.map(\.name) == ["own"] && options.own.map(\.value) == ["1"])
        #expect(
            options.fragment(own: [("own", "1")])
                == "#method=m&mode=request&timeout=1500ms&conflate=a,b&batch=7&own=1")
        #expect(try read("").fragment() == "")
        #expect(try read("").delivery == DeliveryOptions())
    }

    @Test("An option that the transport does not take is refused with the list of those it takes")
    func untaken() {
        #expect { try read("#batch=2", taking: [.timeout, .overflow], own: ["framing"]) } throws: {
            ($0 as? SocketError)
                == SocketError(
                    .badOption,
                    "A socket of tests has the options `timeout`, `overflow` and `framing`.")
        }
        #expect { try read("#x=1", taking: [], note: ", as it is") } throws: {
            ($0 as? SocketError)?.message == "A socket of tests has no options, as it is."
        }
    }

    @Test("3,000 fragments, good and nearly so: the parser agrees with openapi.yaml")
    func agreement() throws {
        let patterns = try SocketPatterns(["HttpName"])
        var random = SeededRandom(seed: 11)
        let parts = [
            "method=m", "method=_a:b", "mode=request", "mode=notification", "timeout=2s",
            "timeout=100ms", "timeout=99ms", "timeout=61s", "overflow=drop_newest",
            "overflow=drop_oldest", "overflow=none", "conflate=a", "conflate=a,b,a", "conflate=a,",
            "conflate=a,b,c,d,e,f,g,h", "conflate=a,b,c,d,e,f,g,h,i", "batch=2", "batch=100",
            "batch=101", "batch=1", "batch=09", "format=json", "",
        ]
        var accepted = 0
        for _ in 0..<3_000 {
            let count = Int.random(in: 1...6, using: &random)
            let chosen = (0..<count).compactMap { _ in parts.randomElement(using: &random) }
            let text = "http://h/#" + chosen.joined(separator: "&")
            let isSocket =
                (try? RPCSocketParser.parse(SocketText.parse(text), policy: TargetPolicy())) != nil
            #expect(patterns.match(text) == isSocket, "\(text)")
            accepted += isSocket ? 1 : 0
        }
        #expect(accepted > 100)
    }
}
