import ArgumentParser

/// `carillonctl`: the command-line companion. Its commands come with the management doors; until then it knows
/// its version, and curl does the rest.
@main
struct Carillonctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "carillonctl",
        abstract: "The command-line companion of carillond.",
        version: "carillonctl 0.1.0")
}
