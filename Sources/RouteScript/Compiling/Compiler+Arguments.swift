internal import WireFormats

extension Compiler {
    /// What the compiler makes of an argument; nothing where it cannot be, which is reported.
    mutating func argument(
        _ declared: FunctionRow.Argument, _ given: Expression?, _ valueCount: inout Int
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
    mutating func format(_ given: Expression) {
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
    mutating func constantText(_ given: Expression) -> String? {
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
}
