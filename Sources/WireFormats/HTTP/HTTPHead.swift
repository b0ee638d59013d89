/// A place within a head: where it starts, counted from the first byte of the request, and how long
/// it is.
public struct HTTPRange: Sendable, Equatable {
    /// Offset of its first byte.
    public var start: Int { Int(first) }
    /// Bytes.
    public var count: Int { Int(length) }
    /// Whether it has no bytes.
    public var isEmpty: Bool { length == 0 }

    private var first: UInt16
    private var length: UInt16

    /// Nothing, at the beginning.
    public static let none = HTTPRange(0, 0)

    /// `start ..< end`, both at most `HTTPHead.bytesCeiling`.
    init(_ start: Int, _ end: Int) {
        first = UInt16(truncatingIfNeeded: start)
        length = UInt16(truncatingIfNeeded: end &- start)
    }
}

/// How the end of a body is found (RFC 9112 §6.3).
public enum HTTPFraming: Sendable, Equatable {
    /// So many bytes; 0 when there is no body.
    case length(Int)
    /// Chunk by chunk.
    case chunked
}

/// What a complete and valid header says. A value of fixed size that a worker uses again for every
/// request: it holds places in the request's bytes, never the bytes themselves.
public struct HTTPHead: ~Copyable, Sendable {
    /// What is asked to be done.
    public internal(set) var method = HTTPMethod.other
    /// HTTP/1.0 or HTTP/1.1; a later 1.x counts as 1.1 (RFC 9110 §2.5).
    public internal(set) var version = HTTPVersion.http11
    /// Where the method stands.
    public internal(set) var methodRange = HTTPRange.none
    /// Where the path stands; empty for an absolute-form target without one.
    public internal(set) var path = HTTPRange.none
    /// Where the query stands, without its `?`.
    public internal(set) var query = HTTPRange.none
    /// Whether there is a `?`.
    public internal(set) var hasQuery = false
    /// Where the authority stands: in an absolute-form target, else in Host; empty in HTTP/1.0
    /// without Host.
    public internal(set) var authority = HTTPRange.none
    /// How the body ends.
    public internal(set) var framing = HTTPFraming.length(0)
    /// Whether the connection stays open after the answer (RFC 9112 §9.3).
    public internal(set) var keepsAlive = true
    /// Whether the client waits for `100 Continue` before it sends the body; never so in HTTP/1.0.
    public internal(set) var expectsContinue = false
    /// How many field lines there are.
    public internal(set) var fieldCount = 0

    var fields = HTTPFieldTable(capacity: HTTPHead.fieldCountCeiling)

    /// Most field lines that `HTTPLimits.fieldCountMax` may allow.
    public static let fieldCountCeiling = 256
    /// Most bytes of a whole header, so that places fit into 16 bits.
    public static let bytesCeiling = 65_000

    /// An empty head.
    init() {}

    func copy() -> HTTPHead {
        var copy = HTTPHead()
        copy.method = method
        copy.version = version
        copy.methodRange = methodRange
        copy.path = path
        copy.query = query
        copy.hasQuery = hasQuery
        copy.authority = authority
        copy.framing = framing
        copy.keepsAlive = keepsAlive
        copy.expectsContinue = expectsContinue
        copy.fieldCount = fieldCount
        for index in 0..<fieldCount { copy.fields[index] = fields[index] }
        return copy
    }

    /// One field line; `index` below `fieldCount`.
    public func field(at index: Int) -> HTTPField {
        fields[index]
    }

    /// Where the value of the first field line of this name stands, letters in any case; nil when there is none. `name` is
    /// ASCII, and `bytes` are the request's, of which this is the head.
    public func value(of name: StaticString, in bytes: UnsafePointer<UInt8>) -> HTTPRange? {
        for index in 0..<fieldCount {
            let field = fields[index]
            // The lengths first: they tell most names apart, and this is asked several times of every request.
            guard field.name.count == name.utf8CodeUnitCount else { continue }
            let isNamed = unsafe Self.equalsIgnoringCase(
                bytes + field.name.start, name.utf8Start, field.name.count)
            if isNamed { return field.value }
        }
        return nil
    }

    private static func equalsIgnoringCase(
        _ bytes: UnsafePointer<UInt8>, _ name: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        for index in 0..<count {
            let one = unsafe bytes[index]
            let other = unsafe name[index]
            guard one == other || (one ^ other == 0x20 && (one | 0x20) &- 0x61 < 26) else {
                return false
            }
        }
        return true
    }

    /// Forgets what the last request said; the field places need not be wiped.
    mutating func reset() {
        method = .other
        hasQuery = false
        query = .none
        authority = .none
        framing = .length(0)
        keepsAlive = true
        expectsContinue = false
        fieldCount = 0
    }
}

/// Where one field line's name and value stand; the value without the white space around it.
public struct HTTPField: Sendable, Equatable {
    /// The name, as it was written.
    public var name: HTTPRange
    /// The value.
    public var value: HTTPRange
}

/// The places of a header's fields. Not an `InlineArray`, of which every read through a pointer
/// copies the whole.
@safe struct HTTPFieldTable: ~Copyable, @unchecked Sendable {
    // @unchecked because the memory has one owner, this value, and moves between threads only with
    // it.
    private let places: UnsafeMutablePointer<HTTPField>
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        unsafe places = .allocate(capacity: capacity)
        unsafe places.initialize(repeating: HTTPField(name: .none, value: .none), count: capacity)
    }

    deinit {
        unsafe places.deallocate()
    }

    subscript(index: Int) -> HTTPField {
        get {
            precondition(index >= 0 && index < capacity)
            return unsafe places[index]
        }
        set {
            precondition(index >= 0 && index < capacity)
            unsafe places[index] = newValue
        }
    }
}
