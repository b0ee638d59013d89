/// Why bytes are not the JSON that was asked for: where it stopped, and what was expected there.
public struct JSONError: Error, Equatable, Sendable {
    /// What kind of fault it is.
    public let code: Code
    /// The byte at which it was noticed, from 0; the start of the value where a whole value is at fault.
    public let offset: Int
    /// One sentence for people: what was expected. Contains nothing of the input but member names.
    public let message: String
    /// The value at fault as a JSON pointer (RFC 6901); empty for the whole document and for syntax
    /// errors.
    public var pointer: String

    /// An error at `offset`.
    public init(_ code: Code, offset: Int, _ message: String, pointer: String = "") {
        self.code = code
        self.offset = offset
        self.message = message
        self.pointer = pointer
    }

    /// The kinds of fault.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The text ends where more was needed; an empty text too.
        case unexpectedEnd = "unexpected_end"
        /// A byte that the grammar has no place for here.
        case unexpectedByte = "unexpected_byte"
        /// Something follows the value.
        case trailingBytes = "trailing_bytes"
        /// The text begins with U+FEFF (RFC 8259 §8.1: must not).
        case byteOrderMark = "byte_order_mark"
        /// A string is not UTF-8: cut, overlong, a surrogate, beyond U+10FFFF.
        case invalidUTF8 = "invalid_utf8"
        /// A backslash begins none of the escapes of RFC 8259 §7.
        case invalidEscape = "invalid_escape"
        /// `\uD800` to `\uDFFF` without its other half.
        case loneSurrogate = "lone_surrogate"
        /// A character below U+0020 stands in a string unescaped.
        case controlCharacter = "control_character"
        /// A number breaks the grammar of RFC 8259 §6.
        case invalidNumber = "invalid_number"
        /// More than `JSONLimits.depthMax` arrays and objects inside each other.
        case tooDeep = "too_deep"
        /// An object has two members of one name.
        case duplicateName = "duplicate_name"

        /// A number without fraction and exponent does not fit into 64 bits with sign.
        case integerOutOfRange = "integer_out_of_range"
        /// A number is beyond what a double can hold.
        case numberOutOfRange = "number_out_of_range"
        /// A whole number was needed and the number has a fraction.
        case notWhole = "not_whole"
        /// A value of another type was needed.
        case wrongType = "wrong_type"
        /// A param is an array or an object.
        case nestedParam = "nested_param"
        /// A param is null.
        case nullParam = "null_param"
    }

    /// Whether the text is no JSON as we take it (HTTP 400, JSON-RPC -32700). Otherwise it is JSON, and
    /// what it says cannot be used (422, -32602).
    public var isSyntax: Bool {
        switch code {
        case .unexpectedEnd, .unexpectedByte, .trailingBytes, .byteOrderMark, .invalidUTF8,
            .invalidEscape, .loneSurrogate, .controlCharacter, .invalidNumber, .tooDeep,
            .duplicateName:
            true
        case .integerOutOfRange, .numberOutOfRange, .notWhole, .wrongType, .nestedParam, .nullParam:
            false
        }
    }

    /// The same error in a document that holds this one's as its member `name`.
    public func inside(_ name: String) -> JSONError {
        var error = self
        error.pointer = JSONPointer.root.child(name).text + pointer
        return error
    }
}
