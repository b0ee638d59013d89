/// What `{…}` behind a variable does with its value: `$(var(a){s.substr,1,$var(n)})`.
///
/// Parsed when the script is loaded, so that a wrong one is an error at load; several are applied
/// from left to right. Immutable.
public struct Transformation: Sendable {
    /// Parses what stands between the braces, without them: `s.substr,1,$var(n)`.
    ///
    /// Where an argument is a variable, `variable` is handed its text (`$var(n)`) and answers which of
    /// the values of `apply` will be its value; it throws where there is no such variable.
    public static func parse(
        _ text: ArraySlice<UInt8>,
        variable: (ArraySlice<UInt8>) throws(TransformationError) -> Int
    ) throws(TransformationError) -> Transformation {
        throw TransformationError("There is no transformation of this name.")
    }

    /// The value that the variable then has; NULL where it cannot be had (as OpenSIPS), also of NULL
    /// for most. `variables` are the values of the arguments that are variables.
    /// Results longer than `stringBytesMax` are the caller's to refuse.
    public func apply(_ value: ScriptValue, variables: ArraySlice<ScriptValue>) -> ScriptValue {
        value
    }
}

/// Why a transformation cannot be parsed.
public struct TransformationError: Error, Sendable, Hashable {
    /// One sentence: what was found, and what was expected.
    public var message: String

    /// An error with its sentence.
    public init(_ message: String) { self.message = message }
}
