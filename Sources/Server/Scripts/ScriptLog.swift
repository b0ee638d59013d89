internal import EventCore
internal import Logging
internal import RouteScript
internal import Synchronization

/// The log as scripts write it, in bounds: so many lines a second, and of each error of a run one line, then one for
/// each tenfold of it.
final class ScriptLog: Sendable {
    private let log: Logger
    private let clock: @Sendable () -> Moment
    private let budget = LineBudget(linesMax: ScriptLog.linesMax)
    private let errors = Lock<[Failure: Int]>([:])

    private struct Failure: Hashable {
        let position: SourcePosition
        let kind: RunError.Kind
    }

    /// Most lines of scripts in a second; those beyond are counted.
    static let linesMax = 1_000
    /// Most bytes of one line (OpenSIPS: xlog's buf_size, 4096).
    static let lineBytesMax = 4_096
    /// Most errors that are told apart; the table then begins anew.
    static let errorsMax = 1_000

    init(_ log: Logger, clock: @escaping @Sendable () -> Moment) {
        self.log = log
        self.clock = clock
    }

    /// A line of a script.
    func write(_ level: ScriptLogLevel, _ line: String) {
        let level = Self.level(level)
        guard log.logLevel <= level else { return }
        budget.spend(at: clock()) { kept in
            if kept > 0 { log.warning("SCRIPT: lines not written lines=\(kept)") }
            let text = LogText.escaped(line, bytesMax: Self.lineBytesMax)
            log.log(level: level, "SCRIPT: \(text)")
        }
    }

    /// A run that was ended by a limit or an error.
    func aborted(_ route: Route, _ error: RunError) {
        let times = errors.withLock { errors in
            if errors.count >= Self.errorsMax { errors = [:] }
            errors[Failure(position: error.position, kind: error.kind), default: 0] += 1
            return errors[Failure(position: error.position, kind: error.kind)] ?? 1
        }
        guard Self.isPowerOfTen(times) else { return }
        log.error(
            "ROUTE(\(route.label)): aborted reason=\(error.kind.rawValue) times=\(times): \(LogText.escaped(error.description))"
        )
    }

    /// Anything else about the script that operators should know.
    func warning(_ message: String) { log.warning("SCRIPT: \(message)") }

    /// Counts of errors begin anew: another script is in force.
    func forget() { errors.withLock { $0 = [:] } }

    private static func isPowerOfTen(_ number: Int) -> Bool {
        var rest = number
        while rest >= 10, rest % 10 == 0 { rest /= 10 }
        return rest == 1
    }

    private static func level(_ level: ScriptLogLevel) -> Logger.Level {
        switch level {
        case .alert, .critical: .critical
        case .error: .error
        case .warning: .warning
        case .notice: .notice
        case .info: .info
        case .debug: .debug
        }
    }
}

extension Route {
    /// As it stands in the script: `event_route[E_X]`, `route`.
    var label: String { name.map { "\(kind.rawValue)[\($0)]" } ?? kind.rawValue }
}
