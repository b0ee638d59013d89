public import Foundation
internal import Glibc

/// A program of ours, run as its users run it: as a process, with its output kept.
public final class ProgramRun {
    /// What a program that ended left behind.
    public struct Result: Sendable {
        /// Its exit status; 128 and the signal's number for one that a signal ended.
        public var status: Int32
        /// Its standard output.
        public var output: String
        /// Its standard error.
        public var errors: String
    }

    private let process = Process()
    private let directory: URL
    private var ended: Result?

    /// Starts `name` from the directory in which the tests are. Of the environment it sees PATH, HOME (a directory of
    /// its own) and what `environment` adds. `input` is its standard input; empty where nil.
    public init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:],
        input: String? = nil
    ) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "run-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        process.executableURL = Self.programs.appendingPathComponent(name)
        process.arguments = arguments
        var variables = ["HOME": directory.path, "PATH": "/usr/bin:/bin", "TZ": "UTC"]
        variables.merge(environment) { _, new in new }
        process.environment = variables
        for file in ["in", "out", "err"] {
            let text = file == "in" ? input ?? "" : ""
            try Data(text.utf8).write(to: directory.appendingPathComponent(file))
        }
        process.standardInput = try FileHandle(
            forReadingFrom: directory.appendingPathComponent("in"))
        process.standardOutput = try FileHandle(
            forWritingTo: directory.appendingPathComponent("out"))
        process.standardError = try FileHandle(
            forWritingTo: directory.appendingPathComponent("err"))
        try process.start()
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: directory)
    }

    /// Where the programs are: beside the tests.
    public static var programs: URL {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    }

    /// Runs a program to its end.
    public static func run(
        _ name: String, _ arguments: [String], environment: [String: String] = [:],
        input: String? = nil
    ) throws -> Result {
        try ProgramRun(name, arguments, environment: environment, input: input).wait()
    }

    /// Its standard output so far.
    public var output: String { text("out") }
    /// Its standard error so far.
    public var errors: String { text("err") }

    /// Sends it a signal.
    public func signal(_ number: Int32) {
        kill(process.processIdentifier, number)
    }

    /// Waits for its end, for at most `seconds`; then it is killed.
    @discardableResult
    public func wait(seconds: Double = 30) -> Result {
        if let ended { return ended }
        if !eventually(within: seconds, { !process.isRunning }) {
            kill(process.processIdentifier, SIGKILL)
        }
        process.waitUntilExit()
        let code = process.terminationStatus
        let result = Result(
            status: process.terminationReason == .exit ? code : 128 + code, output: output,
            errors: errors)
        ended = result
        return result
    }

    private func text(_ file: String) -> String {
        let data = try? Data(contentsOf: directory.appendingPathComponent(file))
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
}
