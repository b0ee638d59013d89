internal import EventCore
public import Logging
internal import Synchronization

/// How much is logged, changeable while the program runs: every logger made with it follows.
public final class LogSwitch: Sendable {
    private let current: Lock<Logger.Level>

    /// At `level` for now.
    public init(_ level: Logger.Level) {
        current = Lock(level)
    }

    /// Lines below this level are not written. Any thread.
    public var level: Logger.Level {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    /// A logger to standard error that follows this switch.
    public func logger(label: String) -> Logger {
        Logger(label: label) { label in
            SwitchedLogHandler(inner: StreamLogHandler.standardError(label: label), level: self)
        }
    }
}

/// Another handler, at the level of a switch that all its copies share.
private struct SwitchedLogHandler: LogHandler {
    var inner: StreamLogHandler
    let level: LogSwitch

    var logLevel: Logger.Level {
        get { level.level }
        set { level.level = newValue }
    }

    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        inner.log(event: event)
    }
}
