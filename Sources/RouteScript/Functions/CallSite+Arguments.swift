internal import EventCore

extension Machine {
    /// The value of an argument; nil if it is absent or no value.
    func value(_ call: CallSite, _ argument: Int) -> ScriptValue? {
        guard case .value(let place) = call.arguments[argument] else { return nil }
        return stack[stack.count - call.valueCount + place]
    }

    /// The text of an argument; nil if it is absent or NULL.
    func text(_ call: CallSite, _ argument: Int) -> [UInt8]? { value(call, argument)?.text }

    /// The text of an argument as a string; bytes that are no UTF-8 are repaired.
    func string(_ call: CallSite, _ argument: Int) -> String? {
        text(call, argument).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes a result into the variable that an argument names, if there is one.
    mutating func write(
        _ value: ScriptValue, _ call: CallSite, _ argument: Int, _ host: any ScriptHost
    ) throws(RunError) {
        guard case .target(let use) = call.arguments[argument] else { return }
        try account(text: value.byteCount)
        _ = try write(value, to: script.program.uses[use], .add, host)
    }

    /// The values of two AVPs of which the first holds names, the newest first. OpenSIPS 2: one
    /// alone holds values, in either place.
    func namesAndValues(
        _ call: CallSite, _ first: Int, _ second: Int
    ) -> (names: [ScriptValue]?, values: [ScriptValue]?) {
        let (one, other) = (list(call, first), list(call, second))
        return other == nil ? (nil, one) : (one, other)
    }

    private func list(_ call: CallSite, _ argument: Int) -> [ScriptValue]? {
        guard case .avp(let number, _) = call.arguments[argument] else { return nil }
        return avps.all(number)
    }

    /// A function that cannot do what it should: logged, and its return code is -1.
    func refused(_ message: String, _ host: any ScriptHost) -> FunctionRow.Outcome {
        complain(.error, message, host)
        return .code(-1)
    }
}

extension Value {
    /// What a script's value is in params: NULL is an empty text, bytes that are no UTF-8 are
    /// repaired.
    init(_ value: ScriptValue) {
        switch value {
        case .integer(let number): self = .integer(number)
        case .null, .string: self = .string(String(decoding: value.text ?? [], as: UTF8.self))
        }
    }
}
