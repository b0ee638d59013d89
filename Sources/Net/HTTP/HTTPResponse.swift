/// The answer a handler fills in. One per worker, emptied and used again for every request: its
/// buffers keep their capacity, so an answer of ordinary size allocates nothing.
///
/// The server itself adds `Server`, `Date`, `Content-Length`, and `Connection` where needed, leaves
/// the body away for HEAD, 204 and 304, and sends.
public struct HTTPResponse: ~Copyable {
    /// The status, 200 to 599. At first 200.
    public var status = 200
    /// The Content-Type; nil = none. At first nil.
    public var contentType: StaticString?
    /// The body. At first empty.
    public var body: [UInt8] = []
    /// What the answer counts for in `HTTPServer.answers`: a number of the handler's own, 0 to
    /// `HTTPAnswerCounts.labelsMax` − 1. At first 0, and 0 for what the server itself refuses.
    public var label: UInt8 = 0
    /// Whether the connection closes after this answer. At first false.
    public var close = false

    /// `Name: value` CR LF, one after the other.
    private(set) var fields = ByteBuffer(capacity: 512)

    /// Above this a buffer is not kept for the next request.
    static let keptBytesMax = 1_048_576

    /// An empty answer, status 200.
    public init() {
        body.reserveCapacity(4_096)
    }

    /// Adds a header field. `name` is a token and none of those the server adds itself. Control
    /// characters in `value` are sent as spaces: no value can begin another line.
    public mutating func addField(_ name: StaticString, _ value: UnsafeBufferPointer<UInt8>) {
        fields.append(name)
        fields.append(": ")
        fields.append(line: value)
        fields.append("\r\n")
    }

    /// Adds a header field with a text as its value.
    public mutating func addField(_ name: StaticString, _ value: String) {
        var value = value
        value.withUTF8 { addField(name, $0) }
    }

    /// Adds a header field with bytes as its value.
    public mutating func addField(_ name: StaticString, _ value: [UInt8]) {
        value.withUnsafeBufferPointer { addField(name, $0) }
    }

    /// Adds a header field whose value `write` writes where it is sent from: at most `bytesMax` bytes.
    public mutating func addField(
        _ name: StaticString, bytesMax: Int, _ write: (inout OutputSpan<UInt8>) -> Void
    ) {
        fields.append(name)
        fields.append(": ")
        fields.append(line: bytesMax, write)
        fields.append("\r\n")
    }

    /// Adds a header field whose value is a literal.
    public mutating func addField(_ name: StaticString, _ value: StaticString) {
        fields.append(name)
        fields.append(": ")
        // A literal is the program's own: nothing in it to look for.
        fields.append(value)
        fields.append("\r\n")
    }

    /// Appends a literal to the body.
    public mutating func append(_ text: StaticString) {
        body.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a text to the body.
    public mutating func append(_ text: String) {
        body.append(contentsOf: text.utf8)
    }

    /// Empties it for the next request.
    mutating func reset() {
        status = 200
        contentType = nil
        close = false
        label = 0
        fields.clear(keepingMax: Self.keptBytesMax)
        if !body.isEmpty { body.removeAll(keepingCapacity: body.capacity <= Self.keptBytesMax) }
    }
}
