internal import EventCore

/// `raise_event`, `subscribe_event`, `fetch_event_params`.
enum EventFunctions {
    // OpenSIPS: value i belongs to attribute i, both counted from the newest. More attributes than
    // values: what pairs there are, and an error in the log. More values: nothing is raised.
    static func raise(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let event = machine.string(call, 0) else {
            return machine.refused("raise_event needs the name of an event.", host)
        }
        let (names, given) = machine.namesAndValues(call, 1, 2)
        let values = given ?? []
        var params = Params(values: values.map { Value($0) })
        if let names {
            guard let named = named(machine, names, values, host) else { return .code(-1) }
            params = named
        }
        guard machine.context.raiseDepth < machine.limits.raiseDepthMax else {
            return machine.refused(
                "\(event) is not raised: that is the raise within "
                    + "\(machine.limits.raiseDepthMax) others.", host)
        }
        machine.steps += params.items.count
        return .code(host.raise(event, params, depth: machine.context.raiseDepth + 1))
    }

    /// The params of these names and values; nil where they do not go together, which is logged.
    private static func named(
        _ machine: Machine, _ names: [ScriptValue], _ values: [ScriptValue],
        _ host: any ScriptHost
    ) -> Params? {
        guard values.count <= names.count else {
            machine.complain(
                .error,
                "Not raised: \(values.count) values and only \(names.count) attributes.", host)
            return nil
        }
        if values.count < names.count {
            machine.complain(
                .error,
                "\(names.count) attributes and only \(values.count) values; the newest are taken.",
                host)
        }
        var pairs: [(String, Value)] = []
        for (name, value) in zip(names, values) {
            guard case .string(let bytes) = name else {
                machine.complain(.error, "Not raised: an attribute's name is a number.", host)
                return nil
            }
            pairs.append((String(decoding: bytes, as: UTF8.self), Value(value)))
        }
        return Params(named: pairs)
    }

    // OpenSIPS: without expire, or with 0, it never ends.
    static func subscribe(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let event = machine.string(call, 0), let socket = machine.string(call, 1) else {
            return machine.refused("subscribe_event needs an event and a socket.", host)
        }
        var expire: Int64?
        if let value = machine.value(call, 2) {
            guard let seconds = value.number, seconds >= 0 else {
                return machine.refused(
                    "subscribe_event needs a number of seconds, not `\(value)`.", host)
            }
            expire = seconds == 0 ? nil : seconds
        }
        return .code(host.subscribe(event, socket, expire: expire))
    }

    // OpenSIPS 2.4: items without a name are taken by their position among those.
    static func fetch(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard case .fetches(let fetches) = call.arguments[0] else { return .code(-1) }
        var position = 0
        var code: Int64 = 1
        for fetch in fetches {
            let param: Param?
            if let name = fetch.name {
                param = machine.context.params.items.first { $0.name == name }
            } else {
                let items = machine.context.params.items
                param = position < items.count ? items[position] : nil
                position += 1
            }
            if param == nil {
                machine.complain(
                    .warning,
                    "The event has no param \(fetch.name.map { "`\($0)`" } ?? "\(position)").",
                    host)
                code = -1
            }
            let value = param.map { ScriptValue($0.value) } ?? .null
            _ = try machine.write(
                value, to: machine.script.program.uses[fetch.target], .add, host)
        }
        return .code(code)
    }
}
