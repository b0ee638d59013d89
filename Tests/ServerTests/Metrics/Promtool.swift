import Foundation

/// Prometheus's own tool: what it accepts, Prometheus accepts.
enum Promtool {
    private static let path = "/usr/bin/promtool"

    /// Whether it is installed: `make test` sees to it.
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs it with `input`; its exit status, and what it wrote.
    static func run(_ arguments: [String], input: String = "") throws -> (
        status: Int32, text: String
    ) {
        let process = Process()
        let (standardInput, output) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = output
        try process.run()
        standardInput.fileHandleForWriting.write(Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
