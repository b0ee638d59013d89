/// What `{…}` behind a variable does with its value: `$(var(a){s.substr,1,$var(n)})`.
///
/// Parsed when the script is loaded, so that a wrong one is an error at load; several are applied
/// from left to right. What each does is in the tables of `TransformationTable`. Immutable.
public struct Transformation: Sendable {
    private let row: TransformationRow
    private let arguments: [TransformationArgument]

    /// Most bytes of a result; what would be longer is NULL (OpenSIPS: its buffer of 64 KB).
    public static let resultBytesMax = 65_536

    init(_ row: TransformationRow, _ arguments: [TransformationArgument]) {
        self.row = row
        self.arguments = arguments
    }

    /// Parses what stands between the braces, without them: `s.substr,1,$var(n)`.
    ///
    /// Where an argument is a variable, `variable` is handed its text (`$var(n)`) and answers which
    /// of the values of `apply` will be its value; it throws where there is no such variable.
    public static func parse(
        _ text: ArraySlice<UInt8>,
        variable: (ArraySlice<UInt8>) throws(TransformationError) -> Int
    ) throws(TransformationError) -> Transformation {
        var parser = TransformationParser(text)
        return try parser.parse(variable)
    }

    /// The value that the variable then has; NULL where it cannot be had (as OpenSIPS), also of NULL.
    /// `variables` are the values of the arguments that are variables, counted from its start. What a
    /// regular expression took is added to `steps`.
    public func apply(
        _ value: ScriptValue, variables: ArraySlice<ScriptValue>, steps: inout Int
    ) -> ScriptValue {
        guard value != .null else { return .null }
        let input = TransformationInput(value: value, arguments: arguments, variables: variables)
        guard let result = row.apply(input, &steps) else { return .null }
        if case .string(let bytes) = result, bytes.count > Self.resultBytesMax { return .null }
        return result
    }
}

/// Why a transformation cannot be parsed.
public struct TransformationError: Error, Sendable, Hashable {
    /// One sentence: what was found, and what was expected.
    public var message: String
    /// The place within the braces: bytes from what follows the opening one.
    public var offset: Int

    /// An error with its sentence and its place.
    public init(_ message: String, at offset: Int = 0) {
        self.message = message
        self.offset = offset
    }
}
