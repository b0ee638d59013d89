import Dispatch
import Foundation
import TestSupport

/// The real daemon as a process of its own, with its output in files; killed at the latest when this goes.
final class Daemon {
    private let process = Process()
    private let exited = DispatchSemaphore(value: 0)
    private let scratch: Scratch
    private let output: String
    private let errors: String

    /// Where the state is.
    let stateDirectory: String

    /// What did not happen in time.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts it on a free port. `scratch` holds output and, unless told otherwise, state. `shell` wraps the command
    /// line, which it gets as `"$@"`: `ulimit -n 64; exec "$@"`.
    init(
        in scratch: Scratch, _ arguments: [String] = [], listen: [String] = ["127.0.0.1:0"],
        stateDirectory: String? = "", environment: [String: String] = [:], shell: String? = nil
    ) throws {
        self.scratch = scratch
        let name = UUID().uuidString
        output = scratch.path + "/\(name).out"
        errors = scratch.path + "/\(name).err"
        self.stateDirectory = stateDirectory == "" ? scratch.path + "/state" : stateDirectory ?? ""
        var command = [Self.binary] + listen.flatMap { ["--listen", $0] } + arguments
        if !self.stateDirectory.isEmpty { command += ["--state-directory", self.stateDirectory] }
        if let shell { command = ["/bin/bash", "-c", shell, "bash"] + command }
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        // Its settings are this test's own: what tells the tests how long to run (`CARILLON_SOAK_SECONDS`) is no
        // setting, and refused as one.
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("CARILLON_") }.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(output)
        process.standardError = try Self.file(errors)
        process.terminationHandler = { [exited] _ in exited.signal() }
        try process.start()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// The binary: in torture mode the release build, if there is one, else the one beside the tests.
    static let binary: String = {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = tests.deletingLastPathComponent().appending(component: "carillond").path
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let release = package.appending(path: ".build/release/carillond").path
        let prefersRelease =
            Torture.isOn && FileManager.default.isExecutableFile(atPath: release)
        return prefersRelease ? release : beside
    }()

    private static func file(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw Failure(description: "cannot write \(path)")
        }
        return handle
    }

    /// Its process id.
    var pid: Int32 { process.processIdentifier }
    /// What it printed so far.
    var printed: String { (try? String(contentsOfFile: output, encoding: .utf8)) ?? "" }
    /// What it logged so far.
    var logged: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }
    /// Whether it runs.
    var isRunning: Bool { process.isRunning }

    /// Waits until it listens; its TCP port, 0 without one.
    @discardableResult
    func port() throws -> UInt16 {
        let isListening = eventually(within: 20) {
            !process.isRunning || printed.contains("listening on ") && printed.hasSuffix("\n")
        }
        guard isListening, process.isRunning else {
            throw Failure(description: "it does not listen: \(logged)")
        }
        let match = printed.firstMatch(of: /listening on http:\/\/[^\n]*:(\d+)\n/)
        return match.flatMap { UInt16($0.output.1) } ?? 0
    }

    /// A connection to it.
    func client() throws -> JSONClient { try JSONClient(port: try port()) }

    /// Sends a signal.
    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for its end; its exit status, or minus the signal.
    func status(within seconds: Double = 20) throws -> Int32 {
        guard exited.wait(timeout: .now() + seconds) == .success else {
            throw Failure(description: "it does not end: \(logged)")
        }
        exited.signal()
        return process.terminationReason == .exit
            ? process.terminationStatus : -process.terminationStatus
    }

    /// Open descriptors.
    var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd"))?.count ?? 0
    }

    /// Resident memory, KB.
    var residentKilobytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        return status.firstMatch(of: /VmRSS:\s+(\d+)/).flatMap { Int($0.output.1) } ?? 0
    }
}

/// A directory of its own for one test, gone with it.
final class Scratch {
    let path = NSTemporaryDirectory() + "carillond-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Whether this is `make torture`: much more of the same.
enum Torture {
    static let isOn = ProcessInfo.processInfo.environment["CARILLON_TORTURE"] == "1"
}
