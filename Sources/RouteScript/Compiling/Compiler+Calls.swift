internal import WireFormats

extension Compiler {
    /// Code that calls a function or a route and pushes the return code.
    mutating func call(_ call: CallSyntax) {
        switch call.name {
        case "route": return callRoute(call)
        case "async": return async(call)
        default: break
        }
        guard let number = FunctionTable.number(call.name) else {
            let hint = NearestName.hint(call.name, among: FunctionTable.rows.map(\.name))
            problems.error("There is no function `\(call.name)`.\(hint)", call.place)
            return
        }
        let row = FunctionTable.rows[number]
        if !row.routes.contains(routeKind) {
            let subject = row.routes == .event ? "an event" : "a SIP message"
            problems.error(
                "`\(row.name)` is about \(subject), which `\(routeKind.rawValue)` has not.",
                call.place)
        }
        guard let arguments = matched(call, row) else { return }
        var site = CallSite(function: number, arguments: [], valueCount: 0)
        for (declared, given) in zip(row.arguments, arguments) {
            site.arguments.append(argument(declared, given, &site.valueCount))
        }
        program.sites.append(site)
        emit(.call, program.sites.count - 1, at: call.place)
    }

    // OpenSIPS: up to as many parameters as one likes, read by `$param(1)` and so on.
    private mutating func callRoute(_ call: CallSyntax) {
        guard case .word(let name)? = call.arguments[0]?.node,
            let number = requestRoutes[name] ?? (name == "0" ? requestRoutes[nil] : nil)
        else {
            let name = if case .word(let name)? = call.arguments[0]?.node { name } else { "" }
            let hint = NearestName.hint(name, among: requestRoutes.keys.compactMap { $0 }.sorted())
            problems.error(
                "There is no `route[\(name)]`.\(hint)", call.arguments[0]?.place ?? call.place)
            return
        }
        let arguments = call.arguments.dropFirst()
        for given in arguments {
            if let given { format(given) } else { emit(.null, at: call.place) }
        }
        emit(.callRoute, number, small: UInt16(arguments.count), at: call.place)
    }

    // OpenSIPS: async(rest_get(…), name [, seconds]) goes on in route[name] once there is an answer;
    // what stands behind it does not run. A run of Carillon waits in any call and needs it not.
    private mutating func async(_ call: CallSyntax) {
        guard 2...3 ~= call.arguments.count, case .call(let function)? = call.arguments[0]?.node,
            function.name != "async", case .word(let name)? = call.arguments[1]?.node
        else {
            problems.error(
                "`async` takes a call and the name of a route: async(rest_get(…), name).",
                call.place)
            return
        }
        self.call(function)
        emit(.pop, at: call.place)
        callRoute(
            CallSyntax(
                name: "route",
                arguments: [
                    Expression(node: .word(name), place: call.arguments[1]?.place ?? call.place)
                ],
                place: call.place))
        emit(.exit, at: call.place)
    }

    // MARK: Arguments

    /// What is given for each declared argument; nil if the counts do not fit, which is reported.
    private mutating func matched(_ call: CallSyntax, _ row: FunctionRow) -> [Expression?]? {
        var given = call.arguments
        let declared = row.arguments
        // `xlog("…")` has left out the first argument, not the last.
        if case .level? = declared.first?.kind, given.count < declared.count {
            given.insert(nil, at: 0)
        }
        let required = (declared.lastIndex { $0.isRequired } ?? -1) + 1
        guard required...declared.count ~= given.count else {
            problems.error(
                "`\(call.name)` takes \(row.signature), not \(call.arguments.count) arguments.",
                call.place)
            return nil
        }
        given += Array(repeating: nil, count: declared.count - given.count)
        for (argument, value) in zip(declared, given) where argument.isRequired && value == nil {
            problems.error(
                "`\(call.name)` needs its argument `\(argument.name)`.", call.place)
            return nil
        }
        return given
    }
}

extension FunctionRow {
    /// Its arguments for an error: `(event, attributes?, values?)`.
    var signature: String {
        "(" + arguments.map { $0.isRequired ? $0.name : $0.name + "?" }.joined(separator: ", ")
            + ")"
    }
}
