import EventCore
import Foundation
import Logging
import Synchronization
import TestSupport
import WireFormats

@testable import Server

/// A directory with a file of tokens, for services that want to know who calls.
final class AccessFiles {
    let directory: PrivateDirectory
    var tokens: String { directory.path + "/tokens" }
    private var lines = ""

    init() throws {
        directory = try PrivateDirectory()
        write("tokens", "")
    }

    /// With the tokens `ops`, an admin, and `board`, which may read.
    static func withOpsAndBoard() throws -> AccessFiles {
        let files = try AccessFiles()
        try files.add("ops", "admin")
        try files.add("board", "read")
        return files
    }

    /// A service that takes these tokens.
    func service(_ change: (inout Settings) -> Void = { _ in }) throws -> RunningService {
        try RunningService { settings in
            settings.tokensFile = tokens
            change(&settings)
        }
    }

    /// Adds a token: its name is also the token's own text, so that a test can say it.
    func add(_ name: String, _ grants: String...) throws {
        let entry = try TokenEntry(
            name: name, digest: SHA256(of: "token-of-" + name),
            grants: grants.map { try NetworkGrant(parsing: $0[...]) })
        lines += String(decoding: entry.line, as: UTF8.self)
        write("tokens", lines)
    }

    /// Takes every token away.
    func clear() {
        lines = ""
        write("tokens", "")
    }

    /// Writes a file of mode 0600.
    @discardableResult
    func write(_ name: String, _ text: String, mode: Int = 0o600) -> String {
        let path = directory.path + "/" + name
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
        return path
    }
}

/// The field that shows a token.
func bearer(_ name: String) -> [String: String] { ["Authorization": "Bearer token-of-" + name] }

/// The field that shows a name and a password.
func basic(_ user: String, _ password: String) -> [String: String] {
    ["Authorization": "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()]
}

/// Keeps the lines of a log.
final class LineRecorder: Sendable {
    private let all = Lock<[String]>([])

    var lines: [String] { all.withLock { $0 } }

    /// A log that is kept here.
    var log: Logger {
        var log = Logger(label: "test") { _ in Handler(recorder: self) }
        log.logLevel = .notice
        return log
    }

    private struct Handler: LogHandler {
        let recorder: LineRecorder
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.notice

        init(recorder: LineRecorder) { self.recorder = recorder }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.all.withLock { $0.append("\(event.message)") }
        }
    }
}
