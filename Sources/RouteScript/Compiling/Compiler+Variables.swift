internal import WireFormats

extension Compiler {
    /// Code that pushes a variable's value, transformed.
    mutating func read(_ variable: VariableSyntax) {
        guard let use = use(variable) else { return }
        if case .variable(let index) = variable.index { read(index) }
        read(use, variable.place)
        for transformation in variable.transformations { transform(transformation) }
    }

    mutating func read(_ use: VariableUse, _ place: Place) {
        switch (use.source, use.index) {
        case (.variable(let number), .none): emit(.readVariable, number, at: place)
        case (.avp(let number), .none): emit(.readAVP, number, at: place)
        default: emit(.read, number(of: use), at: place)
        }
    }

    mutating func write(_ use: VariableUse, _ mode: WriteMode, _ place: Place) {
        if case .variable(let number) = use.source {
            emit(.writeVariable, number, at: place)
        } else {
            emit(.write, number(of: use), small: mode.rawValue, at: place)
        }
    }

    mutating func number(of use: VariableUse) -> Int {
        program.uses.append(use)
        return program.uses.count - 1
    }

    // MARK: Names

    /// A variable, its name and index resolved; nil where there is none, which is reported.
    mutating func use(_ variable: VariableSyntax) -> VariableUse? {
        guard let row = VariableTable.row(variable.name) else {
            let hint = NearestName.hint(variable.name, among: VariableTable.rows.map(\.name))
            problems.error("There is no variable `$\(variable.name)`.\(hint)", variable.place)
            return nil
        }
        switch (row.inner, variable.inner) {
        case (.required, nil), (.required, ""):
            problems.error(
                "`$\(row.name)` needs a name: `$\(row.name)(…)` is \(row.help).", variable.place)
            return nil
        case (.none, .some):
            problems.error("`$\(row.name)` takes no parentheses.", variable.place)
            return nil
        default: break
        }
        guard let source = source(variable, variable.inner ?? "") else { return nil }
        return index(variable, row).map { VariableUse(source: source, index: $0) }
    }

    private mutating func source(
        _ variable: VariableSyntax, _ inner: String
    ) -> VariableUse.Source? {
        if inner.hasPrefix("$") {
            problems.error(
                "The name of `$\(variable.name)(…)` cannot be a variable here.", variable.place)
            return nil
        }
        switch variable.name {
        case "avp": return .avp(program.avpNames.number(of: Compiler.avpName(inner)))
        case "var": return .variable(program.variableNames.number(of: inner))
        case "shv": return .shared(inner)
        case "param": return Int(inner).map { .parameterAt($0) } ?? .parameter(inner)
        case "stat": return .statistic(inner)
        case "env": return .environment(inner)
        case "time": return .time(Array(inner.utf8))
        case "hdr": return .header(SIPHeaderName(inner))
        case "hdrcnt": return .headerCount(SIPHeaderName(inner))
        default:
            if let plain = VariableTable.plain[variable.name] { return .plain(plain) }
            return SIPVariable(rawValue: variable.name).map { .sip($0) }
        }
    }

    // OpenSIPS 1 had AVPs with numbers for names, `i:1`, beside those with text, `s:name`.
    private static func avpName(_ inner: String) -> String {
        inner.hasPrefix("s:") || inner.hasPrefix("i:") ? String(inner.dropFirst(2)) : inner
    }

    private mutating func index(
        _ variable: VariableSyntax, _ row: VariableRow
    ) -> VariableUse.Index? {
        if case .none = variable.index { return VariableUse.Index.none }
        guard row.isIndexed else {
            problems.error("`$\(row.name)` has one value and no index.", variable.place)
            return nil
        }
        return switch variable.index {
        case .none: VariableUse.Index.none
        case .number(let number): .number(Int(clamping: number))
        case .all: .all
        case .variable: .onStack
        }
    }

    /// A variable that is assigned to; nil where it cannot be, which is reported.
    mutating func writable(_ variable: VariableSyntax) -> VariableUse? {
        guard let use = use(variable) else { return nil }
        guard VariableTable.row(variable.name)?.isWritable == true else {
            problems.error("`\(variable.spelling)` cannot be assigned to.", variable.place)
            return nil
        }
        guard variable.transformations.isEmpty else {
            problems.error(
                "What is assigned to has no transformations.", variable.transformations[0].place)
            return nil
        }
        if case .onStack = use.index, case .variable(let index) = variable.index { read(index) }
        return use
    }

    // MARK: Transformations

    private mutating func transform(_ syntax: TransformationSyntax) {
        var arguments = 0
        do throws(TransformationError) {
            let transformation = try Transformation.parse(syntax.text[...]) {
                text throws(TransformationError) in
                try argument(Array(text), syntax.place)
                arguments += 1
                return arguments - 1
            }
            program.transformations.append(transformation)
            emit(
                .transform, program.transformations.count - 1, small: UInt16(arguments),
                at: syntax.place)
        } catch {
            problems.error(
                error.message, Place(offset: syntax.place.offset + UInt32(error.offset)))
        }
    }

    private mutating func argument(
        _ text: [UInt8], _ place: Place
    ) throws(TransformationError) {
        do throws(SyntaxError) {
            var parser = VariableParser(text, 0..<text.count, base: place)
            read(try parser.parse())
        } catch {
            throw TransformationError(error.message)
        }
    }
}
