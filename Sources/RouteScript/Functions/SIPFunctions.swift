/// `has_totag`, `is_method`, `t_check_status`, `has_body`.
enum SIPFunctions {
    static func hasToTag(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome { .code(-1) }

    static func isMethod(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome { .code(-1) }

    static func checkStatus(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome { .code(-1) }

    static func hasBody(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome { .code(-1) }
}
