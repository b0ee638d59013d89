/// Reads one request, header and body, from bytes that come in any pieces. Owns no memory and never
/// touches a socket: the server calls it with what it has received, the fuzzer with anything.
///
/// Use: keep all bytes since the start of the request in one buffer; after each arrival call
/// `advance` with all of them; on `.needsMore(kept)` keep the first `kept` bytes and append the
/// next ones there; on `.complete` the next request begins at `end`. The outcome never depends on
/// where the bytes were cut.
public struct HTTPRequestReader: ~Copyable {
    /// What there is after an arrival.
    public enum Progress: Sendable, Equatable {
        /// The request is not complete. Of the buffer only the first `kept` bytes are needed:
        /// chunks were put together.
        case needsMore(kept: Int)
        /// The request is complete: its body is `body`, the next request begins at `end`.
        case complete(body: Range<Int>, end: Int)
    }

    private var parser = HTTPHeadParser()
    private var chunks = HTTPChunkedDecoder()
    /// Bytes of the header; 0 as long as it is not complete.
    public private(set) var headerCount = 0

    /// What the header says; valid once `headerCount` is not 0.
    public private(set) var head = HTTPHead()

    /// A reader at the start of a request.
    public init() {}

    /// A second reader that stands where this one stands: for a request whose bytes are moved to
    /// other memory.
    public func copy() -> HTTPRequestReader {
        var copy = HTTPRequestReader()
        copy.parser = parser
        copy.chunks = chunks
        copy.headerCount = headerCount
        copy.head = head.copy()
        return copy
    }

    /// Begins the next request.
    public mutating func reset() {
        parser.reset()
        head.reset()
        headerCount = 0
    }

    /// Goes on with all bytes kept and received since the start of the request. Throws what the
    /// request is refused for; the reader is then of no further use until `reset`.
    public mutating func advance(
        _ bytes: inout MutableSpan<UInt8>, _ limits: borrowing HTTPLimits
    ) throws(HTTPParseError) -> Progress {
        var start = 0
        if headerCount == 0 {
            guard let count = try parser.parse(bytes.span, into: &head, limits) else {
                return .needsMore(kept: bytes.count)
            }
            headerCount = count
            start = count
            if head.framing == .chunked { chunks = HTTPChunkedDecoder() }
        } else if head.framing == .chunked {
            start = headerCount &+ chunks.keptCount
        }
        switch head.framing {
        case .length(let count):
            let end = headerCount &+ count
            guard end <= bytes.count else { return .needsMore(kept: bytes.count) }
            return .complete(body: headerCount..<end, end: end)
        case .chunked:
            guard let end = try chunks.decode(&bytes, from: start, body: headerCount, limits) else {
                return .needsMore(kept: headerCount &+ chunks.keptCount)
            }
            return .complete(body: headerCount..<headerCount &+ chunks.bodyCount, end: end)
        }
    }
}
