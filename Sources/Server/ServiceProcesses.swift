internal import Dispatch
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
    private let reloader = Lock<Reloader?>(nil)
    private let queue = DispatchQueue(label: "carillon.reload")

    /// Reloads; nil where the service is gone.
    typealias Reloader = @Sendable () -> Result<ReloadReport, StartError>?

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

    /// Says how to reload.
    func attach(reload: @escaping Reloader) { reloader.withLock { $0 = reload } }

    func reload(_ done: @escaping @Sendable (Result<ReloadView, ReloadFailure>) -> Void) {
        // On a queue of its own: reading files may block.
        queue.async {
            switch self.reloader.withLock({ $0 })?() {
            case .success(let report)?:
                done(
                    .success(
                        ReloadView(
                            applied: report.applied, needsRestart: report.needsRestart)))
            case .failure(let error)?: done(.failure(ReloadFailure(error.description)))
            case nil: done(.failure(ReloadFailure("The service is starting or stopping.")))
            }
        }
    }
}
