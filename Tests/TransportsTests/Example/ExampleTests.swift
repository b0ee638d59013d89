import EventCore
import Foundation
import Synchronization
import Testing

/// The example of README.md in the conformance suite.
extension TransportRow {
    static let example: TransportRow = {
        let lines = WrittenLines()
        return TransportRow(
            testDescription: "example: log",
            make: { LogTransport { lines.write($0) } },
            canonical: ["log:a", "log:abcdefghijklmnop"],
            same: [("log:a", "log:a")], different: [("log:a", "log:b"), ("log:a", "log:ab")],
            refused: ["log:A", "log:abcdefghijklmnopq", "log:a#x=1", "log:a b"],
            pending: nil,
            receiver: {
                let name = lines.newName()
                return ("log:" + name, { lines.next(name) })
            },
            absent: nil, absentOutcome: .delivered)
    }()
}

/// Lines that were written, by their first word.
private final class WrittenLines: Sendable {
    private let state = Lock<(names: Int, lines: [String])>((0, []))

    func newName() -> String {
        state.withLock { state in
            state.names += 1
            // `b`, `bb`, `bbb`: nobody else's.
            return String(repeating: "b", count: state.names)
        }
    }

    func write(_ line: String) { state.withLock { $0.lines.append(line) } }

    func next(_ name: String) -> String? {
        state.withLock { state in
            guard let place = state.lines.firstIndex(where: { $0.hasPrefix(name + " ") }) else {
                return nil
            }
            return String(state.lines.remove(at: place).dropFirst(name.utf8.count + 1))
        }
    }
}

@Suite("How to add a transport")
struct ExampleTests {
    @Test("README shows the example as it is compiled and tested")
    func page() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let example = try String(
            contentsOf: folder.appending(path: "LogTransport.swift"), encoding: .utf8)
        #expect(page.contains("```swift\n" + example + "```\n"))
    }
}
