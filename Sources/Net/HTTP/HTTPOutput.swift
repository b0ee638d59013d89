internal import EventCore
internal import WireFormats

/// Where a worker writes the answers to one batch of requests, to be sent with one call.
struct HTTPOutput: ~Copyable {
    private var buffer = ByteBuffer(capacity: 2 * HTTPOutput.batchBytesMax)
    /// The lines that all answers of one second share: `Server` and `Date`.
    private var common = ByteBuffer(capacity: 64)
    private var second = Int64.min

    /// A batch larger than this is sent before the next request is answered.
    static let batchBytesMax = 65_536
    /// Above this the memory is given back after sending.
    private static let keptBytesMax = 1_048_576

    var bytes: UnsafePointer<UInt8> { buffer.bytes }
    var count: Int { buffer.count }

    /// Forgets what was sent.
    mutating func clear() {
        buffer.clear(keepingMax: Self.keptBytesMax)
    }

    /// Sees to it that `Date` says the second of this moment.
    mutating func setTime(_ moment: Moment) {
        // Rounded down before 1970 too.
        let now = moment.wall >= 0 ? moment.wall / 1_000 : (moment.wall - 999) / 1_000
        guard now != second else { return }
        second = now
        common.clear(keepingMax: .max)
        common.append("Server: Carillon\r\nDate: ")
        HTTPDate.bytes(seconds: now).withUnsafeBufferPointer { common.append($0) }
        common.append("\r\n")
    }

    /// `HTTP/1.1 100 Continue` (RFC 9110 §15.2.1).
    mutating func writeContinue() {
        buffer.append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// One answer, as RFC 9112 §4 to §6 wants it.
    mutating func write(_ response: borrowing HTTPResponse, _ flags: HTTPConnection.Flags) {
        let bodyCount = response.body.count
        // RFC 9110 §8.6: no Content-Length in a 204. In a 304 it would have to be that of the 200.
        let hasLength = response.status != 204 && response.status != 304
        let sendsBody = hasLength && !flags.contains(.headOnly)
        statusLine(response.status)
        buffer.append(common.contents)
        if let type = response.contentType {
            buffer.append("Content-Type: ")
            buffer.append(type)
            buffer.append("\r\n")
        }
        if hasLength {
            buffer.append("Content-Length: ")
            buffer.append(decimal: bodyCount)
            buffer.append("\r\n")
        }
        buffer.append(response.fields.contents)
        if flags.contains(.closing) {
            buffer.append("Connection: close\r\n")
        } else if flags.contains(.saysKeepAlive) {
            buffer.append("Connection: keep-alive\r\n")
        }
        buffer.append("\r\n")
        if sendsBody { response.body.withUnsafeBufferPointer { buffer.append($0) } }
    }

    /// The header of an answer without an end. RFC 9112 §6.3: where neither length nor chunks say it, the end of the
    /// connection is the end.
    mutating func writeStreamHead(
        _ response: borrowing HTTPResponse, _ flags: HTTPConnection.Flags
    ) {
        statusLine(response.status)
        buffer.append(common.contents)
        if let type = response.contentType {
            buffer.append("Content-Type: ")
            buffer.append(type)
            buffer.append("\r\n")
        }
        if flags.contains(.chunked) { buffer.append("Transfer-Encoding: chunked\r\n") }
        buffer.append(response.fields.contents)
        buffer.append("Connection: close\r\n\r\n")
    }

    /// One chunk (RFC 9112 §7.1); not empty, for an empty one is the last.
    mutating func writeChunk(_ bytes: UnsafeBufferPointer<UInt8>) {
        buffer.append(hexadecimal: bytes.count)
        buffer.append("\r\n")
        buffer.append(bytes)
        buffer.append("\r\n")
    }

    /// What says that no chunk follows.
    mutating func writeLastChunk() {
        buffer.append("0\r\n\r\n")
    }

    /// Bytes as they are.
    mutating func writePlain(_ bytes: UnsafeBufferPointer<UInt8>) {
        buffer.append(bytes)
    }

    private mutating func statusLine(_ status: Int) {
        if status == 200 {
            buffer.append("HTTP/1.1 200 OK\r\n")
            return
        }
        buffer.append("HTTP/1.1 ")
        // A status has three digits; anything else a handler sets is its bug, and is 500 on the
        // wire.
        buffer.append(decimal: 100...599 ~= status ? status : 500)
        buffer.append(" ")
        buffer.append(HTTPStatus.reason(status))
        buffer.append("\r\n")
    }
}
