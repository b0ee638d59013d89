public import ArgumentParser
import Glibc
public import Logging
import Server

/// `carillond`: flags, then `Server`.
@main
struct Carillond: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carillond",
        abstract:
            "Event notification for telephony platforms: the OpenSIPS event interface as a service.",
        discussion: """
            Subscribe an application's socket to a named event, raise the event, and every subscriber is told: by UDP \
            or UNIX datagram, or by a JSON-RPC call over HTTP.

              curl -d '{"event":"E_PIKE_BLOCKED","socket":"udp:127.0.0.1:8888"}' \\
                -H 'Content-Type: application/json' http://127.0.0.1:8080/subscriptions

            The whole interface: curl http://127.0.0.1:8080/openapi.yaml
            """,
        version: "carillond \(Carillon.version)")

    @OptionGroup(title: "Where it listens") var listening: ListeningOptions
    @OptionGroup(title: "What it keeps") var keeping: StateOptions
    @OptionGroup(title: "Where it may send") var sending: TargetOptions
    @OptionGroup(title: "Limits and deadlines") var limits: LimitOptions

    @Option(help: "How much is logged to standard error.")
    var logLevel = Logger.Level.notice

    func run() throws {
        SignalWatch.block()
        var log = Logger(label: "carillond") { StreamLogHandler.standardError(label: $0) }
        log.logLevel = logLevel
        // A `StartError` ends the process with its sentence and status 1; a bad flag is status 64 and the usage.
        let carillon = try Carillon(settings: try settings(), log: log)
        try carillon.start()
        for address in carillon.listening {
            print("listening on \(address)")
        }
        // Whoever started us may read this through a pipe.
        fflush(nil)
        SignalWatch.untilStopped(log: log) { carillon.stop() }
    }

    /// The settings that the flags make.
    private func settings() throws(StartError) -> Settings {
        var settings = Settings(stateDirectory: try keeping.directory())
        listening.apply(to: &settings)
        keeping.apply(to: &settings)
        sending.apply(to: &settings)
        limits.apply(to: &settings)
        return settings
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
