import ArgumentParser
import Glibc
import WireFormats

/// The program: reads the command line, runs the command, turns what went wrong into words and an exit status.
@main
enum Program {
    static func main() {
        // A reader that went away is an error of `write`: see `Output`.
        signal(SIGPIPE, SIG_IGN)
        exit(run(Array(CommandLine.arguments.dropFirst())))
    }

    private static func run(_ arguments: [String]) -> Int32 {
        do {
            var command = try Carillonctl.parseAsRoot(arguments)
            try command.run()
        } catch let failure as Failure {
            Output.complain(failure.description)
            return failure.status.rawValue
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return parsed(error, arguments)
        }
        return Output.shared.isBroken ? ExitStatus.failed.rawValue : ExitStatus.done.rawValue
    }

    /// The first word that is neither an option nor the value of one of the root's, which all have one.
    private static func command(of arguments: [String]) -> String? {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else { return word }
            if !word.contains("=") { rest = rest.dropFirst() }
        }
        return nil
    }

    /// What ArgumentParser says: help and the like are data, the rest is a usage error.
    private static func parsed(_ error: any Error, _ arguments: [String]) -> Int32 {
        let text = Carillonctl.fullMessage(for: error)
        if Carillonctl.exitCode(for: error).isSuccess {
            Output.shared.line(text)
            return ExitStatus.done.rawValue
        }
        let command = command(of: arguments)
        if let command, let unknown = unknown(command) {
            Output.complain(unknown)
        } else {
            Output.talk(text)
        }
        // Monitoring plugins: 2 is CRITICAL, a wrong command line is UNKNOWN.
        return command == Check._commandName
            ? MonitoringState.unknown.rawValue : ExitStatus.usage.rawValue
    }

    /// What is wrong with a command that there is none of, where ArgumentParser only sees an argument too many; nil for
    /// one that there is.
    private static func unknown(_ command: String) -> String? {
        let commands = Carillonctl.configuration.groupedSubcommands.flatMap(\.subcommands)
        let names = commands.flatMap { [$0._commandName] + $0.configuration.aliases } + ["help"]
        guard !names.contains(command) else { return nil }
        return "No command is called '\(Printable.text(command))'."
            + NearestName.hint(command, among: names) + "\n'carillonctl help' lists them."
    }
}
