import Foundation
import RouteScript
import Testing

/// The language, by examples: every file in `Scripts` does what its comments say.
@Suite struct ScriptFileTests {
    @Test("a script does what its comments say", arguments: ScriptFile.all)
    func script(_ file: ScriptFile) throws {
        var runner = ScriptFileRunner(file)
        let happened = try runner.run().map {
            $0.replacingOccurrences(of: file.name + ":", with: "")
        }
        for (line, expected) in zip(happened, file.expected) {
            #expect(isAsExpected(line, expected), "\(file.name): \(line)\nexpected: \(expected)")
        }
        #expect(
            happened.count == file.expected.count,
            "\(file.name): happened\n\(happened.joined(separator: "\n"))")
    }

    @Test("there are at least 150 of them")
    func count() {
        #expect(ScriptFile.all.count >= 150)
    }

    private func isAsExpected(_ line: String, _ expected: String) -> Bool {
        if expected.hasSuffix("…") { return line.hasPrefix(expected.dropLast()) }
        return line == expected
    }
}
