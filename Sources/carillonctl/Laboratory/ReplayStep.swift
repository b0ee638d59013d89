import EventCore
import RouteScript
import WireFormats

/// What happens next in a replay: one line of its file.
struct ReplayStep {
    /// When; nil is now. Never before what was.
    var time: Int64?
    var action: Action

    enum Action {
        /// `{"event": "E_X", "params": {…}}`: an occurrence, as `listen --json` writes them.
        case occurrence(event: String, Params)
        /// `{"route": "acc", "kind": …, "sip": …}`: the body of `POST /routes/{name}/run`, and the
        /// name.
        case run(kind: RouteKind?, name: String, RunContext)
        /// `{"after": 60}`: time goes by, timers run.
        case wait(seconds: Int64)
        /// `{"statistics": {"tcp-load": 90}}`: what `$stat(tcp-load)` is from now on.
        case statistics([(String, Int64)])
        /// `{"answer": {"status": 200, "body": "…"}}`: what the next call over HTTP comes to;
        /// `{"answer": {"result": "…"}}` what the next command does.
        case answer(EffectResult)
    }

    /// Reads a line; the failure says what was expected.
    init(parsing line: ArraySlice<UInt8>) throws(ReplayFault) {
        let tree: JSON
        do throws(JSONError) {
            tree = try JSON(parsing: line.span)
        } catch {
            throw ReplayFault("no JSON, at byte \(error.offset): \(error.message)")
        }
        guard case .object(let members) = tree else { throw ReplayFault("expected an object") }
        time = try Self.time(tree)
        if tree["event"] != nil {
            try Self.check(members, ["event", "params", "time", "socket", "id", "matched"])
            action = .occurrence(event: try Self.text(tree, "event"), try Self.params(tree))
        } else if tree["route"] != nil {
            action = try Self.run(tree, members)
        } else if let after = tree["after"] {
            try Self.check(members, ["after", "time"])
            guard let seconds = after.integerValue, (0...Self.secondsMax).contains(seconds) else {
                throw ReplayFault("after: expected seconds, at most \(Self.secondsMax)")
            }
            action = .wait(seconds: seconds)
        } else if case .object(let statistics)? = tree["statistics"] {
            try Self.check(members, ["statistics", "time"])
            action = .statistics(try Self.numbers(statistics))
        } else if let answer = tree["answer"] {
            try Self.check(members, ["answer", "time"])
            action = .answer(try Self.answer(answer))
        } else {
            throw ReplayFault("expected event, route, after, statistics or answer")
        }
    }

    /// Most seconds that one line lets go by: a week.
    static let secondsMax: Int64 = 604_800

    private static func run(
        _ tree: JSON, _ members: [(String, JSON)]
    ) throws(ReplayFault) -> Action {
        try check(
            members,
            ["route", "kind", "variables", "params", "sip", "source_ip", "source_port", "time"])
        var kind: RouteKind?
        if tree["kind"] != nil {
            kind = RouteKind(rawValue: try text(tree, "kind"))
            guard kind != nil else {
                let kinds = RouteKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ReplayFault("kind: expected one of \(kinds)")
            }
        }
        var context = RunContext(params: try params(tree), caller: "replay")
        if case .object(let variables)? = tree["variables"] {
            let values = try params(.object([("params", .object(variables))]))
            context.variables = values.items.map { ($0.name ?? "", variable($0.value)) }
        }
        if tree["sip"] != nil {
            let message = try text(tree, "sip")
            do throws(SIPError) {
                context.message = try SIPMessage(parsing: Array(message.utf8))
            } catch {
                throw ReplayFault("sip:\(error)")
            }
        }
        if tree["source_ip"] != nil { context.sourceAddress = try text(tree, "source_ip") }
        context.sourcePort = tree["source_port"]?.integerValue.map { Int($0) }
        return .run(kind: kind, name: try text(tree, "route"), context)
    }

    /// Scripts know neither booleans nor fractions.
    private static func variable(_ value: Value) -> ScriptValue {
        switch value {
        case .string(let text): ScriptValue(text)
        case .integer(let number): .integer(number)
        case .boolean(let flag): .integer(flag ? 1 : 0)
        case .double(let number): ScriptValue("\(number)")
        }
    }

    private static func answer(_ tree: JSON) throws(ReplayFault) -> EffectResult {
        if let status = tree["status"]?.integerValue, (100...599).contains(status) {
            return .http(
                HTTPAnswer(
                    status: Int(status),
                    contentType: tree["content_type"]?.stringValue.map { Array($0.utf8) },
                    body: Array((tree["body"]?.stringValue ?? "").utf8)))
        }
        if let result = tree["result"] {
            return .mi(Array((result.stringValue ?? IndentedJSON.line(result)).utf8))
        }
        if let error = tree["error"]?.stringValue { return .miError(Array(error.utf8)) }
        switch tree["failed"]?.stringValue {
        case "refused": return .failed(.refused)
        case "connect_timeout": return .failed(.connectTimeout)
        case "timeout": return .failed(.timeout)
        case "other": return .failed(.other)
        default:
            throw ReplayFault(
                "answer: expected status (and body), result, error, or failed: refused, "
                    + "connect_timeout, timeout, other")
        }
    }

    private static func time(_ tree: JSON) throws(ReplayFault) -> Int64? {
        guard let time = tree["time"] else { return nil }
        guard let text = time.stringValue,
            let instant = RFC3339.milliseconds(parsing: text.utf8)
        else { throw ReplayFault("time: expected one like 2026-11-21T03:43:52.123Z") }
        return instant
    }

    private static func params(_ tree: JSON) throws(ReplayFault) -> Params {
        guard let params = tree["params"], params != .null else { return .none }
        do throws(JSONError) {
            return try params.params(at: .root)
        } catch {
            throw ReplayFault("params\(error.pointer): \(error.message)")
        }
    }

    private static func numbers(
        _ members: [(String, JSON)]
    ) throws(ReplayFault) -> [(String, Int64)] {
        var numbers: [(String, Int64)] = []
        for (name, value) in members {
            guard let number = value.integerValue else {
                throw ReplayFault("statistics/\(name): expected a whole number")
            }
            numbers.append((name, number))
        }
        return numbers
    }

    private static func text(_ tree: JSON, _ name: String) throws(ReplayFault) -> String {
        guard let text = tree[name]?.stringValue else {
            throw ReplayFault("\(name): expected a string")
        }
        return text
    }

    private static func check(
        _ members: [(String, JSON)], _ names: [String]
    ) throws(ReplayFault) {
        for (name, _) in members where !names.contains(name) {
            throw ReplayFault("\(name): there is no such member here")
        }
    }
}

/// What is wrong with a line of a replay.
struct ReplayFault: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
