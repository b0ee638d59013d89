/// `is_avp_set`, `avp_delete`.
enum AVPFunctions {
    static func isSet(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard case .avp(let number, let flags) = call.arguments[0],
            machine.avps.count(number) > 0
        else { return .code(-1) }
        let value = machine.avps.newest(number)
        let isText = if case .string = value { true } else { false }
        let isMeant =
            (!flags.contains("s") || isText) && (!flags.contains("n") || !isText)
            && (!flags.contains("e") || value == .string([]))
        return .code(isMeant ? 1 : -1)
    }

    static func delete(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard case .avp(let number, let flags) = call.arguments[0] else { return .code(-1) }
        let isDone =
            flags.contains("g")
            ? machine.avps.removeAll(number) : machine.avps.removeNewest(number)
        return .code(isDone ? 1 : -1)
    }
}
