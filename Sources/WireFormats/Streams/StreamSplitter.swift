/// Takes a TCP stream of JSON apart into messages, however it was cut on its way. Each byte is
/// looked at once.
///
/// It finds where a message ends, no more: whether it is JSON is for `JSONReader`. Bounded in bytes
/// and depth; after an error there is no telling where the next message begins, so the connection
/// is of no more use.
public struct StreamSplitter: Sendable {
    /// Most bytes of one message unless the caller says otherwise.
    public static let messageBytesMax = 64 << 10

    private let framing: StreamFraming
    private let bytesMax: Int
    private var bytes: [UInt8] = []
    /// Where the next message begins, or white space before it.
    private var start = 0
    /// How far has been looked.
    private var place = 0
    private var state = JSONScan()

    /// A splitter at a message's beginning. With `.none` and `.newline` a message is an object or
    /// an array and white space may stand around it; with `.netstring` it is anything.
    public init(framing: StreamFraming, messageBytesMax: Int = StreamSplitter.messageBytesMax) {
        self.framing = framing
        bytesMax = messageBytesMax
    }

    /// Takes what has come next. Call `next` until it has no more: only then is memory bounded.
    public mutating func append(_ more: Span<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            place -= start
            start = 0
        }
        bytes.reserveCapacity(bytes.count + more.count)
        for index in more.indices { bytes.append(more[index]) }
    }

    /// The next whole message without its framing; nil until more has come.
    public mutating func next() throws(StreamError) -> [UInt8]? {
        switch framing {
        case .none, .newline: try nextValue()
        case .netstring: try nextNetstring()
        }
    }

    // MARK: Objects and arrays

    private mutating func nextValue() throws(StreamError) -> [UInt8]? {
        if state.isOutside { skipWhitespace() }
        while place < bytes.count {
            let isEnd = try state.advance(over: bytes[place])
            place += 1
            guard place - start <= bytesMax else { throw .tooLarge }
            if isEnd {
                defer { start = place }
                return Array(bytes[start..<place])
            }
        }
        return nil
    }

    private mutating func skipWhitespace() {
        while place < bytes.count, isWhitespace(bytes[place]) { place += 1 }
        start = place
    }

    // MARK: Netstrings

    /// `length ":" message ","`
    private mutating func nextNetstring() throws(StreamError) -> [UInt8]? {
        var length = 0
        var index = start
        while index < bytes.count, let digit = digit(bytes[index]) {
            // A second digit behind a zero: the format allows no leading zeros.
            guard index == start || length > 0 else { throw .badNetstring }
            length = length * 10 + digit
            guard length <= bytesMax else { throw .tooLarge }
            index += 1
        }
        place = index
        guard index < bytes.count else { return nil }
        guard index > start, bytes[index] == UInt8(ascii: ":") else { throw .badNetstring }
        let end = index + 1 + length
        place = min(end, bytes.count)
        guard end < bytes.count else { return nil }
        guard bytes[end] == UInt8(ascii: ",") else { throw .badNetstring }
        start = end + 1
        place = start
        return Array(bytes[index + 1..<end])
    }
}

/// Why a stream cannot be taken apart any further.
public enum StreamError: Error, Equatable, Sendable {
    /// A message is neither an object nor an array.
    case noObject
    /// A message has more bytes than are taken.
    case tooLarge
    /// More than `JSONLimits.depthMax` arrays and objects inside each other.
    case tooDeep
    /// No length, colon and comma around a message.
    case badNetstring

    /// What was expected, for people.
    public var message: String {
        switch self {
        case .noObject: "expected a JSON object or array"
        case .tooLarge: "expected a shorter message"
        case .tooDeep:
            "expected at most \(JSONLimits.depthMax) arrays and objects inside each other"
        case .badNetstring: "expected a netstring, as in 2:{},"
        }
    }
}

/// Where in an object or array a scan stands.
private struct JSONScan {
    private var nesting = JSONNesting()

    /// Whether no message has begun.
    var isOutside: Bool { nesting.depth == 0 }

    /// Goes over one byte; true when it ended the message.
    mutating func advance(over byte: UInt8) throws(StreamError) -> Bool {
        let before = nesting.depth
        nesting.advance(over: byte)
        guard nesting.depth <= JSONLimits.depthMax else { throw .tooDeep }
        guard before > 0 || nesting.depth > 0 else { throw .noObject }
        return nesting.depth == 0
    }
}

private func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}

private func digit(_ byte: UInt8) -> Int? {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? Int(byte - UInt8(ascii: "0")) : nil
}
