import ArgumentParser

/// `carillonctl route`
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Try out scripts, without a service.",
        subcommands: [RouteTest.self])
}
