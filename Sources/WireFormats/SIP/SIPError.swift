/// Why a text is no SIP message, and where.
public struct SIPError: Error, Sendable, Equatable {
    /// What is wrong.
    public let fault: SIPFault
    /// The place of the fault: bytes from the beginning.
    public let offset: Int
    /// The line of that place, from 1.
    public let line: Int
    /// The place within its line: bytes, from 1.
    public let column: Int

    /// A fault at a byte of a text.
    init(_ fault: SIPFault, at offset: Int, in bytes: Span<UInt8>) {
        self.fault = fault
        self.offset = offset
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, bytes.count) where bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        self.line = line
        self.column = offset - lineStart + 1
    }
}

extension SIPError: CustomStringConvertible {
    /// `2:7: expected …`.
    public var description: String { "\(line):\(column): \(fault.detail)" }
}

/// What can be wrong with a SIP message as a whole. What is wrong within one address or URI makes
/// only that one unreadable, as in OpenSIPS: it is nil where it is asked for.
public enum SIPFault: Error, Sendable, Equatable, CaseIterable {
    case empty, messageTooLong, startLineTooLong, fieldTooLong, tooManyFields
    case badByte, bareCarriageReturn
    case badStartLine, badMethod, badRequestURI, badVersion, badStatus
    case badField, strayContinuation, duplicateField
    case badContentLength, bodyTooShort

    /// The sentence for people: what was expected.
    public var detail: StaticString {
        switch self {
        case .empty: "Expected a SIP message; there is no text."
        case .messageTooLong: "The message is longer than allowed."
        case .startLineTooLong: "The start line is longer than allowed."
        case .fieldTooLong: "A header field is longer than allowed."
        case .tooManyFields: "There are more header fields than allowed."
        case .badByte: "A header holds a control character; only a tab within a value is allowed."
        case .bareCarriageReturn: "CR is only allowed before LF."
        case .badStartLine: "Expected `METHOD uri SIP/2.0` or `SIP/2.0 status reason`."
        case .badMethod: "The method is a token of letters, digits and -.!%*_+`'~."
        case .badRequestURI: "Expected one URI between the method and SIP/2.0."
        case .badVersion: "Expected SIP/2.0."
        case .badStatus: "A status has three digits, from 100 to 699."
        case .badField: "Expected a field name, a colon and a value."
        case .strayContinuation: "A line that begins with a blank continues a field; there is none."
        case .duplicateField: "This header field may be there only once."
        case .badContentLength: "Content-Length is a number of bytes."
        case .bodyTooShort: "The body is shorter than Content-Length says."
        }
    }
}
