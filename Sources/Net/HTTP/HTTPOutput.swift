internal import EventCore
internal import WireFormats

/// Where a worker writes the answers to one batch of requests, to be sent with one call.
struct HTTPOutput: ~Copyable {
    private(set) var bytes: UnsafeMutablePointer<UInt8>
    private(set) var count = 0
    private var capacity: Int

    /// The lines that all answers of one second share: `Server` and `Date`.
    private var common: [UInt8] = []
    private var second = Int64.min

    /// A batch larger than this is sent before the next request is answered.
    static let batchBytesMax = 65_536
    /// Above this the memory is given back after sending.
    private static let keptBytesMax = 1_048_576

    init() {
        capacity = 2 * Self.batchBytesMax
        bytes = .allocate(capacity: capacity)
    }

    deinit {
        bytes.deallocate()
    }

    /// Forgets what was sent.
    mutating func clear() {
        count = 0
        guard capacity > Self.keptBytesMax else { return }
        bytes.deallocate()
        capacity = 2 * Self.batchBytesMax
        bytes = .allocate(capacity: capacity)
    }

    /// Sees to it that `Date` says the second of this moment.
    mutating func setTime(_ moment: Moment) {
        // Rounded down before 1970 too.
        let now = moment.wall >= 0 ? moment.wall / 1_000 : (moment.wall - 999) / 1_000
        guard now != second else { return }
        second = now
        common = Array("Server: Carillon\r\nDate: ".utf8) + HTTPDate.bytes(seconds: now) + Array("\r\n".utf8)
    }

    /// `HTTP/1.1 100 Continue` (RFC 9110 §15.2.1).
    mutating func writeContinue() {
        reserve(32)
        append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// One answer, as RFC 9112 §4 to §6 wants it.
    mutating func write(_ response: borrowing HTTPResponse, _ flags: HTTPConnection.Flags) {
        let bodyCount = response.body.count
        // RFC 9110 §8.6: no Content-Length in a 204. In a 304 it would have to be that of the 200.
        let hasLength = response.status != 204 && response.status != 304
        let sendsBody = hasLength && !flags.contains(.headOnly)
        reserve(512 + response.fields.count + (sendsBody ? bodyCount : 0))
        statusLine(response.status)
        append(common)
        if let type = response.contentType {
            append("Content-Type: ")
            reserve(512 + type.utf8CodeUnitCount + response.fields.count + (sendsBody ? bodyCount : 0))
            append(type)
            append("\r\n")
        }
        if hasLength {
            append("Content-Length: ")
            append(decimal: bodyCount)
            append("\r\n")
        }
        append(response.fields)
        if flags.contains(.closing) {
            append("Connection: close\r\n")
        } else if flags.contains(.saysKeepAlive) {
            append("Connection: keep-alive\r\n")
        }
        append("\r\n")
        if sendsBody { append(response.body) }
    }

    private mutating func statusLine(_ status: Int) {
        if status == 200 {
            append("HTTP/1.1 200 OK\r\n")
            return
        }
        append("HTTP/1.1 ")
        // A status has three digits; anything else a handler sets is its bug, and is 500 on the wire.
        append(decimal: 100...599 ~= status ? status : 500)
        append(" ")
        append(HTTPStatus.reason(status))
        append("\r\n")
    }

    private mutating func reserve(_ room: Int) {
        guard capacity - count < room else { return }
        let larger = max(capacity * 2, count + room)
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        copy.update(from: bytes, count: count)
        bytes.deallocate()
        bytes = copy
        capacity = larger
    }

    // Below: room was reserved.

    @inline(__always)
    private mutating func append(_ text: StaticString) {
        (bytes + count).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        count &+= text.utf8CodeUnitCount
    }

    @inline(__always)
    private mutating func append(_ text: borrowing [UInt8]) {
        let place = bytes + count
        let length = text.count
        text.withUnsafeBufferPointer { text in
            if let start = text.baseAddress { place.update(from: start, count: text.count) }
        }
        count &+= length
    }

    private mutating func append(decimal number: Int) {
        var digits = 1
        var rest = number
        while rest >= 10 {
            digits &+= 1
            rest /= 10
        }
        rest = number
        for index in stride(from: count &+ digits &- 1, through: count, by: -1) {
            bytes[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count &+= digits
    }
}
