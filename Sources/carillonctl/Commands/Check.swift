import ArgumentParser
import WireFormats

/// What a monitoring plugin says (Monitoring Plugins Development Guidelines, "Plugin Return Codes").
enum MonitoringState: Int32 {
    case ok = 0
    case warning = 1
    case critical = 2
    case unknown = 3
}

/// `carillonctl check`
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the service, as a plugin of Nagios, Icinga and the like.",
        discussion: """
            One line with the state and figures for graphs. Exit status: 0 ok; 1 warning; 2 critical: not reachable, \
            not ready, or beyond a critical threshold; 3 unknown: the command line is wrong, or it is no Carillon.

              carillonctl check --warning-pending 1000 --critical-pending 10000
            """)

    @Option(help: ArgumentHelp("Warn above so many deliveries that wait.", valueName: "n"))
    var warningPending: Int64?

    @Option(help: ArgumentHelp("Critical above so many deliveries that wait.", valueName: "n"))
    var criticalPending: Int64?

    @Option(help: ArgumentHelp("Warn when answering takes longer.", valueName: "milliseconds"))
    var warningTime: Double?

    @Option(help: ArgumentHelp("Critical when answering takes longer.", valueName: "milliseconds"))
    var criticalTime: Double?

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let (state, sentence, report) = judged()
        if output.wantsJSON {
            var members: [(String, JSON)] = [
                ("state", .string("\(state)")), ("detail", .string(sentence)),
            ]
            if let report { members.append(("status", report.json)) }
            Output.shared.json(.object(members))
        } else {
            let figures = report.map { " | " + self.figures($0) } ?? ""
            // The line is read by machines that split at `|`.
            let text = Printable.text(sentence.replacing("\n", with: " ").replacing("|", with: "/"))
            Output.shared.line("CARILLON \("\(state)".uppercased()) - \(text)\(figures)")
        }
        throw ExitCode(state.rawValue)
    }

    private func judged() -> (MonitoringState, String, StatusReport?) {
        do throws(Failure) {
            let report = try StatusReport(asking: try connection.service())
            let (state, sentence) = judge(report)
            return (state, sentence, report)
        } catch {
            return (error.status == .unreachable ? .critical : .unknown, error.message, nil)
        }
    }

    private func judge(_ report: StatusReport) -> (MonitoringState, String) {
        guard report.isReady else { return (.critical, report.readiness) }
        let pending = report.value("evi:pending")
        let time = "answered in \(Decimal.text(report.milliseconds, digits: 1)) ms"
        let waiting = "\(pending) \(pending == 1 ? "delivery waits" : "deliveries wait")"
        if let limit = criticalPending, pending > limit { return (.critical, waiting) }
        if let limit = criticalTime, report.milliseconds > limit { return (.critical, time) }
        if let limit = warningPending, pending > limit { return (.warning, waiting) }
        if let limit = warningTime, report.milliseconds > limit { return (.warning, time) }
        let subscriptions = report.value("evi:subscriptions")
        return (
            .ok,
            "\(subscriptions) subscription\(subscriptions == 1 ? "" : "s"), \(waiting), \(time)"
        )
    }

    /// Performance data: `label=value[unit];warn;crit;min`; counters that only grow have the unit `c`.
    private func figures(_ report: StatusReport) -> String {
        func limit(_ number: (some CustomStringConvertible)?) -> String {
            number.map { "\($0)" } ?? ""
        }
        var figures = [
            "time=\(Decimal.text(report.milliseconds, digits: 1))ms;\(limit(warningTime));\(limit(criticalTime));0",
            "subscriptions=\(report.value("evi:subscriptions"));;;0",
            "pending=\(report.value("evi:pending"));\(limit(warningPending));\(limit(criticalPending));0",
        ]
        for name in ["raised", "delivered", "failed", "dropped"] {
            figures.append("\(name)=\(report.value("evi:" + name))c")
        }
        return figures.joined(separator: " ")
    }
}
