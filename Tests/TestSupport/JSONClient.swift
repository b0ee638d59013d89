internal import Foundation
internal import Glibc

/// A client of the REST surface for tests: one keep-alive connection, one request at a time, blocking with a deadline.
public final class JSONClient {
    /// What came back.
    public struct Response {
        /// The status code.
        public var status: Int
        /// Field names in lower case.
        public var fields: [String: String]
        /// The body's bytes.
        public var body: [UInt8]

        /// The body as JSON, or nil.
        public var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
        }

        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }

        /// The problem's `code`, or nil.
        public var code: String? { json["code"] as? String }
    }

    /// What went wrong below HTTP.
    public struct Failure: Error, CustomStringConvertible {
        /// In words.
        public let description: String
    }

    private let descriptor: Int32
    private var received: [UInt8] = []
    private let host: String

    /// Connects to `127.0.0.1:port`. Every read and write fails after `deadlineSeconds`.
    public init(port: UInt16, deadlineSeconds: Int = 60) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        host = "127.0.0.1:\(port)"
        setDeadline(deadlineSeconds)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = self.descriptor
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(description: "connect: \(errno)") }
    }

    /// Connects to a UNIX socket. Every read and write fails after `deadlineSeconds`.
    public init(path: String, deadlineSeconds: Int = 60) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        host = "localhost"
        setDeadline(deadlineSeconds)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = self.descriptor
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw Failure(description: "connect: \(errno)") }
    }

    deinit { close(descriptor) }

    private func setDeadline(_ seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends a request and waits for its answer. `body` makes it `application/json`.
    public func send(
        _ method: String, _ target: String, _ body: String? = nil, fields: [String: String] = [:]
    ) throws -> Response {
        try send(method, target, bytes: body.map { Array($0.utf8) }, fields: fields)
    }

    /// Sends a request whose body is these bytes and waits for its answer.
    public func send(
        _ method: String, _ target: String, bytes: [UInt8]?, fields: [String: String] = [:]
    ) throws -> Response {
        try write(request(method, target, bytes: bytes, fields: fields))
        return try read(isHead: method == "HEAD")
    }

    /// The bytes of a request. A field whose value is empty is left out, `Content-Type` for one.
    public func request(
        _ method: String, _ target: String, bytes: [UInt8]? = nil, fields: [String: String] = [:]
    ) -> [UInt8] {
        var fields = fields
        if fields["Host"] == nil { fields["Host"] = host }
        if bytes != nil, fields["Content-Type"] == nil {
            fields["Content-Type"] = "application/json"
        }
        if let bytes { fields["Content-Length"] = String(bytes.count) }
        var head = "\(method) \(target) HTTP/1.1\r\n"
        for (name, value) in fields where !value.isEmpty { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n").utf8) + (bytes ?? [])
    }

    /// Says that nothing more will be sent.
    public func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the close that follows an RST, which leaves no port in TIME_WAIT.
    public func resetsWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Whether the other side ends the connection before the deadline; what comes before is thrown away.
    public func reachesEnd() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 || (count < 0 && errno == ECONNRESET) { return true }
            if count < 0 { return false }
        }
    }

    /// Sends these bytes.
    public func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(errno)") }
            sent += count
        }
    }

    /// The next answer.
    public func read(isHead: Bool = false) throws -> Response {
        let separator = Array("\r\n\r\n".utf8)
        var end: Int?
        while end == nil {
            end = received.firstRange(of: separator)?.lowerBound
            if end == nil { try readMore() }
        }
        let headEnd = end ?? 0
        let head = String(decoding: received[..<headEnd], as: UTF8.self)
        received.removeFirst(headEnd + 4)
        let lines = head.components(separatedBy: "\r\n")
        let status = Int(lines[0].split(separator: " ")[1]) ?? 0
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length =
            isHead || status == 204 || status == 304 ? 0 : Int(fields["content-length"] ?? "0") ?? 0
        while received.count < length { try readMore() }
        let body = Array(received[..<length])
        received.removeFirst(length)
        return Response(status: status, fields: fields, body: body)
    }

    private func readMore() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            throw Failure(description: count == 0 ? "closed" : "recv: \(errno)")
        }
        received += buffer[..<count]
    }
}
