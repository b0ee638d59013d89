import ArgumentParser
import WireFormats

/// `carillonctl test ID`
struct TestSubscription: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract:
            "Send one marked message to a subscriber, and say what came of it and what helps.",
        discussion: """
            The message has the subscription's event and the one param carillon_test. It goes beside the subscription's \
            queue; its counts stay as they are. Exit status 1 where the test failed. All subscriptions: carillonctl doctor.
            """)

    @Argument(help: ArgumentHelp("The subscription's id.", valueName: "id"))
    var id: String

    @OptionGroup var time: TestTime
    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let result = try connection.service().test(id, within: time)
        if output.wantsJSON {
            Output.shared.json(result)
        } else {
            print(result)
        }
        if TestResult.hasFailed(result) { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func print(_ result: JSON) {
        var facts = ["subscription", "event", "socket", "verdict", "code", "message", "remedy"]
            .compactMap { name in result[name]?.stringValue.map { (name: name, value: $0) } }
        if let attempt = result["attempt"] { facts.append(("attempt", AttemptText.line(attempt))) }
        Facts.print(facts)
        for member in result.entries("tests") {
            let output = Output.shared
            let verdict = member["verdict"]?.stringValue ?? ""
            let line = verdict + "  " + (member["socket"]?.stringValue ?? "")
            output.line("")
            output.line(output.styled(Printable.text(line), .bold))
            for text in [member["message"]?.stringValue, member["remedy"]?.stringValue] {
                if let text { output.line("  " + Printable.text(text)) }
            }
        }
    }
}

/// How long a test may take.
struct TestTime: ParsableArguments {
    @Option(help: ArgumentHelp("How long a test may take, 0.1 to 10.", valueName: "seconds"))
    var within = 5.0

    func validate() throws {
        guard within.isFinite, (0.1...10).contains(within) else {
            throw ValidationError("--within \(within): expected seconds from 0.1 to 10.")
        }
    }
}

/// What a test of a subscriber found.
enum TestResult {
    /// Whether deliveries do not arrive.
    static func hasFailed(_ result: JSON) -> Bool { result["verdict"]?.stringValue == "failed" }
}

extension Service {
    /// Has the service test a subscription.
    func test(_ id: String, within time: TestTime) throws(Failure) -> JSON {
        let milliseconds = Int(time.within * 1_000)
        let path = "/subscriptions/" + ServiceURL.escaped(id) + "/test?timeout=\(milliseconds)ms"
        return try send("POST", path).body
    }
}
