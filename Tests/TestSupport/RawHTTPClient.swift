internal import Glibc
public import Net

/// A client that sends exactly the bytes it is given and reads answers with a deadline. One thread.
public final class RawHTTPClient {
    /// What a test waits for at most; nothing waits so long unless it fails.
    public static let patienceMilliseconds = 30_000

    /// Closed on exec: a program that a test starts must not keep connections open.
    private static let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

    private let number: Int32
    private var received: [UInt8] = []
    private var isOpen = true

    /// Connects to a listener's address.
    public init(_ address: ListenAddress) throws {
        switch address {
        case .tcp(let host, let port):
            let isIPv6 = host.contains(":")
            number = socket(isIPv6 ? AF_INET6 : AF_INET, Self.type, 0)
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            var list: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else {
                throw SystemError("getaddrinfo", EADDRNOTAVAIL)
            }
            defer { freeaddrinfo(list) }
            guard connect(number, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
                throw SystemError.last("connect")
            }
        case .unix(let path):
            number = socket(AF_UNIX, Self.type, 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            let number = self.number
            let result = withUnsafePointer(to: &name) { name in
                name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard result == 0 else { throw SystemError.last("connect") }
        }
        var one: Int32 = 1
        setsockopt(
            number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close() }

    /// Closes the connection in the ordinary way.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        Glibc.close(number)
    }

    /// Closes with RST.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Says that nothing more will be sent.
    public func halfClose() { shutdown(number, 1) }

    /// Makes the kernel keep as little as it can for this client. To be called before anything is
    /// received.
    public func shrinkReceiveBuffer() {
        var size: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends all bytes; false when the other side does not take them.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(number, $0.baseAddress, $0.count, 0x4000)
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Sends a text.
    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// The next answer; nil when the connection ends or nothing comes. `isHead`: an answer to HEAD,
    /// without a body.
    public func response(isHead: Bool = false) -> RawHTTPResponse? {
        while true {
            if let (response, count) = RawHTTPResponse.parse(received, isHead: isHead) {
                received.removeFirst(count)
                return response
            }
            guard receive() else { return nil }
        }
    }

    /// So many answers, or as many as came before the end.
    public func responses(_ count: Int) -> [RawHTTPResponse] {
        var responses: [RawHTTPResponse] = []
        while responses.count < count, let response = response() { responses.append(response) }
        return responses
    }

    /// What has arrived, as soon as `text` is in it, with all that came before; what is behind it is kept for the next
    /// call. nil when the connection ends or nothing more comes.
    public func received(through text: String) -> String? {
        let wanted = Array(text.utf8)
        var searched = 0
        while true {
            if let end = Self.end(of: wanted, in: received, from: searched) {
                defer { received.removeFirst(end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            searched = max(0, received.count - wanted.count + 1)
            guard receive() else { return nil }
        }
    }

    private static func end(of wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            var start = start
            while start + wanted.count <= bytes.count {
                // The first byte of what is wanted, found by the C library: tests are not optimised.
                guard let base = bytes.baseAddress,
                    let found = memchr(base + start, Int32(wanted[0]), bytes.count - start)
                else { return nil }
                start = UnsafeRawPointer(found) - base
                guard start + wanted.count <= bytes.count else { return nil }
                if memcmp(base + start, wanted, wanted.count) == 0 { return start + wanted.count }
                start += 1
            }
            return nil
        }
    }

    /// Whether the other side ends the connection; what comes before is thrown away.
    public func reachesEnd() -> Bool {
        while receive() { received.removeAll() }
        return ended
    }

    /// Whether nothing at all has arrived yet.
    public func isSilent() -> Bool {
        var descriptor = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return received.isEmpty && poll(&descriptor, 1, 0) == 0
    }

    private var ended = false

    private func receive() -> Bool {
        var descriptor = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(Self.patienceMilliseconds)) == 1 else { return false }
        let count = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            let count = recv(number, buffer.baseAddress, buffer.count, 0)
            if count > 0 { received.append(contentsOf: buffer[..<count]) }
            return count
        }
        if count <= 0 { ended = true }
        return count > 0
    }
}

/// One answer, taken apart just as far as tests look.
public struct RawHTTPResponse: Equatable, Sendable {
    /// The status; 0 when the status line is none.
    public let status: Int
    /// The header lines behind the status line.
    public let lines: [String]
    /// The body.
    public let body: String

    /// The value of a field, by its exact name.
    public func field(_ name: String) -> String? {
        lines.first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.utf8.count + 2)) }
    }

    static func parse(_ bytes: [UInt8], isHead: Bool) -> (RawHTTPResponse, Int)? {
        guard let end = headerEnd(bytes) else { return nil }
        let text = String(decoding: bytes[..<(end - 4)], as: UTF8.self)
        var lines = text.split(separator: "\r\n").map(String.init)
        let status = lines.isEmpty ? 0 : Int(lines.removeFirst().dropFirst(9).prefix(3)) ?? 0
        let header = RawHTTPResponse(status: status, lines: lines, body: "")
        let length = isHead ? 0 : header.field("Content-Length").flatMap { Int($0) } ?? 0
        guard bytes.count >= end + length else { return nil }
        let body = String(decoding: bytes[end..<end + length], as: UTF8.self)
        return (RawHTTPResponse(status: status, lines: lines, body: body), end + length)
    }

    private static func headerEnd(_ bytes: [UInt8]) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10,
                bytes[index - 3] == 13
            {
                return index + 1
            }
            index += 1
        }
        return nil
    }
}
