import Foundation
import Testing

/// Habits as tests: which target may import what, and what nobody writes, with what to write instead.
@Suite struct ArchitectureTests {
    /// Target → what its files may import. Glibc, Dispatch and Foundation are there for everybody, so only this
    /// keeps them out of the pure targets; a module that the package does not declare as a dependency does not build.
    private static let mayImport: [String: Set<String>] = [
        // The middle: pure.
        "EventCore": ["Synchronization"],
        "WireFormats": ["EventCore"],
        "RouteScript": ["EventCore", "WireFormats"],
        // What owns descriptors, links C, or keeps things on disk.
        "Net": ["EventCore", "WireFormats", "Dispatch", "Glibc", "Synchronization", "Cepoll"],
        "Transports": [
            "EventCore", "WireFormats", "Net", "Ccurl", "Cepoll", "Cexpat", "Crabbitmq", "Dispatch",
            "Glibc",
            "Synchronization",
        ],
        "Store": ["EventCore", "Csqlite", "Dispatch", "Glibc", "Synchronization"],
        // The assembly and the programs.
        "Server": [
            "EventCore", "WireFormats", "RouteScript", "Net", "Transports", "Store", "Cassets",
            "Logging",
            "Dispatch",
            "Synchronization",
        ],
        "carillond": ["Server", "ArgumentParser", "Logging", "Dispatch", "Glibc"],
        "carillonctl": [
            "EventCore", "WireFormats", "RouteScript", "Net", "Ccurl", "ArgumentParser", "Glibc",
        ],
        "httpecho": ["WireFormats", "Net", "Glibc"],
    ]

    /// Files that may import more, and why.
    private static let exceptions: [String: Set<String>] = [
        // The pthread mutex of the thread sanitizer, and the gate.
        "Sources/EventCore/Lock.swift": ["Glibc"]
    ]

    private struct Ban {
        let text: String
        let scope: [String]
        let instead: String
        /// A word that makes it right when it stands within a few lines.
        var unless: String?
    }

    private static let bans = [
        Ban(
            text: "import Foundation", scope: ["Sources"],
            instead: "Glibc and our own formats: Foundation brings 40 MB of ICU and its own JSON"),
        Ban(
            text: "try!", scope: ["Sources", "Tests"],
            instead: "a typed error, or try in a throwing test"),
        Ban(
            text: "fatalError(", scope: ["Sources"],
            instead: "an error; precondition for a caller's mistake"),
        Ban(
            text: "Thread.sleep", scope: ["Sources", "Tests"],
            instead: "the event itself, with a deadline, or a manual clock"),
        Ban(
            text: "usleep(", scope: ["Sources", "Tests"],
            instead: "the event itself, with a deadline, or a manual clock"),
        Ban(
            text: " sleep(", scope: ["Sources", "Tests"],
            instead: "the event itself, with a deadline, or a manual clock"),
        Ban(
            text: "makeReadSource", scope: ["Sources"],
            instead: "the epoll loop in Net: a source per descriptor loses events under churn",
            unless: "signal"),
        Ban(
            text: "makeWriteSource", scope: ["Sources"],
            instead: "the epoll loop in Net: a source per descriptor loses events under churn"),
        Ban(
            text: "@unchecked Sendable", scope: ["Sources", "Tests"],
            instead: "Lock, or the reason beside it, with the word because", unless: "because"),
        Ban(
            text: "nonisolated(unsafe)", scope: ["Sources", "Tests"],
            instead: "Lock, or the reason beside it, with the word because", unless: "because"),
        Ban(text: "TODO", scope: ["Sources", "Tests"], instead: "doing it, or an issue"),
        Ban(text: "FIXME", scope: ["Sources", "Tests"], instead: "doing it, or an issue"),
    ]

    /// The package's root, from this file's place in it.
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct SourceFile {
        let path: String
        let lines: [Substring]
    }

    private static func files(_ folder: String) -> [SourceFile] {
        let base = root.appendingPathComponent(folder).path
        let names = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".swift") }.sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: base + "/" + name) else {
                return nil
            }
            let text = String(decoding: data, as: UTF8.self)
            return SourceFile(
                path: folder + "/" + name,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// The module of an import line, whatever its access; nil for every other line.
    private static func module(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place + 1 < words.count,
            words[..<place].allSatisfy({
                ["public", "internal", "private", "package"].contains($0) || $0.hasPrefix("@")
            })
        else { return nil }
        return words.last?.split(separator: ".").first.map(String.init)
    }

    @Test("every target imports only what the architecture allows it")
    func imports() {
        let files = Self.files("Sources")
        #expect(files.count > 30)
        for file in files {
            let target = String(file.path.split(separator: "/")[1])
            guard let allowed = Self.mayImport[target] else {
                Issue.record("\(target) is not in the table of targets")
                continue
            }
            let more = Self.exceptions[file.path] ?? []
            for module in file.lines.compactMap(Self.module)
            where !allowed.union(more).contains(module) {
                Issue.record("\(file.path) imports \(module); \(target) may not")
            }
        }
    }

    @Test("an import line is recognised in every spelling")
    func importLines() {
        #expect(Self.module("import Glibc") == "Glibc")
        #expect(Self.module("public import Synchronization") == "Synchronization")
        #expect(Self.module("@preconcurrency internal import Dispatch") == "Dispatch")
        #expect(Self.module("internal import struct Foundation.Data") == "Foundation")
        #expect(Self.module("// import Glibc") == nil)
        #expect(Self.module("let words = import") == nil)
    }

    @Test("nobody writes what is banned")
    func bans() {
        for file in Self.files("Sources") + Self.files("Tests")
        where !file.path.hasSuffix("/ArchitectureTests.swift") {
            for (index, line) in file.lines.enumerated() {
                for ban in Self.bans where line.contains(ban.text) && isBanned(ban, file, index) {
                    Issue.record("\(file.path):\(index + 1): \(ban.text). Instead: \(ban.instead).")
                }
            }
        }
    }

    private func isBanned(_ ban: Ban, _ file: SourceFile, _ index: Int) -> Bool {
        guard ban.scope.contains(where: { file.path.hasPrefix($0 + "/") }) else { return false }
        guard let word = ban.unless else { return true }
        let near = max(0, index - 5)...min(file.lines.count - 1, index + 5)
        return !file.lines[near].contains { $0.contains(word) }
    }

    @Test("files stop at 500 lines")
    func sizes() {
        for file in Self.files("Sources") { #expect(file.lines.count <= 500, "\(file.path)") }
    }
}
