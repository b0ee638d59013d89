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

    /// Reads settings and script again, as SIGHUP does, and tells `done` once, on any thread, what came of it: what
    /// waits for a restart, or all that is wrong, one a line; then everything stayed as it was. Returns at once.
    func reload(_ done: @escaping @Sendable (Result<ReloadView, ReloadFailure>) -> Void)
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

/// What a reload did.
public struct ReloadView: Sendable, Equatable {
    /// Settings with a new value that is in force.
    public let applied: [String]
    /// Settings with a new value that waits for a restart.
    public let needsRestart: [String]

    /// What it did.
    public init(applied: [String], needsRestart: [String]) {
        self.applied = applied
        self.needsRestart = needsRestart
    }
}

/// Why a reload changed nothing.
public struct ReloadFailure: Error, Sendable {
    /// All that is wrong, one a line; a script's errors with their source lines.
    public let message: String

    /// A failure.
    public init(_ message: String) { self.message = message }
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
