internal import Foundation

/// A small HTTP/1.1 server on 127.0.0.1 whose every answer, good or bad, a test decides.
///
/// One thread serves all connections, so a thousand that are never answered cost nothing.
public final class LoopbackReceiver: @unchecked Sendable {
    // @unchecked because what threads share is only reached under `condition`; the connections belong to the
    // serving thread.
    /// One request, as it was received.
    public struct Request: Sendable {
        /// Its number among all requests of this receiver, from 0.
        public var number: Int
        /// The number of its connection, from 0.
        public var connection: Int
        /// The request line and the header, lines joined by CRLF.
        public var head: String
        /// The body, by Content-Length.
        public var body: String

        /// The value of a header line; nil without it.
        public func header(_ name: String) -> String? {
            let lines = head.components(separatedBy: "\r\n").dropFirst()
            return lines.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What a request gets.
    public enum Answer: Sendable {
        /// These bytes; the connection stays open.
        case bytes(String)
        /// These bytes after so many milliseconds.
        case delayed(milliseconds: Int, String)
        /// These bytes, then a regular close.
        case close(String)
        /// These bytes, then a reset.
        case reset(String)
        /// Nothing at all, for ever.
        case never
        /// These bytes, then `x` without end.
        case endless(String)

        /// A response with a body and its length.
        public static func status(_ code: Int, _ body: String = "", header: String = "") -> Answer {
            .bytes(
                "HTTP/1.1 \(code) X\r\n\(header)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }
    }

    /// The port it listens on.
    public let port: UInt16
    /// `http://127.0.0.1:port`.
    public var url: String { "http://127.0.0.1:\(port)" }

    private final class Connection {
        let descriptor: Int32
        let number: Int
        var input: [UInt8] = []
        var output: [UInt8] = []
        var sendAt: Date?
        var isEndless = false
        var ending: Answer?
        private(set) var isDone = false

        init(_ descriptor: Int32, _ number: Int) {
            self.descriptor = descriptor
            self.number = number
        }

        func finish() {
            guard !isDone else { return }
            isDone = true
            close(descriptor)
        }
    }

    private let answer: @Sendable (Request) -> Answer
    private let listener: Int32
    private let condition = NSCondition()
    private var received: [Request] = []
    private var accepted = 0
    private var open = 0
    private var sent = 0
    private var isStopped = false

    /// A receiver on a port the kernel chooses. `backlog` as in `listen`.
    public init(backlog: Int32 = 1_024, answer: @escaping @Sendable (Request) -> Answer) throws {
        self.answer = answer
        let listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, backlog) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in serve() }
    }

    /// Closes everything, soon.
    public func stop() { condition.withLock { isStopped = true } }

    /// All requests so far.
    public var requests: [Request] { condition.withLock { received } }
    /// Connections accepted so far.
    public var connections: Int { condition.withLock { accepted } }
    /// Connections open now.
    public var openConnections: Int { condition.withLock { open } }
    /// Bytes sent so far.
    public var bytesSent: Int { condition.withLock { sent } }

    /// Waits until there are `count` requests, or `seconds` have passed; then gives those there are.
    @discardableResult
    public func wait(for count: Int, seconds: Double = 20) -> [Request] {
        let limit = Date(timeIntervalSinceNow: seconds)
        return condition.withLock {
            while received.count < count, condition.wait(until: limit) {}
            return received
        }
    }

    // MARK: The serving thread

    private func serve() {
        var connections: [Connection] = []
        while !condition.withLock({ isStopped }) {
            var polls = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            for one in connections {
                let isDue = one.sendAt.map { $0 <= Date() } ?? true
                let wantsOut = isDue && (!one.output.isEmpty || one.isEndless)
                polls.append(
                    pollfd(
                        fd: one.descriptor, events: Int16(POLLIN | (wantsOut ? POLLOUT : 0)),
                        revents: 0))
            }
            poll(&polls, nfds_t(polls.count), 5)
            for (one, state) in zip(connections, polls.dropFirst()) where state.revents != 0 {
                if Int32(state.revents) & POLLOUT != 0 { write(one) }
                // Closed by what was written: its number may be another test's connection by now.
                if Int32(state.revents) & ~POLLOUT != 0, !one.isDone { read(one) }
            }
            connections.removeAll { $0.isDone }
            if polls[0].revents != 0 {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { continue }
                _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                connections.append(Connection(descriptor, condition.withLock { accepted }))
                condition.withLock { accepted += 1 }
            }
            condition.withLock { open = connections.count }
        }
        for one in connections { one.finish() }
        close(listener)
    }

    private func read(_ one: Connection) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(one.descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            if count == 0 || errno != EAGAIN { one.finish() }
            return
        }
        one.input += buffer.prefix(count)
        while !one.isDone, let request = parse(one) {
            condition.withLock {
                received.append(request)
                condition.broadcast()
            }
            switch answer(request) {
            case .bytes(let text): one.output += text.utf8
            case .delayed(let milliseconds, let text):
                one.output += text.utf8
                one.sendAt = Date(timeIntervalSinceNow: Double(milliseconds) / 1_000)
            case .close(let text), .reset(let text):
                one.output += text.utf8
                one.ending = answer(request)
            case .never: break
            case .endless(let text):
                one.output += text.utf8
                one.isEndless = true
            }
            if one.sendAt == nil { write(one) }
        }
    }

    private func parse(_ one: Connection) -> Request? {
        guard let end = one.input.firstRange(of: "\r\n\r\n".utf8) else { return nil }
        var request = Request(
            number: condition.withLock { received.count }, connection: one.number,
            head: String(decoding: one.input[..<end.lowerBound], as: UTF8.self), body: "")
        let length = Int(request.header("Content-Length") ?? "0") ?? 0
        guard one.input.count >= end.upperBound + length else { return nil }
        request.body = String(
            decoding: one.input[end.upperBound..<end.upperBound + length], as: UTF8.self)
        one.input.removeFirst(end.upperBound + length)
        return request
    }

    private func write(_ one: Connection) {
        if one.isEndless, one.output.isEmpty {
            one.output = [UInt8](repeating: UInt8(ascii: "x"), count: 65_536)
        }
        let count = send(one.descriptor, one.output, one.output.count, Int32(MSG_NOSIGNAL))
        if count > 0 {
            one.output.removeFirst(count)
            condition.withLock { sent += count }
        } else if count < 0, errno != EAGAIN {
            one.finish()
        }
        if one.output.isEmpty, let ending = one.ending {
            if case .reset = ending {
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(
                    one.descriptor, SOL_SOCKET, SO_LINGER, &linger,
                    socklen_t(MemoryLayout<linger>.size))
            }
            one.finish()
        }
    }
}
