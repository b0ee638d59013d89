/// What the program around the core lets its commands see and change. The server implements it; without one
/// there is nothing to see, and changes are refused.
public protocol ServiceControl: AnyObject, Sendable {
    /// What runs, in the order in which it was started. Any thread; never blocks.
    var processes: [ProcessView] { get }

    /// How much is logged, in OpenSIPS's numbers. Any thread; never blocks.
    var logLevel: LogLevel { get set }

    /// Begins to end the service, as SIGTERM does; returns at once.
    func terminate()

    /// Has a file that lines are written to rotated soon, by its name or path; returns at once. False where no file can
    /// be called so, or none is written to at all.
    func rotate(file: String) -> Bool
}

/// One thing that runs and what it is for: what OpenSIPS calls a process.
public struct ProcessView: Sendable, Equatable {
    /// Its number, from 0.
    public let id: Int
    /// The system's number for the process it runs in.
    public let pid: Int32
    /// What it is for: `attendant`, `HTTP 127.0.0.1:8080`.
    public let type: String

    /// A process.
    public init(id: Int, pid: Int32, type: String) {
        self.id = id
        self.pid = pid
        self.type = type
    }
}

/// How much is logged, as OpenSIPS numbers it: −3 alerts only, 4 everything.
public enum LogLevel: Int64, Sendable, CaseIterable {
    case alert = -3
    case critical = -2
    case error = -1
    case warning = 1
    case notice = 2
    case info = 3
    case debug = 4
}
