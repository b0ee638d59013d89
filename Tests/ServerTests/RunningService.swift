import Foundation
import Logging
import Server
import Synchronization
import TestSupport

/// The real program in this process: on a free port, with its state in a directory of its own.
final class RunningService {
    let carillon: Carillon
    let port: UInt16
    let stateDirectory: String
    private var isRunning = true
    private let ownsDirectory: Bool
    private let ends: Ends

    /// Counts how often commands have asked for its end.
    private final class Ends: Sendable {
        let count = Mutex(0)
    }

    /// Starts one. `stateDirectory` nil makes a new one, which goes with the service; without `log` it is silent.
    init(
        stateDirectory: String? = nil, log: Logger? = nil,
        _ change: (inout Settings) -> Void = { _ in }
    ) throws {
        let directory =
            stateDirectory ?? NSTemporaryDirectory() + "carillon-" + UUID().uuidString
        var settings = Settings(stateDirectory: directory)
        settings.listen = ["127.0.0.1:0"]
        settings.drainMilliseconds = 1_000
        change(&settings)
        var silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        silent.logLevel = .critical
        let ends = Ends()
        self.ends = ends
        carillon = try Carillon(
            settings: settings, log: log ?? silent, end: { ends.count.withLock { $0 += 1 } })
        try carillon.start()
        self.stateDirectory = directory
        ownsDirectory = stateDirectory == nil
        port = UInt16(carillon.listening[0].split(separator: ":").last ?? "") ?? 0
    }

    deinit {
        stop()
        if ownsDirectory { try? FileManager.default.removeItem(atPath: stateDirectory) }
    }

    /// Stops it as SIGTERM does.
    func stop() {
        guard isRunning else { return }
        isRunning = false
        carillon.stop()
    }

    /// How often commands have asked for its end; it goes on all the same.
    var endsAskedFor: Int { ends.count.withLock { $0 } }

    /// A new connection to it.
    func client() throws -> JSONClient {
        try JSONClient(port: port)
    }
}
