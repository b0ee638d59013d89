internal import WireFormats

extension Machine {
    mutating func arithmetic(_ raw: UInt16, _ host: any ScriptHost) throws(RunError) {
        let right = stack.removeLast()
        let left = stack.removeLast()
        // Once something is wrong there is nothing to compute with.
        guard !isFaulted, let operation = BinaryOperator(rawValue: raw) else {
            stack.append(.null)
            return
        }
        switch Arithmetic.result(operation, left, right) {
        case .success(let value):
            if case .string(let bytes) = value { try account(text: bytes.count) }
            stack.append(value)
        case .failure(let error):
            fault(error.message, host)
            stack.append(.null)
        }
    }

    mutating func complement(_ host: any ScriptHost) {
        if case .integer(let number) = stack.removeLast() {
            stack.append(.integer(~number))
        } else {
            fault("`~` needs a number.", host)
            stack.append(.null)
        }
    }

    mutating func compare(_ raw: UInt16, withNumber: Bool, _ host: any ScriptHost) {
        let right = stack.removeLast()
        let left = stack.removeLast()
        guard !isFaulted, let operation = BinaryOperator(rawValue: raw) else {
            stack.append(.null)
            return
        }
        let holds = Comparison.holds(operation, left, right, rightIsLiteralNumber: withNumber)
        if holds == nil {
            fault("A text is compared with a number; {s.int} makes a number of it.", host)
        }
        stack.append(.integer(holds == true ? 1 : 0))
    }

    mutating func match(_ regex: Regex, _ isNegated: Bool) {
        // NULL matches nothing. A number has a text.
        let text = stack.removeLast().text
        let matches = text.map { regex.matches($0, steps: &steps) } ?? false
        stack.append(.integer(matches != isNegated ? 1 : 0))
    }

    mutating func matchText(_ isNegated: Bool, _ host: any ScriptHost) {
        guard let pattern = stack.removeLast().text, !isFaulted else {
            // As between any two of which one is NULL.
            let isNull = stack.removeLast() == .null
            stack.append(.integer(isNull != isNegated ? 1 : 0))
            return
        }
        steps += pattern.count
        do throws(RegexError) {
            match(try Regex(pattern), isNegated)
        } catch {
            stack.removeLast()
            fault("This is no regular expression: \(error.message)", host)
            stack.append(.null)
        }
    }

    mutating func matchRange(_ number: Int, _ isNegated: Bool) {
        let text = stack.removeLast().text ?? []
        let address =
            IPAddress.parseIPv4(text.span).map { IPAddress.v4($0) }
            ?? IPAddress.parseIPv6(text.span)
        let isInside = address.map { script.program.ranges[number].contains($0) } ?? false
        stack.append(.integer(isInside != isNegated ? 1 : 0))
    }

    // MARK: Texts

    /// Makes one text of the topmost values.
    mutating func format(_ count: Int) throws(RunError) {
        var bytes: [UInt8] = []
        // Checked after each piece: all together they could be many times the limit.
        for value in stack[(stack.count - count)...] {
            value.append(to: &bytes)
            try account(text: bytes.count)
        }
        stack.removeLast(count)
        stack.append(.string(bytes))
    }

    mutating func transform(_ number: Int, _ count: Int) throws(RunError) {
        let start = stack.count - count
        steps += stack[start - 1].byteCount / 16
        let value = script.program.transformations[number].apply(
            stack[start - 1], variables: stack[start...], steps: &steps)
        try account(text: value.byteCount)
        stack.removeLast(count + 1)
        stack.append(value)
    }
}
