import Foundation
import Server
import TestSupport

/// A running service with a script in a file of its own.
final class ScriptService {
    let service: RunningService
    let client: JSONClient
    private let directory: PrivateDirectory
    private let path: String

    /// Starts one with `script`, in which `PORT` stands for that of `receiver`.
    init(
        _ script: String, receiver: DatagramReceiver? = nil,
        _ change: (inout Settings) -> Void = { _ in }
    ) throws {
        directory = try PrivateDirectory()
        path = directory.path + "/test.cfg"
        let text = script.replacingOccurrences(of: "PORT", with: "\(receiver?.port ?? 9)")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let path = path
        service = try RunningService { settings in
            settings.script = path
            change(&settings)
        }
        client = try service.client()
    }

    /// Writes another script and reloads. Whether it was taken.
    func reload(_ script: String) throws -> Bool {
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        if case .success = service.carillon.reload() { return true }
        return false
    }

    /// Runs a route; `body` is JSON text.
    func run(_ name: String, _ body: String = "{}") throws -> JSONClient.Response {
        try client.send("POST", "/routes/\(name)/run", body)
    }

    /// What a route logged.
    func logged(_ name: String, _ body: String = "{}") throws -> [String] {
        let lines = try run(name, body).json["logged"] as? [[String: Any]] ?? []
        return lines.compactMap { $0["text"] as? String }
    }

    /// The subscription of a socket.
    func subscription(_ event: String, _ socket: String) throws -> [String: Any]? {
        try client.subscribers("?event=\(event)").first { $0["socket"] as? String == socket }
    }
}
