import ArgumentParser
import Net
import WireFormats

/// `carillonctl status`
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how the service is: its parts, version, uptime, subscriptions, deliveries.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let report = try StatusReport(asking: try connection.service())
        if output.wantsJSON {
            Output.shared.json(report.json)
        } else {
            Facts.print(report.facts)
        }
        if !report.isReady {
            throw Failure(.failed, "The service is not ready: \(report.readiness)")
        }
    }
}

/// What the service says about itself.
struct StatusReport {
    let url: String
    /// Whether it may be sent work.
    let isReady: Bool
    /// `ready`, or why not.
    let readiness: String
    let version: String
    let uptime: String
    /// What `GET /status` says: how it is, and each of its parts.
    let state: String
    let parts: [Part]
    /// `group:name` and number, in the service's order.
    let statistics: [(name: String, value: Int64)]
    /// From the first request to the last answer.
    let milliseconds: Double

    /// A part of the service.
    struct Part {
        let name: String
        let state: String
        let since: String
        let reason: String?

        /// `ok`, or what is the matter and since when.
        var words: String {
            state == "ok" ? state : "\(state) since \(since)" + (reason.map { ": " + $0 } ?? "")
        }
    }

    /// Asks four things; fails as any request does, but not for a service that says it is not ready.
    init(asking service: Service) throws(Failure) {
        let start = Clock.boot()
        url = service.client.settings.url.text
        let ready = try service.client.send("GET", "/readyz")
        isReady = ready.status == 200
        readiness =
            isReady
            ? "ready"
            : (try? JSON(parsing: ready.body.span))?["detail"]?.stringValue ?? "\(ready.status)"
        guard isReady || ready.status == 503 else { throw service.strange("/readyz") }
        let status = try service.send("GET", "/status").body
        state = status["state"]?.stringValue ?? "unknown"
        var elements: [JSON] = []
        if case .array(let found)? = status["parts"] { elements = found }
        parts = elements.map { part in
            Part(
                name: part["name"]?.stringValue ?? "", state: part["state"]?.stringValue ?? "",
                since: part["since"]?.stringValue ?? "", reason: part["reason"]?.stringValue)
        }
        let calls: [(String, JSON?)] = [
            ("version", nil), ("uptime", nil), ("get_statistics", ["all"]),
        ]
        let requests = calls.enumerated().map { ManagementCall.request($1.0, $1.1, id: Int64($0)) }
        guard case .array(let answers) = try service.send("POST", "/mi", .array(requests)).body,
            answers.count == calls.count
        else { throw service.strange("/mi") }
        version = try ManagementCall.result(of: answers[0])["Server"]?.stringValue ?? "unknown"
        let seconds = try ManagementCall.result(of: answers[1])["Up time"]?.stringValue ?? ""
        // OpenSIPS writes `17 [sec]`.
        uptime =
            Int64(seconds.prefix { $0.isNumber }).map { Duration.text(seconds: $0) } ?? "unknown"
        guard case .object(let numbers) = try ManagementCall.result(of: answers[2]) else {
            throw service.strange("/mi")
        }
        statistics = numbers.compactMap { name, value in value.integerValue.map { (name, $0) } }
        milliseconds = Double(Clock.boot() - start) / 1_000_000
    }

    /// The statistic of this name; 0 where there is none.
    func value(_ name: String) -> Int64 {
        statistics.first { $0.name == name }?.value ?? 0
    }

    /// For people.
    var facts: [(name: String, value: String)] {
        let rows = [
            ("service", url), ("version", version), ("ready", readiness),
            ("state", state), ("up", uptime),
            ("answered in", "\(Decimal.text(milliseconds, digits: 1)) ms"),
        ]
        return rows.map { (name: $0.0, value: $0.1) }
            + parts.map { (name: $0.name, value: $0.words) }
            + statistics.map { (name: $0.name.replacing(":", with: " "), value: String($0.value)) }
    }

    /// For programs.
    var json: JSON {
        [
            "url": .string(url), "version": .string(version), "ready": .boolean(isReady),
            "readiness": .string(readiness), "state": .string(state), "uptime": .string(uptime),
            "parts": .array(
                parts.map { part in
                    .object(
                        [
                            ("name", .string(part.name)), ("state", .string(part.state)),
                            ("since", .string(part.since)),
                        ] + (part.reason.map { [("reason", .string($0))] } ?? []))
                }),
            "milliseconds": .number(milliseconds),
            "statistics": .object(statistics.map { ($0.name, .integer($0.value)) }),
        ]
    }
}

/// Numbers with a fixed count of digits behind the point.
enum Decimal {
    static func text(_ number: Double, digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        guard number.isFinite, abs(number) * scale < 1e15 else { return "\(number)" }
        let whole = Int64((abs(number) * scale).rounded())
        let text = String(whole)
        guard digits > 0 else { return (number < 0 ? "-" : "") + text }
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return (number < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
