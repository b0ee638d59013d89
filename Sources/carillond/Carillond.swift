import ArgumentParser
import Glibc
import Logging
import Server

/// `carillond`: settings, then `Server`.
@main
struct Carillond: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carillond",
        abstract:
            "Event notification for telephony platforms: the OpenSIPS event interface as a service.",
        discussion: """
            Subscribe an application's socket to a named event, raise the event, and every subscriber is told: by UDP \
            or UNIX datagram, or by a JSON-RPC call over HTTP.

              carillonctl subscribe E_PIKE_BLOCKED udp:127.0.0.1:8888
              carillonctl raise E_PIKE_BLOCKED ip=192.0.2.7

            A setting is a flag below, a variable in the environment (CARILLON_LISTEN; commas between several values) \
            and a key in the file (listen = 127.0.0.1:8080): the first of these that has it counts. SIGHUP reads the \
            file and the script again and applies what can change at run time. SIGTERM stops within --drain-seconds, a second one at \
            once. Exit status: 0 stopped, 1 cannot start with these settings, 64 a setting cannot be read.

            The whole interface: curl http://127.0.0.1:8080/openapi.yaml
            """,
        version: "carillond \(Carillon.version)")

    @OptionGroup(title: "Instead of serving, and the file") var mode: ModeOptions
    @OptionGroup(title: "Where it listens") var listening: SettingFlags<ListeningChapter>
    @OptionGroup(title: "Who may") var access: SettingFlags<AccessChapter>
    @OptionGroup(title: "What it keeps") var keeping: SettingFlags<KeepingChapter>
    @OptionGroup(title: "What it runs") var script: SettingFlags<ScriptChapter>
    @OptionGroup(title: "Where it may send") var sending: SettingFlags<SendingChapter>
    @OptionGroup(title: "Limits and deadlines") var limits: SettingFlags<LimitsChapter>
    @OptionGroup(title: "What it logs") var logging: SettingFlags<LoggingChapter>

    static func main() {
        main(spelledOut(Array(CommandLine.arguments.dropFirst())))
    }

    /// `--check FILE` as `--check --script FILE`: an argument of its own would take every word behind a mistyped flag.
    static func spelledOut(_ arguments: [String]) -> [String] {
        guard let check = arguments.firstIndex(of: "--check"), check + 1 < arguments.count,
            !arguments[check + 1].hasPrefix("-")
        else { return arguments }
        var arguments = arguments
        arguments.insert("--script", at: check + 1)
        return arguments
    }

    func run() throws {
        if mode.printOpenapi {
            Standard.write(Contract.bytes, to: STDOUT_FILENO)
            return
        }
        // Before any other thread exists, as threads inherit what is blocked.
        SignalWatch.block()
        let effective = try effectiveSettings()
        if mode.printConfig {
            Standard.write(Array(effective.description().utf8), to: STDOUT_FILENO)
        } else if mode.check {
            Standard.complain("the settings are good")
        } else {
            try serve(effective.settings)
        }
    }

    private func serve(_ settings: Settings) throws(ExitCode) {
        let logSwitch = LogSwitch(
            settings.level ?? .notice, format: settings.format ?? .logfmt)
        defer { logSwitch.flush() }
        let log = logSwitch.logger(label: "carillond")
        let carillon: Carillon
        do throws(StartError) {
            carillon = try Carillon(
                settings: settings, log: log, logSwitch: logSwitch,
                again: { () throws(StartError) in try readSettings().settings },
                end: { kill(getpid(), SIGTERM) })
            try carillon.start()
        } catch {
            logSwitch.flush()
            Standard.complain(error)
            throw .failure
        }
        for address in carillon.listening {
            Standard.write(Array("listening on \(address)\n".utf8), to: STDOUT_FILENO)
        }
        SignalWatch.untilStopped(
            log: log, reload: { _ = carillon.reload() }, flush: { logSwitch.flush() }
        ) { carillon.stop() }
    }

    /// Flags, environment and file as they are now, each value read and checked.
    private func effectiveSettings() throws(ExitCode) -> EffectiveSettings {
        var effective: EffectiveSettings?
        do throws(StartError) {
            let read = try readSettings()
            effective = read
            try Carillon.check(read.settings)
            return read
        } catch {
            Standard.complain(error)
            throw effective == nil ? .validationFailure : .failure
        }
    }

    private func readSettings() throws(StartError) -> EffectiveSettings {
        var flags: [String: [String]] = [:]
        for part in [
            listening.given, access.given, keeping.given, script.given, sending.given,
            limits.given, logging.given,
        ] {
            flags.merge(part) { _, new in new }
        }
        let environment = Carillon.environment()
        return try EffectiveSettings(
            flags: flags, environment: environment,
            file: mode.config ?? environment["CARILLON_CONFIG"])
    }
}

/// What else it can do, and where the file is.
struct ModeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read settings from this file: lines of 'key = value', # begins a comment. Also CARILLON_CONFIG.",
            valueName: "path"),
        completion: .file())
    var config: String?

    @Flag(
        help:
            "Check the settings and the script, say what is wrong with them, and exit. --check FILE is --check --script FILE."
    )
    var check = false

    @Flag(help: "Print the settings in force, each with where it comes from, as a file; and exit.")
    var printConfig = false

    @Flag(name: .customLong("print-openapi"), help: "Print openapi.yaml and exit.")
    var printOpenapi = false
}

/// The process's standard streams and environment.
enum Standard {
    /// Writes all of it, blocking; what cannot be written is given up.
    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// What is wrong, on standard error: a line each, or a script's errors as they are.
    static func complain(_ error: StartError) {
        if error.isListing {
            write(Array((error.description + "\n").utf8), to: STDERR_FILENO)
        } else {
            for line in error.description.split(separator: "\n") { complain(line) }
        }
    }

    /// One line on standard error.
    static func complain(_ message: some StringProtocol) {
        write(Array("carillond: \(message)\n".utf8), to: STDERR_FILENO)
    }
}
