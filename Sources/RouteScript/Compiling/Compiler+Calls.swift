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
            site.arguments.append(argument(declared, given, &site.valueCount, row))
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

    private mutating func argument(
        _ declared: FunctionRow.Argument, _ given: Expression?, _ valueCount: inout Int,
        _ row: FunctionRow
    ) -> CallSite.Argument {
        guard let given else { return .absent }
        switch declared.kind {
        case .value:
            format(given)
        case .event:
            if let name = constantText(given) { publish(name, given.place) }
            format(given)
        case .level:
            level(given)
        case .avp:
            return avp(given, flags: nil)
        case .flaggedAVP(let letters):
            return avp(given, flags: letters)
        case .target:
            return variable(given).flatMap { target($0) }.map { .target($0) } ?? .absent
        case .fetchList:
            return fetchList(given)
        case .regex:
            if let pattern = constantText(given),
                let number = regex(Array(pattern.utf8), given.place)
            {
                return .regex(number)
            }
            format(given)
        case .methods:
            guard let text = constantText(given) else {
                format(given)
                break
            }
            guard let methods = SIPMethodPattern(text.utf8) else {
                problems.error("Methods like INVITE or INVITE|BYE expected.", given.place)
                return .absent
            }
            program.methods.append(methods)
            return .methods(program.methods.count - 1)
        }
        valueCount += 1
        return .value(valueCount - 1)
    }

    /// Code that pushes an argument, or a piece of one: a text between quotes is a format.
    private mutating func format(_ given: Expression) {
        guard case .text(let text) = given.node else {
            value(given)
            return
        }
        let pieces = TextParser(text, in: map).pieces(&problems)
        guard pieces.count <= limits.formatPiecesMax else {
            problems.error(
                "A format has at most \(limits.formatPiecesMax) variables and texts between them.",
                given.place)
            return
        }
        // One variable alone keeps its kind: a number stays one, NULL stays NULL.
        for piece in pieces {
            switch piece {
            case .literal(let bytes): constant(.string(bytes), given.place)
            case .variable(let variable): read(variable)
            }
        }
        if pieces.isEmpty { constant(.string([]), given.place) }
        if pieces.count > 1 {
            emit(.format, small: UInt16(pieces.count), at: given.place)
        }
    }

    /// The text of an argument without variables; nil of any other.
    private mutating func constantText(_ given: Expression) -> String? {
        guard case .text(let text) = given.node else { return nil }
        var ignored = Problems(limit: 1)
        let pieces = TextParser(text, in: map).pieces(&ignored)
        guard pieces.count == 1, case .literal(let bytes) = pieces[0] else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    // OpenSIPS: by name, whose third letter counts, or by number; any other name is an error.
    private mutating func level(_ given: Expression) {
        let name: String? =
            if case .word(let word) = given.node { word } else { constantText(given) }
        guard let name else {
            format(given)
            return
        }
        guard let level = ScriptLogLevel(name: name) else {
            problems.error(
                "`\(name)` is no level; L_ALERT, L_CRIT, L_ERR, L_WARN, L_NOTICE, L_INFO or L_DBG "
                    + "expected.", given.place)
            return
        }
        constant(.integer(level.rawValue), given.place)
    }

    // MARK: Variables themselves

    /// The variable that an argument is, or the only one in its text (as in OpenSIPS 2).
    private mutating func variable(_ given: Expression) -> VariableSyntax? {
        if case .variable(let variable) = given.node { return variable }
        if case .text(let text) = given.node {
            let pieces = TextParser(text, in: map).pieces(&problems)
            if pieces.count == 1, case .variable(let variable) = pieces[0] { return variable }
        }
        problems.error("A variable expected.", given.place)
        return nil
    }

    /// The number of the use of a variable that a function writes to.
    private mutating func target(_ variable: VariableSyntax) -> Int? {
        if case .variable = variable.index {
            problems.error(
                "What a function writes to has no index that is a variable.", variable.place)
            return nil
        }
        return writable(variable).map { number(of: $0) }
    }

    private mutating func avp(_ given: Expression, flags letters: String?) -> CallSite.Argument {
        var variable: VariableSyntax?
        var flags = ""
        if case .variable(let found) = given.node { variable = found }
        if case .text(let text) = given.node {
            let pieces = TextParser(text, in: map).pieces(&problems)
            if case .variable(let found)? = pieces.first { variable = found }
            if pieces.count == 2, case .literal(let bytes) = pieces[1] {
                flags = String(decoding: bytes, as: UTF8.self)
            }
        }
        guard let variable, let use = use(variable), case .avp(let number) = use.source,
            case .none = use.index, variable.transformations.isEmpty
        else {
            problems.error("An AVP like $avp(x) expected, without index.", given.place)
            return .absent
        }
        guard flags.isEmpty || isFlags(flags, of: letters) else {
            problems.error(
                letters.map { "`/` and flags of `\($0)` expected behind the AVP." }
                    ?? "Nothing expected behind the AVP.", given.place)
            return .absent
        }
        return .avp(number, flags: flags)
    }

    private func isFlags(_ text: String, of letters: String?) -> Bool {
        guard let letters, text.hasPrefix("/") else { return false }
        return text.dropFirst().allSatisfy { letters.contains($0) }
    }

    // list = item { ";" item } [ ";" ]
    // item = [ name "=" ] variable
    private mutating func fetchList(_ given: Expression) -> CallSite.Argument {
        guard case .text(let text) = given.node else {
            problems.error(
                "A text like \"ip=$avp(pike-ip);$var(second)\" expected.", given.place)
            return .absent
        }
        var fetches: [CallSite.Fetch] = []
        var name: String?
        for piece in TextParser(text, in: map).pieces(&problems) {
            switch piece {
            case .literal(let bytes):
                guard let found = Compiler.fetchName(bytes, isFirst: fetches.isEmpty) else {
                    problems.error(
                        "A list like \"ip=$avp(pike-ip);$var(second)\" expected.", given.place)
                    return .absent
                }
                name = found.isEmpty ? nil : found
            case .variable(let variable):
                guard let target = target(variable) else { return .absent }
                fetches.append(CallSite.Fetch(name: name, target: target))
                name = nil
            }
        }
        return .fetches(fetches)
    }

    /// The name in what stands between two variables, `;name=`: empty without one, nil if it is
    /// something else.
    private static func fetchName(_ bytes: [UInt8], isFirst: Bool) -> String? {
        var text = Substring(
            String(decoding: bytes.filter { !$0.isBlank && $0 != 0x0A }, as: UTF8.self))
        if !isFirst {
            guard text.hasPrefix(";") else { return nil }
            text = text.dropFirst()
        }
        guard !text.isEmpty else { return "" }
        guard text.hasSuffix("="), text.count > 1 else { return nil }
        return String(text.dropLast())
    }
}

extension FunctionRow {
    /// Its arguments for an error: `(event, attributes?, values?)`.
    var signature: String {
        "(" + arguments.map { $0.isRequired ? $0.name : $0.name + "?" }.joined(separator: ", ")
            + ")"
    }
}

extension ScriptLogLevel {
    /// The level of a name like `L_INFO`.
    init?(name: String) {
        let names: [String: ScriptLogLevel] = [
            "L_ALERT": .alert, "L_CRIT": .critical, "L_ERR": .error, "L_ERROR": .error,
            "L_WARN": .warning, "L_NOTICE": .notice, "L_INFO": .info, "L_DBG": .debug,
        ]
        guard let level = names[name] else { return nil }
        self = level
    }
}
