import ArgumentParser
import WireFormats

/// `carillonctl doctor`
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Test every subscription: who can be reached, who not, and why.",
        discussion: """
            Each subscriber is sent one marked message, one after the other; see `carillonctl help test`. Exit status 1 where \
            a test failed.
            """)

    @Option(
        help: "Only the subscriptions of this event.", completion: EventNames.completion)
    var event: String?

    @Flag(help: "Only those with something wrong.")
    var wrong = false

    @OptionGroup var time: TestTime
    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let service = try connection.service()
        let table = Table(
            [
                .init(title: "ID", isRight: true), .init(title: "EVENT", cut: .atEnd),
                .init(title: "SOCKET", cut: .inside), .init(title: "VERDICT"),
                .init(title: "MESSAGE", cut: .atEnd, isLeftOutBelow: 12),
            ], width: Output.shared.width)
        var printer = ListPrinter(table: table, row: Self.cells, wantsJSON: output.wantsJSON)
        var failed = 0
        try service.list(
            "/subscribers", member: "subscribers", query: event.map { [("event", $0)] } ?? []
        ) { page throws(Failure) in
            for subscription in page {
                guard let result = try Self.test(subscription, by: service, within: time) else {
                    continue
                }
                if TestResult.hasFailed(result) { failed += 1 }
                if wrong, result["verdict"]?.stringValue == "ok" { continue }
                guard printer.add([result]) else { return false }
            }
            return true
        }
        printer.finish(ifNone: wrong ? "Nothing is wrong." : "No subscriptions.")
        if failed > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    /// Nil where it has ended meanwhile.
    private static func test(
        _ subscription: JSON, by service: Service, within time: TestTime
    ) throws(Failure) -> JSON? {
        do throws(Failure) {
            return try service.test(subscription["id"]?.stringValue ?? "", within: time)
        } catch {
            if error.status == .notFound { return nil }
            throw error
        }
    }

    private static func cells(_ result: JSON) -> [String] {
        ["subscription", "event", "socket", "verdict", "message"].map {
            result[$0]?.stringValue ?? ""
        }
    }
}
