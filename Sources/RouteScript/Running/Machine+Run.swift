extension Machine {
    /// Why the machine stands still.
    enum Stop {
        case sliced
        case waiting(Effect)
        case finished(RunResult)
    }

    /// Runs for about `budget` steps.
    mutating func run(_ budget: Int, _ host: any ScriptHost) throws(RunError) -> Stop {
        let (slice, isHuge) = steps.addingReportingOverflow(max(1, budget))
        let end = isHuge ? limits.stepsMax : min(slice, limits.stepsMax)
        while steps < end {
            let instruction = script.program.code[counter]
            counter += 1
            steps += 1
            if let stop = try step(instruction, host) { return stop }
        }
        guard steps < limits.stepsMax else {
            throw limitPassed(.steps, "More than \(limits.stepsMax) steps.")
        }
        return .sliced
    }

    /// A limit passed between two instructions: the place is that of the next one, as the one before may be anywhere
    /// after a jump.
    func limitPassed(_ kind: RunError.Kind, _ message: String) -> RunError {
        let places = script.program.places
        let next = places[min(counter, places.count - 1)]
        return RunError(kind: kind, position: script.map.position(next), message: message)
    }

    /// One instruction; what it ends the slice with, if it does.
    private mutating func step(
        _ instruction: Instruction, _ host: any ScriptHost
    ) throws(RunError) -> Stop? {
        let operand = Int(instruction.operand)
        switch instruction.operation {
        case .null: stack.append(.null)
        case .integer: stack.append(.integer(Int64(instruction.operand)))
        case .constant: stack.append(script.program.constants[operand])
        case .pop: stack.removeLast()

        case .readVariable: stack.append(variables[operand])
        case .readAVP: stack.append(avps.newest(operand))
        case .read: try read(script.program.uses[operand], host)
        case .writeVariable: writeVariable(operand)
        case .write: try writePopped(operand, instruction.small, host)
        case .transform: try transform(operand, Int(instruction.small))
        case .format: try format(Int(instruction.small))

        case .arithmetic: try arithmetic(instruction.small, host)
        case .complement: complement(host)
        case .compare: compare(instruction.small, withNumber: operand == 1, host)
        case .match: match(script.program.regexes[operand], instruction.small == 1)
        case .matchText: matchText(instruction.small == 1, host)
        case .range: matchRange(operand, instruction.small == 1)
        case .not: stack.append(.integer(stack.removeLast().isTrue ? 0 : 1))
        case .decide:
            guard case .integer(let code) = stack.removeLast(), code != 0 else {
                return .finished(RunResult(code: 0, end: .exit, steps: steps))
            }
            stack.append(.integer(code > 0 ? 1 : 0))

        case .jump: counter = operand
        case .branchIfFalse:
            let isTrue = stack.removeLast().isTrue
            if takeFault() || !isTrue { counter = operand }
            result = 1
        case .skipIfFalse:
            if isFaulted || !top.isTrue { counter = operand } else { stack.removeLast() }
        case .skipIfTrue:
            if isFaulted || top.isTrue { counter = operand } else { stack.removeLast() }
        case .branchUnlessCase:
            let value = stack.removeLast()
            if takeFault() || !isCase(value) { counter = operand }
        case .beginEach: beginEach(script.program.uses[operand], host)
        case .next: next(end: operand)
        case .endEach: iterators.removeLast()

        case .call: return try call(operand, host)
        case .callRoute: try callRoute(operand, Int(instruction.small))
        case .leave: return leave(stack.removeLast(), host)
        case .end: return end(result)
        case .exit: return .finished(RunResult(code: 0, end: .exit, steps: steps))
        case .drop: return .finished(RunResult(code: 0, end: .drop, steps: steps))
        }
        return nil
    }

    private var top: ScriptValue { stack[stack.count - 1] }
}
