internal import Synchronization

/// Shows how much is logged, or changes it. Errors: `invalidParameter`, `serviceUnavailable`.
public struct LogLevelCommand: Sendable {
    /// The level to log at from now on, in OpenSIPS's numbers; nil only shows it.
    public var level: Int64?

    /// A command.
    public init(level: Int64? = nil) {
        self.level = level
    }

    func run(on interface: EventInterface) throws(CommandError) -> CommandReply {
        let service = try interface.requireService()
        guard let level else {
            return .logLevel(service.logLevel, processes: service.processes)
        }
        // OpenSIPS: what is beyond an end of its range is that end; it has no level 0.
        guard level != 0 else {
            throw CommandError(
                .invalidParameter, "Expected a level from -3 to 4 other than 0.",
                parameter: "level", fault: .outOfRange)
        }
        let chosen = LogLevel(rawValue: min(max(level, -3), 4)) ?? .notice
        service.logLevel = chosen
        return .logLevelSet(chosen)
    }
}

/// Has a file of the transport flatstore rotated, or opened anew where somebody has renamed it. Answers `.rotating`:
/// it is done soon. Errors: `invalidParameter`, `serviceUnavailable`.
public struct RotateCommand: Sendable {
    /// The file's name, or its path.
    public var file: String

    /// A command.
    public init(file: String) {
        self.file = file
    }

    func run(on interface: EventInterface) throws(CommandError) -> CommandReply {
        guard try interface.requireService().rotate(file: file) else {
            throw CommandError(
                .invalidParameter, "Expected a file that flatstore sockets can name.",
                parameter: "path_to_file", fault: .badFormat)
        }
        return .rotating
    }
}

extension EventInterface {
    /// Hands over the program around the core; once, before the surfaces open.
    public func attach(service: any ServiceControl) {
        core.withLock { $0.service = service }
    }

    /// The program around the core. Throws `serviceUnavailable` where there is none.
    func requireService() throws(CommandError) -> any ServiceControl {
        guard let service = core.withLock({ $0.service }) else {
            throw CommandError(.serviceUnavailable, "There is no service around this core.")
        }
        return service
    }

    func processes() throws(CommandError) -> CommandReply {
        .processes(try requireService().processes)
    }

    func terminate() throws(CommandError) -> CommandReply {
        try requireService().terminate()
        return .terminating
    }

    func reload(_ continuation: () -> CommandContinuation) throws(CommandError) -> CommandOutcome {
        let service = try requireService()
        let answer = continuation()
        service.reload { result in
            switch result {
            case .success(let view): answer(.success(.reloaded(view)))
            case .failure(let failure):
                answer(.failure(CommandError(.reloadFailed, failure.message)))
            }
        }
        return .awaiting
    }
}
