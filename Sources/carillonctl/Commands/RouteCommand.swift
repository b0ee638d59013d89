import ArgumentParser

/// `carillonctl route`
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "The routes of the service's script; and trying out scripts, without a service.",
        subcommands: [RouteList.self, RouteRun.self, RouteTest.self],
        defaultSubcommand: RouteList.self)
}
