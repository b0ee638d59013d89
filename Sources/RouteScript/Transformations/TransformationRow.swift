/// One transformation: its name, what it takes, what it does.
struct TransformationRow: Sendable {
    /// `s.substr`.
    let name: String
    /// In order; the last `optionalCount` may be left out.
    let parameters: [TransformationParameter]
    let optionalCount: Int
    /// nil is NULL. Adds the steps that it took to the second argument, where they are more than
    /// its text makes one expect.
    let apply: @Sendable (TransformationInput, inout Int) -> ScriptValue?

    init(
        _ name: String, _ parameters: TransformationParameter..., optional: Int = 0,
        apply: @escaping @Sendable (TransformationInput) -> ScriptValue?
    ) {
        self.name = name
        self.parameters = parameters
        optionalCount = optional
        self.apply = { input, _ in apply(input) }
    }

    init(
        _ name: String, _ parameters: TransformationParameter...,
        counting: @escaping @Sendable (TransformationInput, inout Int) -> ScriptValue?
    ) {
        self.name = name
        self.parameters = parameters
        optionalCount = 0
        apply = counting
    }
}

/// How an argument is written.
enum TransformationParameter: Sendable {
    /// `-12`, or a variable.
    case number
    /// Text up to the next comma (`\,` is one in it), or a variable.
    case text
    /// The one byte that stands here, whatever it is: `{s.select,0,,}`.
    case byte
    /// Text, maybe in quotes; no variable. Not empty.
    case filler
    /// A number; no variable.
    case constant
    /// `/regex/replacement/flags` to the end, commas included, or a variable that holds it.
    case substitution
}

/// An argument as it was written.
enum TransformationArgument: Sendable {
    case number(Int64)
    case text([UInt8])
    case substitution(Substitution)
    /// The value will be at this place of those that `apply` is given.
    case variable(Int)
    /// A substitution that will be at this place.
    case substitutionVariable(Int)
}

/// The value, which is not NULL, and the arguments.
struct TransformationInput {
    let value: ScriptValue
    let arguments: [TransformationArgument]
    let variables: ArraySlice<ScriptValue>

    /// The value as text; a number as its digits (OpenSIPS).
    var bytes: [UInt8] { value.bytes }

    /// The value if it is text and not empty; OpenSIPS takes nothing else apart.
    var text: ArraySlice<UInt8>? {
        guard case .string(let bytes) = value, !bytes.isEmpty else { return nil }
        return bytes[...]
    }

    /// A number, or a variable that holds one, be it as text; nil where it holds none.
    func number(_ index: Int) -> Int? {
        switch arguments[index] {
        case .number(let number): Int(number)
        case .variable(let place): variable(place).wholeNumber
        default: nil
        }
    }

    /// The same, or the default where the argument was left out.
    func number(_ index: Int, default value: Int) -> Int? {
        index < arguments.count ? number(index) : value
    }

    /// Text, or what a variable holds; nil where that is NULL or empty.
    func text(_ index: Int) -> [UInt8]? {
        let bytes: [UInt8]
        switch arguments[index] {
        case .text(let text): bytes = text
        case .variable(let place):
            let value = variable(place)
            bytes = value == .null ? [] : value.bytes
        default: return nil
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// A substitution; compiled now where a variable holds it, nil where that is none.
    func substitution(_ index: Int) -> Substitution? {
        switch arguments[index] {
        case .substitution(let substitution): substitution
        case .substitutionVariable(let place): try? Substitution(variable(place).bytes[...])
        default: nil
        }
    }

    /// The value of a variable among the arguments.
    func variable(_ place: Int) -> ScriptValue {
        variables[variables.startIndex + place]
    }
}

extension ScriptValue {
    /// As text; NULL is none.
    fileprivate var bytes: [UInt8] {
        switch self {
        case .null: []
        case .integer(let number): Array(String(number).utf8)
        case .string(let bytes): bytes
        }
    }

    /// A number, or text that is nothing but one.
    fileprivate var wholeNumber: Int? {
        switch self {
        case .null: nil
        case .integer(let number): Int(number)
        case .string(let bytes): Int(String(decoding: bytes, as: UTF8.self))
        }
    }
}
