internal import EventCore
internal import WireFormats

/// Parameters that are texts and nothing else, lines or parts of a query, as the arguments of a command.
enum TextArguments {
    /// Why texts are no arguments of a command.
    enum Fault: Error {
        /// There are too few or too many.
        case wrongCount
        /// They are no params of an occurrence.
        case badParams

        /// What OpenSIPS 2.4 answers.
        var reply: LineReply {
            switch self {
            case .wrongCount: LineReply(400, "Too few or too many arguments")
            case .badParams: LineReply(400, "Bad Params")
            }
        }
    }

    /// The arguments in the order of the row's parameters. A last parameter that takes several values takes all
    /// that are left.
    static func read(
        _ texts: [String], for row: CommandRow
    ) throws(Fault) -> [Argument?] {
        let parameters = row.parameters
        let required = parameters.count { $0.isRequired }
        let gathers =
            switch parameters.last?.kind {
            case .texts, .params: true
            case .text, .integer, nil: false
            }
        guard texts.count >= required, gathers || texts.count <= parameters.count else {
            throw .wrongCount
        }
        var arguments: [Argument?] = []
        for (index, parameter) in parameters.enumerated() where index < texts.count {
            switch parameter.kind {
            case .text, .integer: arguments.append(.text(texts[index]))
            case .texts: arguments.append(.texts(Array(texts[index...])))
            case .params: arguments.append(.params(try params(texts[index...])))
            }
        }
        return arguments
    }

    /// Params of an occurrence: a JSON object or array alone, or values, or `name::value` pairs as notifications in
    /// lines have them. It is pairs only if every text is one: `fe80::1` beside `a b` is a value.
    private static func params(_ texts: ArraySlice<String>) throws(Fault) -> Params {
        if texts.count == 1, let text = texts.first, text.hasPrefix("{") || text.hasPrefix("[") {
            do throws(JSONError) {
                return try JSON(parsing: Array(text.utf8).span).params(at: .root)
            } catch {
                throw .badParams
            }
        }
        let pairs = texts.compactMap(pair)
        return pairs.count == texts.count
            ? Params(named: pairs) : Params(values: texts.map { .string($0) })
    }

    private static func pair(_ text: String) -> (String, Value)? {
        guard let mark = text.firstRange(of: "::") else { return nil }
        let name = text[..<mark.lowerBound]
        guard EventName.isValid(String(name)) else { return nil }
        return (String(name), .string(String(text[mark.upperBound...])))
    }
}
