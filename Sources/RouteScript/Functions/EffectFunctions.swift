internal import EventCore

/// `mi`, `rest_get`, `rest_post`: what a run waits for.
enum EffectFunctions {
    // MARK: MI

    // OpenSIPS (mi_script): words behind the command are its arguments; or an AVP holds them, with
    // their names in another one.
    static func mi(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        let words = (machine.string(call, 0) ?? "").split(separator: " ")
        guard let command = words.first else {
            return machine.refused("mi needs a command.", host)
        }
        var arguments = Params(values: words.dropFirst().map { .string(String($0)) })
        if let values = list(machine, call, 3) {
            guard let names = list(machine, call, 2) else {
                arguments = Params(values: values)
                return .wait(.mi(MICall(command: String(command), arguments: arguments)))
            }
            guard names.count == values.count else {
                return machine.refused(
                    "mi: \(names.count) names and \(values.count) values.", host)
            }
            arguments = Params(named: zip(names, values).map { ("\(text($0))", $1) })
        } else if let values = list(machine, call, 2) {
            arguments = Params(values: values)
        }
        return .wait(.mi(MICall(command: String(command), arguments: arguments)))
    }

    static func finishMI(
        _ machine: inout Machine, _ call: CallSite, _ result: EffectResult,
        _ host: any ScriptHost
    ) throws(RunError) -> Int64 {
        switch result {
        case .mi(let text):
            try machine.write(.string(text), call, 1, host)
            return 1
        case .miError(let text):
            try machine.write(.string(text), call, 1, host)
            return -1
        case .failed(let failure): return failure.rawValue
        case .http: return -1
        }
    }

    private static func list(_ machine: Machine, _ call: CallSite, _ argument: Int) -> [Value]? {
        guard case .avp(let number, _) = call.arguments[argument] else { return nil }
        return machine.avps.all(number).map {
            if case .integer(let number) = $0 { return .integer(number) }
            return .string(String(decoding: $0.text ?? [], as: UTF8.self))
        }
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .boolean(let flag): String(flag)
        }
    }

    // MARK: HTTP

    static func get(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let url = machine.string(call, 0) else {
            return machine.refused("rest_get needs a URL.", host)
        }
        return .wait(.http(HTTPCall(method: "GET", url: url, body: [], contentType: nil)))
    }

    static func finishGet(
        _ machine: inout Machine, _ call: CallSite, _ result: EffectResult,
        _ host: any ScriptHost
    ) throws(RunError) -> Int64 {
        try finish(&machine, call, result, host, first: 1)
    }

    static func post(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let url = machine.string(call, 0) else {
            return machine.refused("rest_post needs a URL.", host)
        }
        return .wait(
            .http(
                HTTPCall(
                    method: "POST", url: url, body: machine.text(call, 1) ?? [],
                    contentType: machine.string(call, 2))))
    }

    static func finishPost(
        _ machine: inout Machine, _ call: CallSite, _ result: EffectResult,
        _ host: any ScriptHost
    ) throws(RunError) -> Int64 {
        try finish(&machine, call, result, host, first: 3)
    }

    /// Body, type and status go into the arguments from `first` on. OpenSIPS: nothing is written
    /// where there is no answer.
    private static func finish(
        _ machine: inout Machine, _ call: CallSite, _ result: EffectResult,
        _ host: any ScriptHost, first: Int
    ) throws(RunError) -> Int64 {
        switch result {
        case .http(let answer):
            try machine.write(.string(answer.body), call, first, host)
            let type = answer.contentType.map { ScriptValue.string($0) } ?? .null
            try machine.write(type, call, first + 1, host)
            try machine.write(.integer(Int64(answer.status)), call, first + 2, host)
            return 1
        case .failed(let failure): return failure.rawValue
        case .mi, .miError: return EffectFailure.other.rawValue
        }
    }
}
