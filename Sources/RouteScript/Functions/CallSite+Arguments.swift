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

    /// A function that cannot do what it should: logged, and its return code is -1.
    func refused(_ message: String, _ host: any ScriptHost) -> FunctionRow.Outcome {
        complain(.error, message, host)
        return .code(-1)
    }
}
