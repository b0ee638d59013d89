internal import EventCore
internal import Logging
internal import Net
internal import RouteScript
internal import Transports

/// What the settings say about the script.
extension Carillon {
    /// The environment of this process.
    public static func environment() -> [String: String] { ThisProcess.environment() }

    /// The script, read and checked; an empty one where there is none. Throws all that is wrong with it.
    static func script(_ settings: Settings) throws(StartError) -> ScriptFile {
        if let file = settings.scriptFile { return file }
        guard let path = settings.script else { return .empty }
        return try ScriptFile.read(path).file
    }

    /// The engine that runs it.
    static func engine(
        _ interface: EventInterface, _ log: Logger, _ transport: RouteTransport,
        _ effects: ScriptEffects
    ) -> ScriptEngine {
        let memory = ScriptMemory()
        let world = RunHost.World(
            interface: interface, memory: memory, log: ScriptLog(log, clock: Clock.now),
            environment: ThisProcess.environment(), clock: Clock.now)
        let engine = ScriptEngine(world, transport: transport, effects: effects.begin)
        interface.addStatistics { [weak engine] in
            (engine?.statistics ?? []) + memory.statistics
        }
        return engine
    }

    /// What makes a script's calls over HTTP.
    static func caller(
        _ settings: Settings, policy: TargetPolicy
    ) throws(StartError) -> HTTPCaller {
        var calls = HTTPCaller.Settings()
        calls.userAgent = "Carillon/\(version)"
        calls.certificateAuthorityFile = settings.certificateAuthorityFile
        do throws(SystemError) {
            return try HTTPCaller(settings: calls, policy: policy)
        } catch {
            throw StartError("A script's calls over HTTP cannot be made: \(error)")
        }
    }

    /// Puts a script in force, or throws why that cannot be and leaves the one before.
    func put(_ file: ScriptFile, inForce path: String?) throws(StartError) {
        do throws(CommandError) {
            try scripts.load(file.script, statistics: file.statistics)
        } catch {
            throw StartError("--script \(path ?? ""): \(error.message)")
        }
        guard let path else { return }
        for warning in file.warnings { log.warning("SCRIPT(\(path)): \(warning)") }
        log.notice(
            "SCRIPT(\(path)): in force routes=\(file.script.routes.count) events=\(file.script.eventNames.count)"
        )
    }
}
