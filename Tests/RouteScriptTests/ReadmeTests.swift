import Foundation
import Testing

@testable import RouteScript

/// The README's chapter on scripts: its examples run, and nothing is missing from its tables.
@Suite struct ReadmeTests {
    private static let text: String = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = FileManager.default.contents(
            atPath: root.appendingPathComponent("README.md").path)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }()

    /// What stands between "```opensips" and "```", as script files.
    static let scripts: [ScriptFile] = {
        var examples: [ScriptFile] = []
        var block: [Substring]?
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line == "```opensips" {
                block = []
            } else if line == "```", let lines = block {
                let bytes = Array(lines.joined(separator: "\n").utf8)
                examples.append(
                    ScriptFile(name: "README.md before line \(number + 1)", bytes: bytes))
                block = nil
            } else {
                block?.append(line)
            }
        }
        return examples
    }()

    @Test("an example of the README does what its comments say", arguments: scripts)
    func example(_ file: ScriptFile) throws {
        try ScriptFileRunner.check(file)
    }

    @Test("there are examples of routes, statements, values, variables, functions and SIP messages")
    func examples() {
        #expect(Self.scripts.count >= 7)
    }

    @Test("every variable is in the README", arguments: VariableTable.rows.map(\.name))
    func variable(_ name: String) {
        #expect(Self.text.contains("$\(name)"))
    }

    @Test(
        "every function is in the README with its arguments",
        arguments: FunctionTable.rows.map { $0.name + $0.signature })
    func function(_ call: String) {
        #expect(Self.text.contains("`\(call)`"))
    }
}
