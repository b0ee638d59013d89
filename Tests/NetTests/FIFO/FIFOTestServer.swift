import EventCore
import Net
import Synchronization
import TestSupport
import WireFormats

/// A real command FIFO in a directory of its own, whose handler answers with what it was told, or later.
final class FIFOTestServer {
    final class Handler: FIFOHandler {
        struct State {
            var commands: [String] = []
            var notices: [FIFONotice] = []
            var waiting: [@Sendable ([UInt8]) -> Void] = []
        }

        let state = Lock(State())

        func answer(
            _ command: FIFOCommand, at now: Moment, later: @escaping @Sendable ([UInt8]) -> Void
        ) -> [UInt8]? {
            let text =
                switch command {
                case .json(let bytes): String(decoding: bytes, as: UTF8.self)
                case .lines(let lines): ([lines.name] + lines.parameters).joined(separator: "|")
                case .malformed(let name): "malformed " + name
                }
            state.withLock { $0.commands.append(text) }
            if text.hasPrefix("big") {
                return [UInt8](repeating: UInt8(ascii: "b"), count: 1_000_000)
            }
            if text.hasPrefix("silent") { return [] }
            guard text.hasPrefix("later") else { return Array("<\(text)>".utf8) }
            state.withLock { $0.waiting.append(later) }
            return nil
        }

        func note(_ notice: FIFONotice) {
            state.withLock { $0.notices.append(notice) }
        }

        var commands: [String] { state.withLock { $0.commands } }
        var notices: [FIFONotice] { state.withLock { $0.notices } }

        /// Gives the oldest answer that was put off.
        func release(_ text: String) {
            let later = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
            later?(Array(text.utf8))
        }
    }

    let directory: PrivateDirectory
    let path: String
    let handler = Handler()
    let server: FIFOServer

    init(_ change: (inout FIFOConfiguration) -> Void = { _ in }) throws {
        directory = try PrivateDirectory()
        path = directory.path + "/mi.fifo"
        var configuration = FIFOConfiguration(path: path, replyDirectory: directory.path)
        configuration.checkMilliseconds = 20
        change(&configuration)
        server = try FIFOServer(configuration: configuration, handler: handler)
        server.start()
    }

    deinit { server.stop(graceMilliseconds: 0) }

    func reader(_ name: String = "r") throws -> ReplyReader {
        try ReplyReader(directory.path + "/" + name)
    }

    /// Waits until so many commands have come.
    func hasCommands(_ count: Int) -> Bool { eventually { handler.commands.count >= count } }

    /// Waits for a notice.
    func notes(_ notice: FIFONotice) -> Bool { eventually { handler.notices.contains(notice) } }
}
