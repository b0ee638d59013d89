extension Machine {
    // MARK: Loops and cases

    /// Whether the value of a `switch`, on top of the stack, is this case's: as `==` sees it.
    func isCase(_ value: ScriptValue) -> Bool {
        Comparison.holds(.equal, stack[stack.count - 1], value) ?? false
    }

    mutating func beginEach(_ use: VariableUse, _ host: any ScriptHost) {
        let values = values(of: use, host)
        steps += values.count / 16
        iterators.append(Iterator(values: values))
    }

    mutating func next(end: Int) {
        let last = iterators.count - 1
        guard iterators[last].next < iterators[last].values.count else {
            counter = end
            return
        }
        stack.append(iterators[last].values[iterators[last].next])
        iterators[last].next += 1
    }

    // MARK: Functions

    mutating func call(_ number: Int, _ host: any ScriptHost) throws(RunError) -> Stop? {
        let site = script.program.sites[number]
        // An argument went wrong: the call does not take place.
        guard !takeFault() else {
            finish(site, -1)
            return nil
        }
        switch try FunctionTable.rows[site.function].body(&self, site, host) {
        case .code(let code):
            finish(site, code)
            return nil
        case .wait(let effect):
            waitingSite = number
            return .waiting(effect)
        }
    }

    /// Goes on with what an effect came to.
    mutating func finish(
        _ effect: EffectResult, _ host: any ScriptHost
    ) throws(RunError) {
        guard let number = waitingSite else { return }
        waitingSite = nil
        let site = script.program.sites[number]
        var code: Int64 = -1
        if let finish = FunctionTable.rows[site.function].finish {
            code = try finish(&self, site, effect, host)
        }
        finish(site, code)
    }

    private mutating func finish(_ site: CallSite, _ code: Int64) {
        stack.removeLast(site.valueCount)
        finished(code)
        stack.append(.integer(code))
    }

    /// A function, route or assignment came to this.
    mutating func finished(_ code: Int64) {
        returnCode = code
        result = code
    }

    // MARK: Routes

    mutating func callRoute(_ route: Int, _ parameterCount: Int) throws(RunError) {
        guard callers.count < limits.callDepthMax else {
            throw error(
                .callDepth,
                "More than \(limits.callDepthMax) calls of routes within each other.")
        }
        guard !takeFault() else {
            stack.removeLast(parameterCount)
            finished(-1)
            stack.append(.integer(-1))
            return
        }
        callers.append(frame)
        frame = Frame(
            route: route, returnTo: counter, parametersStart: stack.count - parameterCount,
            parameterCount: parameterCount, iteratorCount: iterators.count)
        counter = script.program.entries[route]
        result = 1
    }

    // OpenSIPS: `return(0)` is `exit`.
    mutating func leave(_ value: ScriptValue, _ host: any ScriptHost) -> Stop? {
        var code: Int64 = -1
        if !takeFault() {
            if let number = value.number {
                code = number
            } else {
                complain(.error, "`return` needs a number.", host)
            }
        }
        guard code != 0 else {
            return .finished(RunResult(code: 0, end: .exit, steps: steps))
        }
        return end(code)
    }

    /// The end of the route that runs: back to its caller, or the end of the run.
    mutating func end(_ code: Int64) -> Stop? {
        guard let caller = callers.popLast() else {
            return .finished(RunResult(code: code, end: .ended, steps: steps))
        }
        stack.removeLast(stack.count - frame.parametersStart)
        iterators.removeLast(iterators.count - frame.iteratorCount)
        counter = frame.returnTo
        frame = caller
        finished(code)
        stack.append(.integer(code))
        return nil
    }
}
