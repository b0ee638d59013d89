extension Compiler {
    mutating func statements(_ list: [Statement]) {
        for statement in list {
            guard !problems.isFull else { return }
            self.statement(statement)
        }
    }

    private mutating func statement(_ statement: Statement) {
        let place = statement.place
        switch statement.kind {
        case .assign(let target, let operation, let value):
            assign(target, operation, value, place)
        case .call(let call):
            self.call(call)
            emit(.pop, at: place)
        case .block(let body): statements(body)
        case .choice(let branches, let otherwise): choice(branches, otherwise)
        case .loop(let condition, let body): loop(condition, body, place)
        case .each(let element, let list, let body): each(element, list, body, place)
        case .cases(let value, let cases): self.cases(value, cases, place)
        case .leave(let value):
            if let value { self.value(value) } else { emit(.integer, 1, at: place) }
            emit(.leave, at: place)
        case .exit: emit(.exit, at: place)
        case .drop: emit(.drop, at: place)
        case .quit:
            guard !breaks.isEmpty else {
                problems.error("`break` stands only in a loop or a `switch`.", place)
                return
            }
            breaks[breaks.count - 1].append(emit(.jump, at: place))
        }
    }

    private mutating func assign(
        _ target: VariableSyntax, _ operation: AssignmentOperator, _ value: Expression,
        _ place: Place
    ) {
        guard let use = writable(target) else { return }
        if case .all = use.index, !value.isNull || operation.arithmetic != nil {
            problems.error("Only NULL can be assigned to all values, [*].", target.place)
            return
        }
        guard let arithmetic = operation.arithmetic else {
            self.value(value)
            write(use, operation == .replace ? .replaceAll : .add, place)
            return
        }
        if case .onStack = use.index {
            problems.error(
                "`+=` and the like take no index that is a variable.", target.place)
            return
        }
        read(use, place)
        self.value(value)
        emit(.arithmetic, small: arithmetic.rawValue, at: place)
        write(use, .update, place)
    }

    private mutating func choice(_ branches: [Branch], _ otherwise: [Statement]) {
        var ends: [Int] = []
        for branch in branches {
            condition(branch.condition)
            let next = emit(.branchIfFalse, at: branch.condition.place)
            statements(branch.body)
            ends.append(emit(.jump, at: branch.condition.place))
            land(next)
        }
        statements(otherwise)
        for end in ends { land(end) }
    }

    private mutating func loop(_ condition: Expression, _ body: [Statement], _ place: Place) {
        let start = here
        self.condition(condition)
        let end = emit(.branchIfFalse, at: place)
        breaks.append([])
        statements(body)
        emit(.jump, start, at: place)
        land(end)
        landBreaks()
    }

    private mutating func each(
        _ element: VariableSyntax, _ list: VariableSyntax, _ body: [Statement], _ place: Place
    ) {
        guard let target = writable(element), let source = use(list) else { return }
        guard case .all = source.index else {
            problems.error(
                "`for` goes through all values: `\(list.spelling)` needs the index [*].",
                list.place)
            return
        }
        if case .onStack = target.index {
            problems.error("The variable of `for` has no index.", element.place)
            return
        }
        emit(.beginEach, number(of: source), at: place)
        let start = emit(.next, at: place)
        write(target, .add, place)
        breaks.append([])
        statements(body)
        emit(.jump, start, at: place)
        land(start)
        landBreaks()
        emit(.endEach, at: place)
    }

    // OpenSIPS: a case goes on into the next one until a `break`.
    private mutating func cases(_ value: Expression, _ cases: [CaseSyntax], _ place: Place) {
        self.value(value)
        breaks.append([])
        var intoBody: Int?
        var fallback: Int?
        for branch in cases {
            var next: Int?
            if let value = branch.value {
                self.value(value)
                next = emit(.branchUnlessCase, at: branch.place)
            } else {
                if fallback != nil { problems.error("There is a second `default`.", branch.place) }
                next = emit(.jump, at: branch.place)
                fallback = here
            }
            if let intoBody { land(intoBody) }
            statements(branch.body)
            intoBody = emit(.jump, at: branch.place)
            if let next { land(next) }
        }
        if let fallback { emit(.jump, fallback, at: place) }
        if let intoBody { land(intoBody) }
        landBreaks()
        emit(.pop, at: place)
    }

    private mutating func landBreaks() {
        for jump in breaks.removeLast() { land(jump) }
    }
}
