/// `update_stat`, `reset_stat`.
enum StatisticFunctions {
    static func update(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let name = machine.string(call, 0), let amount = amount(machine, call) else {
            return machine.refused("update_stat needs a name and a number.", host)
        }
        return .code(host.updateStatistic(name, by: amount) ? 1 : -1)
    }

    static func reset(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let name = machine.string(call, 0) else {
            return machine.refused("reset_stat needs a name.", host)
        }
        return .code(host.resetStatistic(name) ? 1 : -1)
    }

    // OpenSIPS 2: a text like "+1".
    private static func amount(_ machine: Machine, _ call: CallSite) -> Int64? {
        machine.value(call, 1)?.number
    }
}
