import EventCore
import RouteScript
import WireFormats

/// Prints what runs do: for people a line for each run and its deeds below it, for programs an
/// object a line.
struct LaboratoryReport {
    let wantsJSON: Bool

    /// A run begins.
    func begin(_ route: Route, _ context: RunContext, at wall: Int64) {
        var time: [UInt8] = []
        time.append(rfc3339: wall)
        let params = Self.tree(context.params)
        if wantsJSON {
            var members: [(String, JSON)] = [
                ("type", "run"), ("time", .string(String(decoding: time, as: UTF8.self))),
                ("kind", .string(route.kind.rawValue)),
                ("name", .string(route.name ?? route.kind.rawValue)),
            ]
            if !context.params.isEmpty { members.append(("params", params)) }
            return json(members)
        }
        let output = Output.shared
        let name = route.kind.rawValue + (route.name.map { "[\($0)]" } ?? "")
        let shown = context.params.isEmpty ? "" : "  " + IndentedJSON.line(params)
        output.line(
            output.styled(String(decoding: time, as: UTF8.self), .dim) + "  "
                + output.styled(Printable.text(name), .event) + Printable.text(shown))
    }

    /// What it did.
    func add(_ deed: LaboratoryHost.Deed) {
        switch deed {
        case .logged(let level, let text):
            add(
                "logged", "\(level): \(text)",
                [("level", .string("\(level)")), ("text", .string(text))])
        case .raised(let event, let params):
            let tree = Self.tree(params)
            add(
                "raised", event + (params.isEmpty ? "" : "  " + IndentedJSON.line(tree)),
                [("event", .string(event))] + (params.isEmpty ? [] : [("params", tree)]))
        case .subscribed(let event, let socket, let expire):
            let lifetime: (String, JSON) =
                expire.map { ("expire", .integer($0)) } ?? ("permanent", true)
            add(
                "subscribed",
                "\(event)  \(socket)  " + (expire.map { "expire=\($0)" } ?? "permanent"),
                [("event", .string(event)), ("socket", .string(socket)), lifetime])
        }
    }

    /// Whom it called, and what it was told.
    func add(_ effect: Effect, _ answer: EffectResult) {
        let (text, told) = Self.words(answer)
        switch effect {
        case .http(let call):
            var members: [(String, JSON)] = [
                ("method", .string(call.method)), ("url", .string(call.url)),
            ]
            if !call.body.isEmpty {
                members.append(("body", .string(String(decoding: call.body, as: UTF8.self))))
            }
            add("called", "\(call.method) \(call.url)  → \(text)", members + [told])
        case .mi(let call):
            var members: [(String, JSON)] = [("command", .string(call.command))]
            var shown = call.command
            if !call.arguments.isEmpty {
                let arguments = Self.tree(call.arguments)
                members.append(("arguments", arguments))
                shown += "  " + IndentedJSON.line(arguments)
            }
            add("commanded", shown + "  → \(text)", members + [told])
        }
    }

    /// How it ended by itself.
    func end(_ result: RunResult) {
        add(
            "ended", "\(result.end.rawValue)  return_code=\(result.code)  steps=\(result.steps)",
            [
                ("end", .string(result.end.rawValue)), ("return_code", .integer(result.code)),
                ("steps", .integer(Int64(result.steps))),
            ])
    }

    /// Which limit ended it.
    func end(_ error: RunError) {
        add(
            "aborted", error.description,
            [
                ("reason", .string(error.kind.rawValue)),
                ("message", .string(error.description)),
            ])
    }

    private func add(_ type: String, _ text: String, _ members: [(String, JSON)]) {
        if wantsJSON {
            json([("type", .string(type))] + members)
        } else {
            let padding = String(repeating: " ", count: max(0, 10 - type.count))
            Output.shared.line("    " + type + padding + "  " + Printable.text(text))
        }
    }

    private func json(_ members: [(String, JSON)]) {
        Output.shared.line(Printable.json(IndentedJSON.line(.object(members))))
    }

    private static func words(_ answer: EffectResult) -> (String, (String, JSON)) {
        switch answer {
        case .http(let answer): ("\(answer.status)", ("status", .integer(Int64(answer.status))))
        case .mi(let text):
            (
                String(decoding: text, as: UTF8.self),
                ("result", .string(String(decoding: text, as: UTF8.self)))
            )
        case .miError(let text):
            (
                String(decoding: text, as: UTF8.self),
                ("error", .string(String(decoding: text, as: UTF8.self)))
            )
        case .failed(let failure): ("\(failure)", ("failed", .string("\(failure)")))
        }
    }

    private static func tree(_ params: Params) -> JSON {
        params.isNamed
            ? .object(params.items.map { ($0.name ?? "", JSON($0.value)) })
            : .array(params.items.map { JSON($0.value) })
    }
}
