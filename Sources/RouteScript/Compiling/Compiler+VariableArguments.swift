/// Arguments that are variables themselves, not their values.
extension Compiler {
    /// The variable that an argument is, or the only one in its text (as in OpenSIPS 2).
    mutating func variable(_ given: Expression) -> VariableSyntax? {
        if case .variable(let variable) = given.node { return variable }
        if case .text(let text) = given.node {
            let pieces = TextParser(text, in: map).pieces(&problems)
            if pieces.count == 1, case .variable(let variable) = pieces[0] { return variable }
        }
        problems.error("A variable expected.", given.place)
        return nil
    }

    /// The number of the use of a variable that a function writes to.
    mutating func target(_ variable: VariableSyntax) -> Int? {
        if case .variable = variable.index {
            problems.error(
                "What a function writes to has no index that is a variable.", variable.place)
            return nil
        }
        return writable(variable).map { number(of: $0) }
    }

    /// The AVP that an argument is, with its flags if it may have `letters`.
    mutating func avp(_ given: Expression, flags letters: String?) -> CallSite.Argument {
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
    mutating func fetchList(_ given: Expression) -> CallSite.Argument {
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
