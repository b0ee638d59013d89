import ArgumentParser

/// The root of the command line: one subcommand a file.
struct Carillonctl: ParsableCommand {
    /// The same as the daemon's: both are built from one tree.
    static let versionNumber = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "carillonctl",
        abstract: "The command-line companion of carillond: subscribe, raise, watch, check.",
        discussion: """
              carillonctl listen E_PIKE_BLOCKED
              carillonctl raise E_PIKE_BLOCKED ip=192.0.2.7      (in another terminal)
              carillonctl subscribers --event E_PIKE_BLOCKED

            Data goes to standard output, everything else to standard error. The service is the one at --url or \
            CARILLON_URL; a token in CARILLON_TOKEN says who you are.

            \(ExitStatus.help)
            """,
        version: "carillonctl \(versionNumber)",
        groupedSubcommands: [
            CommandGroup(
                name: "Subscriptions",
                subcommands: [
                    Subscribe.self, Unsubscribe.self, Subscribers.self, Show.self,
                    TestSubscription.self, Doctor.self,
                ]),
            CommandGroup(name: "Events", subcommands: [Events.self, Raise.self, Listen.self]),
            CommandGroup(
                name: "What happened",
                subcommands: [Tail.self, Occurrences.self, ShowOccurrence.self]),
            CommandGroup(name: "Management interface", subcommands: [MI.self, FIFO.self]),
            CommandGroup(name: "Scripts", subcommands: [RouteCommand.self, Reload.self]),
            CommandGroup(
                name: "Service", subcommands: [Status.self, Check.self, Bench.self, Token.self]),
        ])

    /// Here too, so that `carillonctl --url … events` is understood.
    @OptionGroup var connection: ConnectionOptions
}
