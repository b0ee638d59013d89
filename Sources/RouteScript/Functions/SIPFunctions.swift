internal import WireFormats

/// `has_totag`, `is_method`, `t_check_status`, `has_body`: false without a message.
enum SIPFunctions {
    static func hasToTag(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        .code(machine.context.message?.hasToTag == true ? 1 : -1)
    }

    static func isMethod(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let message = machine.context.message else { return .code(-1) }
        if case .methods(let number) = call.arguments[0] {
            return .code(machine.script.program.methods[number].matches(message) ? 1 : -1)
        }
        guard let text = machine.text(call, 0), let methods = SIPMethodPattern(text) else {
            return machine.refused("is_method needs methods like INVITE|BYE.", host)
        }
        return .code(methods.matches(message) ? 1 : -1)
    }

    static func checkStatus(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let status = machine.context.message?.status else { return .code(-1) }
        let text = Array(String(status).utf8)
        if case .regex(let number) = call.arguments[0] {
            return .code(machine.script.program.regexes[number].matches(text) ? 1 : -1)
        }
        do throws(RegexError) {
            let regex = try Regex(machine.text(call, 0) ?? [])
            return .code(regex.matches(text) ? 1 : -1)
        } catch {
            return machine.refused("This is no regular expression: \(error.message)", host)
        }
    }

    static func hasBody(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let message = machine.context.message else { return .code(-1) }
        guard let type = machine.text(call, 0) else {
            return .code(message.hasBody ? 1 : -1)
        }
        return .code(message.hasBody(ofType: type) ? 1 : -1)
    }
}
