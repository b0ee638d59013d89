import EventCore
import Foundation
import RouteScript
import Testing
import WireFormats

/// Loads and runs a script file, and says what happened in the words of its expectations.
struct ScriptFileRunner {
    let file: ScriptFile
    let host = FakeHost()
    private var limits = ScriptLimits()
    private var variables: [(name: String, value: ScriptValue)] = []
    private var now = Moment(boot: 0, wall: 1_700_000_000_000)
    private var answers: [String]
    /// AVPs of requests, by what their replies have in common with them: a reply has them again.
    private var transactions: [String: [(name: String, values: [ScriptValue])]] = [:]

    init(_ file: ScriptFile) {
        self.file = file
        answers = file.answers
        for gift in file.gifts { take(gift) }
    }

    /// Runs a file, and holds what happened against what it expects.
    static func check(_ file: ScriptFile) throws {
        var runner = ScriptFileRunner(file)
        let happened = try runner.run().map {
            $0.replacingOccurrences(of: file.name + ":", with: "")
        }
        for (line, expected) in zip(happened, file.expected) {
            let isAsExpected =
                expected.hasSuffix("…")
                ? line.hasPrefix(expected.dropLast()) : line == expected
            #expect(isAsExpected, "\(file.name): \(line)\nexpected: \(expected)")
        }
        #expect(
            happened.count == file.expected.count,
            "\(file.name): happened\n\(happened.joined(separator: "\n"))")
    }

    /// Lines of what happened; those about ends and final values only where they are expected.
    mutating func run() throws -> [String] {
        let script: Script
        do {
            script = try Script.load(
                SourceText(name: file.name, bytes: file.bytes), limits: limits,
                include: ScriptFile.include)
        } catch {
            return error.problems.map { "error \(place($0.position)) \($0.message)" }
        }
        for warning in script.warnings {
            host.trace.append("warning \(place(warning.position)) \(warning.message)")
        }
        for run in file.runs(of: script) {
            try self.run(run, of: script)
            try runRaised(script)
        }
        appendValues()
        return host.trace
    }

    private mutating func run(_ run: ScriptFile.Run, of script: Script) throws {
        let parts = run.line.split(separator: " ", maxSplits: 1)
        let title = parts[0].split(whereSeparator: { "[]".contains($0) })
        guard let kind = RouteKind(rawValue: String(title[0])),
            let route = script.route(kind, title.count > 1 ? String(title[1]) : nil)
        else {
            host.trace.append("no route \(run.line)")
            return
        }
        var context = RunContext(event: route.name, variables: variables)
        if parts.count > 1 {
            context.params = try JSON(parsing: Array(parts[1].utf8).span).params(at: .root)
        }
        if !run.message.isEmpty {
            let lines = run.message.joined(separator: "\r\n") + "\r\n"
            context.message = try SIPMessage(parsing: Array(lines.utf8))
            context.sourceAddress = "192.0.2.1"
            context.sourcePort = 5060
            context.avps = transaction(context).flatMap { transactions[$0] } ?? []
        }
        self.run(script, route, context)
    }

    /// As the server does: what was raised reaches the event_routes once the run is over.
    private mutating func runRaised(_ script: Script) throws {
        while !host.raised.isEmpty {
            let (event, params, depth) = host.raised.removeFirst()
            guard let route = script.route(.event, event) else { continue }
            self.run(script, route, RunContext(event: event, params: params, raiseDepth: depth))
        }
    }

    private mutating func run(_ script: Script, _ route: Route, _ context: RunContext) {
        var run = ScriptRun(script, route, context)
        while true {
            switch run.advance(steps: 100, now: now, host: host) {
            // A millisecond for each slice of 100 steps.
            case .sliced: now.boot += 1_000_000
            case .waiting(let effect): run.resume(with: answer(effect), now: now)
            case .finished(let result):
                if let key = transaction(context) { transactions[key] = run.avps }
                let code = result.end == .ended ? " \(result.code)" : ""
                append("\(result.end.rawValue)\(code)", where: ["end", "exit", "drop"])
                return
            case .failed(let error):
                host.trace.append("failed \(error.kind.rawValue)")
                return
            }
        }
    }

    private func transaction(_ context: RunContext) -> String? {
        context.message.map { "\($0.callID ?? []) \($0.cseq?.number ?? 0)" }
    }

    private mutating func answer(_ effect: Effect) -> EffectResult {
        switch effect {
        case .http(let call):
            let body = String(decoding: call.body, as: UTF8.self)
            let words = [call.method, call.url, call.contentType ?? "", body]
            host.trace.append("http " + words.filter { !$0.isEmpty }.joined(separator: " "))
        case .mi(let call):
            let arguments = call.arguments.isEmpty ? "" : " " + text(of: call.arguments)
            host.trace.append("mi \(call.command)\(arguments)")
        }
        guard !answers.isEmpty else { return .failed(.other) }
        let words = answers.removeFirst().split(separator: " ", maxSplits: 3).map(String.init)
        switch words[0] {
        case "http":
            return .http(
                HTTPAnswer(
                    status: Int(words[1]) ?? 0, contentType: Array(words[2].utf8),
                    body: Array((words.count > 3 ? words[3] : "").utf8)))
        case "mi": return .mi(Array(words.dropFirst().joined(separator: " ").utf8))
        case "refused": return .miError(Array(words.dropFirst().joined(separator: " ").utf8))
        default: return .failed(EffectFailure(rawValue: Int64(words[1]) ?? -10) ?? .other)
        }
    }

    private mutating func take(_ gift: [String]) {
        switch gift[0] {
        case "stat": host.statistics[gift[1]] = Int64(gift[2])
        case "env": host.environment[gift[1]] = gift[2]
        case "var":
            let value = Int64(gift[2]).map { ScriptValue.integer($0) } ?? ScriptValue(gift[2])
            variables.append((gift[1], value))
        case "now": now.wall = (Int64(gift[1]) ?? 0) * 1_000
        case "refuse": host.refused.insert(gift[1])
        case "limit": limit(gift[1], Int(gift[2]) ?? 0)
        default: host.trace.append("unknown gift \(gift[0])")
        }
    }

    private mutating func limit(_ name: String, _ value: Int) {
        switch name {
        case "steps": limits.stepsMax = value
        case "avps": limits.avpsMax = value
        case "avp-bytes": limits.avpBytesMax = value
        case "string": limits.stringBytesMax = value
        case "milliseconds": limits.nanosecondsMax = Int64(value) * 1_000_000
        default: host.trace.append("unknown limit \(name)")
        }
    }

    private func appendValues() {
        for line in file.expected {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "stat":
                let value = host.statistics[words[1]].map(String.init) ?? "none"
                host.trace.append("stat \(words[1]) \(value)")
            case "shv": host.trace.append("shv \(words[1]) \(host.sharedVariable(words[1]))")
            default: break
            }
        }
    }

    private func append(_ line: String, where words: [String]) {
        let isExpected = file.expected.contains { expected in
            words.contains { expected == $0 || expected.hasPrefix($0 + " ") }
        }
        if isExpected { host.trace.append(line) }
    }

    private func place(_ position: SourcePosition) -> String {
        let file = position.file == file.name ? "" : position.file + ":"
        return "\(file)\(position.line):\(position.column)"
    }
}
