internal import EventCore

/// `mi`, `rest_get`, `rest_post`: what a run waits for.
enum EffectFunctions {
    // MARK: MI

    // OpenSIPS (mi_script): words behind the command are its arguments; or an AVP holds them, with
    // their names in another one. Both are read from the newest on.
    static func mi(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        let words = (machine.string(call, 0) ?? "").split(separator: " ")
        guard let command = words.first else {
            return machine.refused("mi needs a command.", host)
        }
        let (names, values) = machine.namesAndValues(call, 2, 3)
        guard names == nil || names?.count == values?.count else {
            return machine.refused("mi needs a name for each value.", host)
        }
        let arguments =
            if let names, let values {
                Params(
                    named: zip(names, values).map { name, value in
                        (name.description, Value(value))
                    })
            } else {
                Params(
                    values: words.dropFirst().map { .string(String($0)) }
                        + (values ?? []).map { Value($0) })
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
