/// Strict JSON (RFC 8259) read piece by piece, as a caller that knows what it wants asks for it; no
/// tree is built.
///
/// The reader is only a place in the text: every call is handed the bytes again, always the same ones.
/// It stands at the start of a value after `init`, `nextName` and `nextElement`, and behind it after a
/// `read…` or `skipValue`:
///
///     try JSONReader.document(body) { reader, body in
///         var names = JSONNames()
///         try reader.beginObject(in: body)
///         while let name = try reader.nextName(in: body, seen: &names) {
///             switch name {
///             case "event": event = try reader.readString(in: body)
///             case "params": params = try reader.readParams(in: body)
///             default: throw JSONError(…)
///             }
///         }
///     }
///
/// Stricter than the grammar: names in an object must differ, no byte order mark, valid UTF-8, paired
/// surrogates, at most `JSONLimits.depthMax` levels. After an error a reader is of no more use.
public struct JSONReader {
    /// The next byte to be read.
    public private(set) var offset = 0
    private var depth = 0
    /// Whether the array or object just begun has had no element yet.
    private var isFirst = false

    /// What a value begins to be.
    public enum Kind: Sendable, Hashable {
        /// `{`
        case object
        /// `[`
        case array
        /// `"`
        case string
        /// `-` or a digit
        case number
        /// `t` or `f`
        case boolean
        /// `n`
        case null
    }

    /// Reads a whole document: `read` takes its one value, and nothing but white space may follow.
    ///
    /// An error that is not about syntax gets its JSON pointer, unless it has one. But where the text
    /// is not JSON, be it further on, that is what is thrown: so 400 and 422 do not depend on the order
    /// of members.
    @inlinable
    public static func document<Result>(
        _ bytes: Span<UInt8>,
        _ read: (inout JSONReader, Span<UInt8>) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        do {
            var reader = try JSONReader(in: bytes)
            let result = try read(&reader, bytes)
            try reader.finish(in: bytes)
            return result
        } catch {
            if error.isSyntax { throw error }
            var checker = try JSONReader(in: bytes)
            try checker.skipValue(in: bytes)
            try checker.finish(in: bytes)
            throw error.located(in: bytes)
        }
    }

