internal import Dispatch
internal import EventCore
public import Logging
internal import Net
internal import Synchronization

/// How much is logged and in which form, changeable while the program runs: every logger made with it follows. Lines go
/// to standard error by way of a bounded buffer: a log that nobody reads holds nobody up.
public final class LogSwitch: Sendable {
    private let current: Lock<(level: Logger.Level, format: LogFormat)>
    private let repeated = Lock(RepeatedLines())
    private let queue = DispatchQueue(label: "carillon.log-sums")
    let writer: LineWriter

    /// At `level` and in `format` for now.
    public convenience init(_ level: Logger.Level, format: LogFormat = .logfmt) {
        self.init(level, format: format, writer: nil)
    }

    /// The same, to another writer than standard error.
    init(_ level: Logger.Level, format: LogFormat, writer: LineWriter?) {
        current = Lock((level, format))
        self.writer =
            writer
            ?? .standardError { count in Self.lostLine(count, format) }
    }

    /// Lines below this level are not written. Any thread.
    public var level: Logger.Level {
        get { current.withLock { $0.level } }
        set { current.withLock { $0.level = newValue } }
    }

    /// How lines are written. Any thread.
    public var format: LogFormat {
        get { current.withLock { $0.format } }
        set { current.withLock { $0.format = newValue } }
    }

    /// A logger that follows this switch.
    public func logger(label: String) -> Logger {
        Logger(label: label) { _ in SwitchedLogHandler(to: self) }
    }

    /// Waits until what was logged is written, but no longer than this.
    public func flush(withinMilliseconds milliseconds: Int = 1_000) {
        writer.flush(withinMilliseconds: milliseconds)
    }

    /// The line that tells of lost ones.
    static func lostLine(_ count: Int, _ format: LogFormat) -> [UInt8] {
        format.bytes(
            LogLine("LOG: lines lost, nobody took them lines=\(count)"), level: "warning",
            time: Clock.now().wall)
    }

    fileprivate func write(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
        var line = LogLine(message)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
            line.add(name, "\(value)")
        }
        guard level >= .warning else { return put(line, level) }
        let now = Clock.boot()
        switch repeated.withLock({ $0.take(line.words, at: now) }) {
        case .write: put(line, level)
        case .hold(first: false): return
        case .hold(first: true):
            let words = line.words
            queue.asyncAfter(
                deadline: .now() + .nanoseconds(Int(RepeatedLines.windowNanoseconds))
            ) {
                self.sumUp(words, level)
            }
        }
    }

    private func sumUp(_ words: String, _ level: Logger.Level) {
        let count = repeated.withLock { $0.sum(words) }
        guard count > 0 else { return }
        var line = LogLine(words: words)
        line.add("repeated", String(count))
        put(line, level)
    }

    private func put(_ line: LogLine, _ level: Logger.Level) {
        writer.write(format.bytes(line, level: level.rawValue, time: Clock.now().wall))
    }
}

/// What swift-log hands lines to.
private struct SwitchedLogHandler: LogHandler {
    let target: LogSwitch
    var metadata: Logger.Metadata = [:]

    init(to target: LogSwitch) { self.target = target }

    var logLevel: Logger.Level {
        get { target.level }
        set { target.level = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let more = event.metadata { all.merge(more) { _, new in new } }
        target.write(event.level, event.message.description, all)
    }
}
