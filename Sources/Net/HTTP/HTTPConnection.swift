internal import EventCore
internal import WireFormats

/// What a worker knows about one connection: a plain record reached by pointer, without reference
/// counts. An idle connection has neither input nor output: its record is all the memory it takes.
struct HTTPConnection {
    /// Where a connection stands beside what its input and output say.
    struct Flags: OptionSet {
        let rawValue: UInt16
        /// Accepted and not yet closed.
        static let open = Flags(rawValue: 1)
        /// A request waits for its ticket.
        static let parked = Flags(rawValue: 2)
        /// After the bytes to be sent nothing follows.
        static let closing = Flags(rawValue: 4)
        /// Our side is closed; what still comes is thrown away.
        static let lingering = Flags(rawValue: 8)
        /// The request being answered is HEAD.
        static let headOnly = Flags(rawValue: 16)
        /// The request being answered is HTTP/1.0 and asked for keep-alive.
        static let saysKeepAlive = Flags(rawValue: 32)
        /// Whether to send `100 Continue` for the incomplete request is decided.
        static let continued = Flags(rawValue: 64)
        /// The answer is a stream.
        static let streaming = Flags(rawValue: 128)
        /// The stream goes out in chunks.
        static let chunked = Flags(rawValue: 256)
    }

    /// The descriptor; closed by `HTTPWorkerLoop.close` alone.
    var descriptor: Int32
    /// Which tenant of this slot; never 0.
    var generation: UInt32
    var flags: Flags
    /// Which deadline runs.
    var deadline: HTTPDeadline
    /// What the answer to the parked request counts for.
    var label: UInt8 = 0
    /// What epoll watches it for.
    var interest: UInt32
    /// Counts requests, so that a ticket finds only its own.
    var request: UInt32
    /// Bytes thrown away while lingering.
    var lingeredBytes: UInt32
    /// Neighbours in the list of its deadline; `next` also links free slots.
    var previous: UInt32
    var next: UInt32
    /// When the deadline is over, nanoseconds of CLOCK_BOOTTIME.
    var expires: Int64
    /// An incomplete request, or complete ones that have to wait.
    var input: UnsafeMutablePointer<HTTPInput>?
    /// What the client has not taken yet.
    var output: UnsafeMutablePointer<HTTPUnsent>?
    let peer: PeerAddress
    /// The handler's own.
    var memo = HTTPMemo()
}

/// The deadlines of a connection, each of one fixed duration. The raw value is the place of its
/// list.
enum HTTPDeadline: UInt8 {
    case idle, header, body, answer, send, linger
    /// Of a stream that has nothing to say: not its end, but time for a sign of life.
    case beat
    /// Not in any list.
    case none

    /// How many lists there are.
    static let count = 7
}

/// Bytes received that wait: for the rest of their request, for the answer before them, or for the
/// client to read. Exists only as long as there are such bytes.
struct HTTPInput: ~Copyable {
    /// The request at the beginning of the bytes, as far as it was read.
    var reader: HTTPRequestReader
    var bytes: UnsafeMutablePointer<UInt8>
    var capacity: Int
    var count: Int

    /// The first allocation; most requests that come in pieces are smaller.
    static let bytesMin = 4_096

    /// A copy of `bytes` and `reader`. To be ended with `destroy`.
    static func create(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, _ reader: borrowing HTTPRequestReader
    ) -> UnsafeMutablePointer<HTTPInput> {
        let capacity = max(bytesMin, count)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        copy.update(from: bytes, count: count)
        let input = UnsafeMutablePointer<HTTPInput>.allocate(capacity: 1)
        input.initialize(
            to: HTTPInput(reader: reader.copy(), bytes: copy, capacity: capacity, count: count))
        return input
    }

    static func destroy(_ input: UnsafeMutablePointer<HTTPInput>) {
        input.pointee.bytes.deallocate()
        input.deinitialize(count: 1)
        input.deallocate()
    }

    /// Makes room for `room` more bytes. Bounded by the limits of a request: the reader refuses
    /// before more is received.
    mutating func reserve(_ room: Int) {
        guard capacity &- count < room else { return }
        let larger = max(capacity &* 2, count &+ room)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        copy.update(from: bytes, count: count)
        bytes.deallocate()
        bytes = copy
        capacity = larger
    }
}

/// Bytes that the client has not taken yet. Bounded: while there are some, nothing is received or
/// answered.
struct HTTPUnsent {
    var bytes: UnsafeMutablePointer<UInt8>
    var start: Int
    var count: Int

    /// A copy of `bytes`. To be ended with `destroy`.
    static func create(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UnsafeMutablePointer<
        HTTPUnsent
    > {
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
        copy.update(from: bytes, count: count)
        let output = UnsafeMutablePointer<HTTPUnsent>.allocate(capacity: 1)
        output.initialize(to: HTTPUnsent(bytes: copy, start: 0, count: count))
        return output
    }

    /// Adds bytes to be sent later: the one answer of a parked request.
    mutating func append(_ more: UnsafePointer<UInt8>, _ moreCount: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: count - start + moreCount)
        larger.update(from: bytes + start, count: count - start)
        (larger + count - start).update(from: more, count: moreCount)
        bytes.deallocate()
        bytes = larger
        count += moreCount - start
        start = 0
    }

    static func destroy(_ output: UnsafeMutablePointer<HTTPUnsent>) {
        output.pointee.bytes.deallocate()
        output.deallocate()
    }
}
