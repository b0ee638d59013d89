internal import EventCore
internal import WireFormats

/// JSON-RPC parameters as the arguments of a command.
enum MIArguments {
    /// The arguments in the order of the row's parameters, nil for those left out. Errors in OpenSIPS's words.
    static func read(
        _ params: JSONRPCParams, for row: CommandRow
    ) throws(JSONRPCError) -> [Argument?] {
        let parameters = row.parameters
        let required = parameters.count { $0.isRequired }
        var values = [JSON?](repeating: nil, count: parameters.count)
        switch params {
        case .none:
            break
        case .positional(let given):
            guard given.count <= parameters.count else { throw wrongCount }
            for (index, value) in given.enumerated() { values[index] = value }
        case .named(let given):
            for (name, value) in given {
                guard let index = parameters.firstIndex(where: { $0.name == name }) else {
                    throw wrongNames
                }
                values[index] = value
            }
            if values.prefix(required).contains(where: { $0 == nil }) { throw wrongNames }
        }
        if values.prefix(required).contains(where: { $0 == nil }) { throw wrongCount }
        var arguments: [Argument?] = []
        for (parameter, value) in zip(parameters, values) {
            arguments.append(
                try value.map { value throws(JSONRPCError) in
                    try argument(value, for: parameter)
                })
        }
        return arguments
    }

    private static let wrongCount = JSONRPCError.invalidParams
        .with(data: .string("Too few or too many parameters"))
    private static let wrongNames = JSONRPCError.invalidParams
        .with(data: .string("Named parameters do not match"))

    private static func argument(
        _ value: JSON, for parameter: CommandParameter
    ) throws(JSONRPCError) -> Argument {
        switch parameter.kind {
        case .params:
            return .params(try params(value))
        case .text, .integer, .texts:
            if let number = value.integerValue { return .integer(number) }
            switch value {
            case .string(let text): return .text(text)
            case .array(let items):
                let texts = items.compactMap(\.stringValue)
                return texts.count == items.count ? .texts(texts) : .other
            case .null, .boolean, .integer, .number, .object: return .other
            }
        }
    }

    /// An array, an object, or a text that holds an object (all that OpenSIPS can read).
    private static func params(_ value: JSON) throws(JSONRPCError) -> Params {
        do throws(JSONError) {
            guard case .string(let text) = value else { return try value.params(at: .root) }
            let inner = try JSON(parsing: Array(text.utf8).span)
            guard case .object = inner else {
                throw JSONError(.wrongType, offset: 0, "expected an object")
            }
            return try inner.params(at: .root)
        } catch {
            let place = error.pointer.isEmpty ? "" : error.pointer + ": "
            throw JSONRPCError(
                code: 400, message: "Bad Params", data: .string("params: \(place)\(error.message)"))
        }
    }
}
