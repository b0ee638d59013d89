public import EventCore
internal import Glibc
public import WireFormats

/// One complete request as a handler sees it: a view of the worker's memory, valid only during the
/// call. Nothing is copied and no String is made.
///
/// What the server guarantees: the syntax is that of RFC 9112, there is one valid Host (HTTP/1.1),
/// the target is made of allowed characters with well-formed percent escapes, field values hold no
/// control character but the tab, the body is whole and its chunks put together.
public struct HTTPRequest: ~Copyable {
    let base: UnsafePointer<UInt8>
    let reader: UnsafePointer<HTTPRequestReader>
    let mailbox: Unmanaged<HTTPMailbox>
    let address: HTTPTicket.Address
    let connection: UnsafeMutablePointer<HTTPConnection>

    /// The body, complete; empty when there is none.
    public let body: UnsafeBufferPointer<UInt8>
    /// Who sent it.
    public let peer: PeerAddress
    /// When the server woke up for the bytes that completed it.
    public let received: Moment

    /// What it asks to be done; never `.connect`.
    public var method: HTTPMethod { reader.pointee.head.method }

    /// The method as it was written, for `.other`.
    public var methodBytes: UnsafeBufferPointer<UInt8> { bytes(reader.pointee.head.methodRange) }

    /// HTTP/1.0 or HTTP/1.1.
    public var version: HTTPVersion { reader.pointee.head.version }

    /// The path as it was sent, percent escapes included; starts with `/`, or is `*` for `OPTIONS
    /// *`. An absolute-form target is already reduced (RFC 9112 §3.2.2).
    public var path: UnsafeBufferPointer<UInt8> {
        let range = reader.pointee.head.path
        // `GET http://host HTTP/1.1` has no path byte to point at (RFC 9110 §4.2.3: it means `/`).
        return range.isEmpty ? HTTPRequest.impliedPath(method) : bytes(range)
    }

    /// Whether the path is exactly this one, byte for byte and escapes undecoded.
    public func hasPath(_ text: StaticString) -> Bool {
        let path = self.path
        guard path.count == text.utf8CodeUnitCount, let start = path.baseAddress else {
            return false
        }
        return memcmp(start, text.utf8Start, path.count) == 0
    }

    /// What follows the first `?`, undecoded; nil without `?`.
    public var query: UnsafeBufferPointer<UInt8>? {
        reader.pointee.head.hasQuery ? bytes(reader.pointee.head.query) : nil
    }

    /// Host and port as the request names them: the authority of an absolute-form target, else the
    /// value of the Host field. Valid by RFC 3986 §3.2 and not yet compared with anything; empty
    /// only in HTTP/1.0 without Host.
    public var host: UnsafeBufferPointer<UInt8> { bytes(reader.pointee.head.authority) }

    /// How many field lines there are.
    public var fieldCount: Int { reader.pointee.head.fieldCount }

    /// The name and value of one field line, in the order received; `index` below `fieldCount`.
    public func field(at index: Int) -> (
        name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>
    ) {
        let field = reader.pointee.head.field(at: index)
        return (bytes(field.name), bytes(field.value))
    }

    /// The value of the first field line of this name, in any case of letters; nil when there is
    /// none. `name` is ASCII. Host, Content-Length, Content-Type, Authorization and Origin are
    /// never there twice.
    public func field(_ name: StaticString) -> UnsafeBufferPointer<UInt8>? {
        guard let value = reader.pointee.head.value(of: name, in: base) else { return nil }
        return bytes(value)
    }

    /// What the handler remembers of this connection; empty at first, gone with it. Another connection never sees it.
    public var memo: HTTPMemo {
        get { connection.pointee.memo }
        nonmutating set { connection.pointee.memo = newValue }
    }

    /// Names this request for an answer that comes later; see `HTTPHandler.respond`.
    public var ticket: HTTPTicket {
        HTTPTicket(mailbox: mailbox.takeUnretainedValue(), address: address)
    }

    private func bytes(_ range: HTTPRange) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: base + range.start, count: range.count)
    }

    private static func impliedPath(_ method: HTTPMethod) -> UnsafeBufferPointer<UInt8> {
        // RFC 9112 §3.2.4: OPTIONS for an authority without path or query is `OPTIONS *`.
        let text: StaticString = method == .options ? "*" : "/"
        return UnsafeBufferPointer(start: text.utf8Start, count: 1)
    }
}
