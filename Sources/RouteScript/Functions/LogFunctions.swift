/// `xlog`, `xdbg`, `log`.
enum LogFunctions {
    // OpenSIPS: xlog_default_level is L_ERR.
    static func xlog(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        write(machine, call, .error, host)
    }

    static func log(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        write(machine, call, .debug, host)
    }

    static func xdbg(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        host.log(.debug, text(machine, call, 0))
        return .code(1)
    }

    private static func write(
        _ machine: Machine, _ call: CallSite, _ standard: ScriptLogLevel, _ host: any ScriptHost
    ) -> FunctionRow.Outcome {
        var level = standard
        if let given = machine.value(call, 0) {
            guard let found = self.level(given) else {
                return machine.refused("`\(given)` is no level of the log.", host)
            }
            level = found
        }
        host.log(level, text(machine, call, 1))
        return .code(1)
    }

    private static func level(_ value: ScriptValue) -> ScriptLogLevel? {
        if case .string(let name) = value,
            let level = ScriptLogLevel(name: String(decoding: name, as: UTF8.self))
        {
            return level
        }
        return value.number.flatMap { ScriptLogLevel(rawValue: $0) }
    }

    /// What is logged, without the line feed that OpenSIPS's users write at its end.
    private static func text(_ machine: Machine, _ call: CallSite, _ argument: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        machine.value(call, argument)?.append(to: &bytes)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return bytes
    }
}
