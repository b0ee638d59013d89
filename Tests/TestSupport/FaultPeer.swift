internal import Foundation

/// A TCP receiver on 127.0.0.1 that misbehaves on purpose: for each connection the next of its
/// behaviours, and a healthy one when none is left.
public final class FaultPeer: @unchecked Sendable {
    // @unchecked because what threads share is only reached under `condition`.
    /// What becomes of one connection.
    public enum Behaviour: Sendable {
        /// Requests are answered.
        case healthy
        /// Nothing is read, nothing is answered.
        case hangs
        /// Reset when so many bytes of the first request have been read.
        case resetsReading(Int)
        /// The first request is read; reset when so many bytes of its answer have been sent.
        case resetsAnswering(Int)
        /// Every byte is read and sent by itself.
        case slow
    }

    /// The port it listens on.
    public let port: UInt16
    private let listener: Int32
    private let isWhole: @Sendable ([UInt8]) -> Bool
    private let answer: @Sendable ([UInt8]) -> [UInt8]
    private let condition = NSCondition()
    private var behaviours: [Behaviour] = []
    private var received: [[UInt8]] = []
    private var accepted = 0
    private var isStopped = false
    private var isListening = true
    private var open: Set<Int32> = []

    /// A receiver of requests that end where `isWhole` says so of all that was read, and are
    /// answered by `answer`.
    public init(
        isWhole: @escaping @Sendable ([UInt8]) -> Bool,
        answer: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) throws {
        self.isWhole = isWhole
        self.answer = answer
        let listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard isListening else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in acceptAll() }
    }

    /// How the next connections behave.
    public func expect(_ behaviours: Behaviour...) {
        condition.withLock { self.behaviours += behaviours }
    }

    /// Whole requests so far.
    public var requests: [[UInt8]] { condition.withLock { received } }

    /// Waits until so many connections were accepted, for at most 20 seconds.
    public func waitForConnections(_ count: Int) {
        let limit = Date(timeIntervalSinceNow: 20)
        condition.withLock { while accepted < count, condition.wait(until: limit) {} }
    }

    /// Stops listening and resets what is open.
    public func stop() {
        condition.withLock {
            // Once: the numbers of descriptors are given again.
            guard !isStopped else { return }
            isStopped = true
            if isListening { shutdown(listener, Int32(SHUT_RDWR)) }
            for number in open { shutdown(number, Int32(SHUT_RDWR)) }
        }
    }

    private func acceptAll() {
        while true {
            let number = accept(listener, nil, nil)
            guard number >= 0 else {
                let code = errno
                // Only `stop` ends it, which makes it EINVAL; a test that loses its peer otherwise says so.
                if code == EINTR || code == ECONNABORTED { continue }
                if code != EINVAL { print("a peer of faults accepts no more: errno \(code)") }
                break
            }
            let behaviour = condition.withLock { () -> Behaviour in
                accepted += 1
                open.insert(number)
                condition.broadcast()
                return behaviours.isEmpty ? .healthy : behaviours.removeFirst()
            }
            Thread.detachNewThread { [self] in
                serve(number, behaviour)
                condition.withLock { _ = open.remove(number) }
                close(number)
            }
        }
        condition.withLock {
            // `stop` must not reach whoever has the number next.
            isListening = false
            close(listener)
        }
    }

    private func serve(_ number: Int32, _ behaviour: Behaviour) {
        switch behaviour {
        case .healthy: while exchange(number, chunk: 65_536) {}
        case .slow: while exchange(number, chunk: 1) {}
        case .hangs:
            // Until the other side, or `stop`, ends it.
            let hungUp: Int16 = 0x2000  // POLLRDHUP, which Glibc's module leaves out
            var event = pollfd(fd: number, events: hungUp, revents: 0)
            poll(&event, 1, -1)
        case .resetsReading(let count):
            _ = read(number, chunk: 65_536, most: count)
            reset(number)
        case .resetsAnswering(let count):
            if let request = read(number, chunk: 65_536) {
                send(Array(answer(request).prefix(count)), to: number, chunk: 65_536)
            }
            reset(number)
        }
    }

    private func exchange(_ number: Int32, chunk: Int) -> Bool {
        guard let request = read(number, chunk: chunk) else { return false }
        send(answer(request), to: number, chunk: chunk)
        return true
    }

    /// A whole request, or its first `most` bytes; nil where the connection ended before.
    private func read(_ number: Int32, chunk: Int, most: Int = .max) -> [UInt8]? {
        var request: [UInt8] = []
        var part = [UInt8](repeating: 0, count: min(chunk, 65_536))
        while request.count < most {
            let count = recv(number, &part, min(part.count, most - request.count), 0)
            guard count > 0 else { return nil }
            request += part[..<count]
            if isWhole(request) {
                condition.withLock {
                    received.append(request)
                    condition.broadcast()
                }
                return request
            }
        }
        return request
    }

    private func send(_ bytes: [UInt8], to number: Int32, chunk: Int) {
        var on: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.prefix(chunk).withUnsafeBytes {
                Foundation.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func reset(_ number: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }
}
