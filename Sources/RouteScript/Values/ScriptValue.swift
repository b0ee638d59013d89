/// What a variable of a script holds. OpenSIPS knows nothing else: no fractions, no booleans, no
/// lists.
public enum ScriptValue: Sendable, Hashable {
    /// No value: a variable that was never set, a header that is not there. False as a condition.
    case null
    /// A number. 64 bits (OpenSIPS: 32); arithmetic that leaves them ends the run with
    /// `RunError.Kind.overflow`.
    case integer(Int64)
    /// Text, as bytes. Usually UTF-8, but nobody promises: OpenSIPS's strings are bytes, and
    /// `{s.len}` counts them.
    case string([UInt8])

    /// The bytes of a text.
    public init(_ text: String) { self = .string(Array(text.utf8)) }
}

extension ScriptValue: CustomStringConvertible {
    /// As `xlog` prints it: NULL is `<null>`; bytes that are no UTF-8 are repaired.
    public var description: String {
        switch self {
        case .null: "<null>"
        case .integer(let number): String(number)
        case .string(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}