    /// A reader at the start of the document's value.
    public init(in bytes: Span<UInt8>) throws(JSONError) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw JSONError(.byteOrderMark, offset: 0, "expected JSON without a byte order mark")
        }
        skipWhitespace(in: bytes)
    }

    /// Checks that only white space follows.
    public mutating func finish(in bytes: Span<UInt8>) throws(JSONError) {
        skipWhitespace(in: bytes)
        if offset < bytes.count {
            throw JSONError(.trailingBytes, offset: offset, "expected nothing after the value")
        }
    }

    /// What the value here begins to be. Nothing is read.
    @inline(__always)
    public func kind(in bytes: Span<UInt8>) throws(JSONError) -> Kind {
        guard offset < bytes.count else { throw unexpectedEnd("a value") }
        switch bytes[offset] {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        default: throw unexpectedByte("a value")
        }
    }

    // MARK: Objects and arrays

    /// Reads `{`. `wrongType` if the value is something else.
    public mutating func beginObject(in bytes: Span<UInt8>) throws(JSONError) {
        try begin(.object, in: bytes)
    }

    /// Reads `[`. `wrongType` if the value is something else.
    public mutating func beginArray(in bytes: Span<UInt8>) throws(JSONError) {
        try begin(.array, in: bytes)
    }

    /// Reads up to the next member's value and returns its name; nil behind the `}`.
    /// `duplicateName` if `names`, which belongs to this object alone, has it already.
    public mutating func nextName(
        in bytes: Span<UInt8>, seen names: inout JSONNames
    ) throws(JSONError) -> String? {
        guard try advance(to: UInt8(ascii: "}"), in: bytes) else { return nil }
        try expectName(in: bytes)
        let start = offset
        let (name, hasEscapes) = try readText(in: bytes)
        let place = start &+ 1..<offset &- 1
        if !names.insert(name, at: place, hasEscapes: hasEscapes, in: bytes) {
            throw JSONError(.duplicateName, offset: start, "expected each member only once")
        }
        try readColon(in: bytes)
        return name
    }

    /// Reads up to the next element; false behind the `]`.
    public mutating func nextElement(in bytes: Span<UInt8>) throws(JSONError) -> Bool {
        try advance(to: UInt8(ascii: "]"), in: bytes)
    }

    private func expectName(in bytes: Span<UInt8>) throws(JSONError) {
        guard offset < bytes.count else { throw unexpectedEnd("a member's name") }
        guard bytes[offset] == UInt8(ascii: "\"") else {
            throw unexpectedByte("a member's name in double quotes")
        }
    }

    @inline(__always)
    private mutating func readColon(in bytes: Span<UInt8>) throws(JSONError) {
        skipWhitespace(in: bytes)
        guard offset < bytes.count else { throw unexpectedEnd("':'") }
        guard bytes[offset] == UInt8(ascii: ":") else { throw unexpectedByte("':'") }
        offset &+= 1
        skipWhitespace(in: bytes)
    }

    private mutating func begin(_ kind: Kind, in bytes: Span<UInt8>) throws(JSONError) {
        guard try self.kind(in: bytes) == kind else {
            throw wrongType(kind == .object ? "an object" : "an array")
        }
        if depth == JSONLimits.depthMax {
            throw JSONError(
                .tooDeep, offset: offset,
                "expected at most \(JSONLimits.depthMax) arrays and objects inside each other")
        }
        depth &+= 1
        isFirst = true
        offset &+= 1
        skipWhitespace(in: bytes)
    }

    /// Goes to the next element or member, over a comma if it is not the first; false behind `end`.
    private mutating func advance(to end: UInt8, in bytes: Span<UInt8>) throws(JSONError) -> Bool {
        let wasFirst = isFirst
        isFirst = false
        if !wasFirst { skipWhitespace(in: bytes) }
        guard offset < bytes.count else { throw unexpectedEnd(endings(end, wasFirst)) }
        if bytes[offset] == end {
            offset &+= 1
            depth &-= 1
            return false
        }
        if wasFirst { return true }
        guard bytes[offset] == UInt8(ascii: ",") else { throw unexpectedByte(endings(end, false)) }
        offset &+= 1
        skipWhitespace(in: bytes)
        return true
    }

    private func endings(_ end: UInt8, _ isFirst: Bool) -> String {
        switch (end, isFirst) {
        case (UInt8(ascii: "}"), true): "a member's name or '}'"
        case (UInt8(ascii: "}"), false): "',' or '}'"
        case (_, true): "a value or ']'"
        case (_, false): "',' or ']'"
        }
    }

    // MARK: Scalars

    /// Reads `true` or `false`.
    public mutating func readBoolean(in bytes: Span<UInt8>) throws(JSONError) -> Bool {
        guard try kind(in: bytes) == .boolean else { throw wrongType("true or false") }
        if bytes[offset] == UInt8(ascii: "t") {
            try readWord("true", in: bytes)
            return true
        }
        try readWord("false", in: bytes)
        return false
    }

    /// Reads `null`.
    public mutating func readNull(in bytes: Span<UInt8>) throws(JSONError) {
        guard try kind(in: bytes) == .null else { throw wrongType("null") }
        try readWord("null", in: bytes)
    }

    private mutating func readWord(_ word: StaticString, in bytes: Span<UInt8>) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard offset < bytes.count else { throw unexpectedEnd("'\(word)'") }
            guard unsafe bytes[offset] == word.utf8Start[index] else {
                throw unexpectedByte("'\(word)'")
            }
            offset &+= 1
        }
    }

    // MARK: Skipping

    /// Reads over one value of any kind. Grammar, UTF-8 and depth are checked as everywhere; numbers of
    /// any size pass, and names of skipped objects are not compared.
    public mutating func skipValue(in bytes: Span<UInt8>) throws(JSONError) {
        switch try kind(in: bytes) {
        case .object:
            try beginObject(in: bytes)
            while try advance(to: UInt8(ascii: "}"), in: bytes) {
                try expectName(in: bytes)
                try skipString(in: bytes)
                try readColon(in: bytes)
                try skipValue(in: bytes)
            }
        case .array:
            try beginArray(in: bytes)
            while try nextElement(in: bytes) { try skipValue(in: bytes) }
        case .string: try skipString(in: bytes)
        case .number: _ = try scanNumber(in: bytes)
        case .boolean: _ = try readBoolean(in: bytes)
        case .null: try readNull(in: bytes)
        }
    }

    // MARK: What the other files of the reader use

    /// Goes on to `place`, which lies in the text or at its end.
    mutating func move(to place: Int) { offset = place }

    @inline(__always)
    private mutating func skipWhitespace(in bytes: Span<UInt8>) {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset &+= 1
            default: return
            }
        }
    }

    @inline(never)
    func unexpectedEnd(_ expected: String) -> JSONError {
        JSONError(.unexpectedEnd, offset: offset, "expected \(expected), the text ends")
    }

    @inline(never)
    func unexpectedByte(_ expected: String) -> JSONError {
        JSONError(.unexpectedByte, offset: offset, "expected \(expected)")
    }

    @inline(never)
    func wrongType(_ expected: String) -> JSONError {
        JSONError(.wrongType, offset: offset, "expected \(expected)")
    }
}
