import Foundation
import TestSupport

/// The daemon as a process, on a free port, and its companion called against it.
final class Daemon {
    let run: ProgramRun
    let url: String
    let directory: URL

    struct DoesNotStart: Error {
        let errors: String
    }

    /// Starts it; `config` are lines of its settings file.
    init(_ flags: [String] = [], config: String? = nil) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "carillon-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var arguments = [
            "--listen", "127.0.0.1:0", "--state-directory", directory.path + "/state",
            "--drain-seconds", "1",
        ]
        if let config {
            try Data(config.utf8).write(to: directory.appendingPathComponent("carillon.conf"))
            arguments += ["--config", directory.path + "/carillon.conf"]
        }
        let run = try ProgramRun("carillond", arguments + flags)
        self.run = run
        guard
            eventually({
                run.output.contains("listening on http") && run.output.hasSuffix("\n")
            })
        else {
            throw DoesNotStart(errors: run.errors)
        }
        let line =
            run.output.split(separator: "\n").first { $0.hasPrefix("listening on http") } ?? ""
        url = String(line.dropFirst("listening on ".count))
    }

    deinit {
        run.signal(SIGTERM)
        run.wait()
        try? FileManager.default.removeItem(at: directory)
    }

    var port: UInt16 { UInt16(url.split(separator: ":").last ?? "") ?? 0 }

    /// Replaces the settings file.
    func write(config: String) throws {
        try Data(config.utf8).write(to: directory.appendingPathComponent("carillon.conf"))
    }

    /// Runs the companion to its end.
    func ctl(_ arguments: String..., input: String? = nil) throws -> ProgramRun.Result {
        try ProgramRun.run(
            "carillonctl", arguments, environment: ["CARILLON_URL": url], input: input)
    }

    /// Starts the companion.
    func start(_ arguments: String...) throws -> ProgramRun {
        try ProgramRun("carillonctl", arguments, environment: ["CARILLON_URL": url])
    }

    /// JSON that the companion printed.
    static func json(_ result: ProgramRun.Result) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    }
}
