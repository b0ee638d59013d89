internal import EventCore
internal import WireFormats

extension Machine {
    // MARK: Reading

    /// Pushes a variable's value.
    mutating func read(_ use: VariableUse, _ host: any ScriptHost) throws(RunError) {
        var use = use
        if case .onStack = use.index {
            guard let index = stack.removeLast().number else {
                fault("An index needs a number.", host)
                stack.append(.null)
                return
            }
            use.index = .number(Int(clamping: index))
        }
        let value = value(of: use, host)
        if case .string(let bytes) = value { try account(text: bytes.count) }
        stack.append(value)
    }

    func value(of use: VariableUse, _ host: any ScriptHost) -> ScriptValue {
        switch use.source {
        case .avp(let number): avp(number, use.index)
        case .variable(let number): variables[number]
        case .parameterAt(let position): parameter(position, host)
        case .parameter(let name): parameter(name, host)
        case .statistic(let name): host.statistic(name).map { .integer($0) } ?? .null
        case .shared(let name): host.sharedVariable(name)
        case .environment(let name): host.environment(name).map { .string($0) } ?? .null
        case .time(let format): .string(time(format))
        case .plain(let variable): plain(variable, host)
        case .sip(let variable): sip(variable, use.index)
        case .header(let name): header(name, use.index)
        case .headerCount(let name):
            .integer(Int64(context.message?.count(of: name) ?? 0))
        }
    }

    /// All values of a variable, for `for`.
    func values(of use: VariableUse, _ host: any ScriptHost) -> [ScriptValue] {
        switch use.source {
        case .avp(let number): avps.all(number)
        case .header(let name): all(context.message?.values(of: name))
        case .sip(.ct): all(context.message?.elements(of: .contact))
        default: [value(of: use, host)]
        }
    }

    private func all(_ slices: [ArraySlice<UInt8>]?) -> [ScriptValue] {
        (slices ?? []).map { .string(Array($0)) }
    }

    private func avp(_ number: Int, _ index: VariableUse.Index) -> ScriptValue {
        switch index {
        case .none, .onStack: avps.newest(number)
        case .number(let index): avps.value(number, at: index)
        // OpenSIPS: `three, 2, one`.
        case .all: Machine.joined(avps.all(number))
        }
    }

    static func joined(_ values: [ScriptValue]) -> ScriptValue {
        guard !values.isEmpty else { return .null }
        var bytes: [UInt8] = []
        for (place, value) in values.enumerated() {
            if place > 0 { bytes += Array(", ".utf8) }
            value.append(to: &bytes)
        }
        return .string(bytes)
    }

    private func plain(_ variable: PlainVariable, _ host: any ScriptHost) -> ScriptValue {
        switch variable {
        case .returnCode: .integer(returnCode)
        case .seconds: .integer(now.wall / 1_000)
        case .microseconds: .integer(now.wall % 1_000 * 1_000)
        case .timeText: .string(time(Array("%a %b %e %H:%M:%S %Y".utf8)))
        case .line: .integer(Int64(script.map.position(place).line))
        case .file: ScriptValue(script.map.position(place).file)
        case .routeName: ScriptValue(script.routes[frame.route].name ?? "")
        case .routeType: ScriptValue(script.routes[frame.route].kind.rawValue)
        case .random: .integer(Int64(host.random() & 0x7FFF_FFFF))
        }
    }

    // MARK: Parameters

    // OpenSIPS: of a route that was called they are its own, without names.
    private func parameter(_ position: Int, _ host: any ScriptHost) -> ScriptValue {
        if callers.isEmpty {
            if 1...max(1, context.params.items.count) ~= position, !context.params.isEmpty {
                return ScriptValue(context.params.items[position - 1].value)
            }
        } else if 1...max(1, frame.parameterCount) ~= position, frame.parameterCount > 0 {
            return stack[frame.parametersStart + position - 1]
        }
        complain(.warning, "There is no parameter \(position).", host)
        return .null
    }

    private func parameter(_ name: String, _ host: any ScriptHost) -> ScriptValue {
        if callers.isEmpty, let param = context.params.items.first(where: { $0.name == name }) {
            return ScriptValue(param.value)
        }
        complain(.warning, "There is no parameter `\(name)`.", host)
        return .null
    }

    // MARK: Writing

    mutating func writeVariable(_ number: Int) {
        let value = stack.removeLast()
        guard !takeFault() else {
            finished(-1)
            return
        }
        variables[number] = value
        finished(1)
    }

    mutating func writePopped(
        _ number: Int, _ raw: UInt16, _ host: any ScriptHost
    ) throws(RunError) {
        let value = stack.removeLast()
        var use = script.program.uses[number]
        if case .onStack = use.index {
            guard let index = stack.removeLast().number else {
                fault("An index needs a number.", host)
                _ = takeFault()
                finished(-1)
                return
            }
            use.index = .number(Int(clamping: index))
        }
        guard !takeFault() else {
            finished(-1)
            return
        }
        let isWritten = try write(value, to: use, WriteMode(rawValue: raw) ?? .add, host)
        finished(isWritten ? 1 : -1)
    }

    /// Assigns; false where that cannot be, which is logged.
    mutating func write(
        _ value: ScriptValue, to use: VariableUse, _ mode: WriteMode, _ host: any ScriptHost
    ) throws(RunError) -> Bool {
        switch use.source {
        case .variable(let number): variables[number] = value
        case .shared(let name): host.setSharedVariable(name, value)
        case .avp(let number):
            let isDone = writeAVP(number, use.index, value, mode)
            if !isDone { complain(.error, "The AVP has no value of this index.", host) }
            try checkAVPs()
            return isDone
        default: preconditionFailure("the compiler lets nothing else be assigned to")
        }
        return true
    }

    private mutating func writeAVP(
        _ number: Int, _ index: VariableUse.Index, _ value: ScriptValue, _ mode: WriteMode
    ) -> Bool {
        if case .number(let index) = index {
            return avps.replace(number, at: index, with: value)
        }
        switch (mode, value) {
        case (.add, .null):
            if case .all = index { avps.removeAll(number) } else { avps.removeNewest(number) }
        case (.replaceAll, _):
            avps.removeAll(number)
            if value != .null { avps.push(number, value) }
        case (.update, _):
            avps.removeNewest(number)
            avps.push(number, value)
        case (.add, _):
            avps.push(number, value)
        }
        return true
    }

    private func checkAVPs() throws(RunError) {
        guard avps.count <= limits.avpsMax, avps.bytes <= limits.avpBytesMax else {
            throw error(
                .avps,
                "More than \(limits.avpsMax) AVPs or \(limits.avpBytesMax) bytes in them.")
        }
    }

    private func time(_ format: [UInt8]) -> [UInt8] {
        TimeFormat.format(
            format, wallMilliseconds: now.wall, utcOffsetSeconds: context.utcOffsetSeconds)
    }
}

extension ScriptValue {
    /// A param's value: scripts know neither booleans nor fractions.
    init(_ value: Value) {
        switch value {
        case .string(let text): self = .string(Array(text.utf8))
        case .integer(let number): self = .integer(number)
        case .boolean(let flag): self = .integer(flag ? 1 : 0)
        case .double(let number): self = .string(Array("\(number)".utf8))
        }
    }
}
