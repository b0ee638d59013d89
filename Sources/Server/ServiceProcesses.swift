internal import EventCore
internal import Logging
internal import Net
internal import Synchronization

/// The service as its commands see it: what runs, how much is logged, how it ends.
final class ServiceProcesses: ServiceControl {
    private let logSwitch: LogSwitch
    private let end: @Sendable () -> Void
    private let rotate: @Sendable (String) -> Bool
    private let types = Lock<[String]>([])

    init(
        logSwitch: LogSwitch, rotate: @escaping @Sendable (String) -> Bool,
        end: @escaping @Sendable () -> Void
    ) {
        self.logSwitch = logSwitch
        self.rotate = rotate
        self.end = end
    }

    /// Says what runs, in the order of their numbers.
    func list(_ types: [String]) {
        self.types.withLock { $0 = types }
    }

    /// All of them run in one process: OpenSIPS has one for each.
    var processes: [ProcessView] {
        types.withLock { $0 }.enumerated().map {
            ProcessView(id: $0, pid: ThisProcess.id, type: $1)
        }
    }

    var logLevel: LogLevel {
        get {
            switch logSwitch.level {
            case .trace, .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
        }
        set {
            logSwitch.level =
                switch newValue {
                case .debug: .debug
                case .info: .info
                case .notice: .notice
                case .warning: .warning
                case .error: .error
                case .critical, .alert: .critical
                }
        }
    }

    func terminate() {
        end()
    }

    func rotate(file: String) -> Bool { rotate(file) }
}
