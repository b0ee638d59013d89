/// How deep in a JSON text a place is: brackets are counted, strings stepped over, nothing else is looked at. So it finds
/// where a value ends without reading it. It counts whatever comes; limits are its users'.
struct JSONNesting: Sendable {
    /// Arrays and objects that have begun and not ended; below zero where more have ended.
    private(set) var depth = 0
    /// Whether the place is inside a string.
    private(set) var isInString = false
    private var isEscaped = false

    /// Goes over one byte.
    mutating func advance(over byte: UInt8) {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }
}
