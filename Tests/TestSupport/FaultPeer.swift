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
        /// What comes before the requests is answered; they are read, and not answered.
        case silent
        /// Reset when so many bytes have been read.
        case resetsReading(Int)
        /// Everything is read; reset when so many bytes have been sent and more would follow.
        case resetsAnswering(Int)
        /// Every byte is read and sent by itself.
        case slow
    }

    /// What one side says and the other answers.
    public struct Exchange: Sendable {
        /// Whether it has been said, with these bytes, whole.
        let isWhole: @Sendable ([UInt8]) -> Bool
        /// What a healthy receiver answers; the number is that of the request on its connection,
        /// from 1, and 0 before the first.
        let answer: @Sendable (_ said: [UInt8], _ number: Int) -> [UInt8]

        /// An exchange.
        public init(
            isWhole: @escaping @Sendable ([UInt8]) -> Bool,
            answer: @escaping @Sendable (_ said: [UInt8], _ number: Int) -> [UInt8]
        ) {
            self.isWhole = isWhole
            self.answer = answer
        }
    }

    /// The port it listens on.
    public let port: UInt16
    private let listener: Int32
    private let opening: [Exchange]
    private let request: Exchange
    private let condition = NSCondition()
    private var behaviours: [Behaviour] = []
    private var received: [[UInt8]] = []
    private var bytes = (read: 0, sent: 0)
    private var accepted = 0
    private var isStopped = false
    private var isListening = true
    private var open: Set<Int32> = []

    /// A receiver with whom `opening` is exchanged on each connection, and then one `request` after
    /// another.
    public init(opening: [Exchange] = [], request: Exchange) throws {
        self.opening = opening
        self.request = request
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

    /// Bytes read and sent so far, on all connections.
    public var traffic: (read: Int, sent: Int) { condition.withLock { bytes } }

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
        var talk = Talk(number: number)
        switch behaviour {
        case .healthy, .silent: break
        case .slow: talk.chunk = 1
        case .resetsReading(let count): talk.readLeft = count
        case .resetsAnswering(let count): talk.sendLeft = count
        case .hangs:
            // Until the other side, or `stop`, ends it.
            let hungUp: Int16 = 0x2000  // POLLRDHUP, which Glibc's module leaves out
            var event = pollfd(fd: number, events: hungUp, revents: 0)
            poll(&event, 1, -1)
            return
        }
        if opening.allSatisfy({ exchange($0, &talk) }) {
            if case .silent = behaviour { talk.isSilent = true }
            repeat { talk.requests += 1 } while exchange(request, &talk)
        }
        switch behaviour {
        case .resetsReading, .resetsAnswering: reset(number)
        case .healthy, .silent, .slow, .hangs: break
        }
    }

    /// One connection, and how many bytes may still pass on it.
    private struct Talk {
        let number: Int32
        var chunk = 65_536
        var readLeft = Int.max
        var sendLeft = Int.max
        /// Which request is next; 0 before the first.
        var requests = 0
        var isSilent = false
    }

    /// False where the connection ended, or is to end.
    private func exchange(_ one: Exchange, _ talk: inout Talk) -> Bool {
        guard let said = read(one, &talk) else { return false }
        if talk.requests > 0 {
            condition.withLock {
                received.append(said)
                condition.broadcast()
            }
        }
        return talk.isSilent || send(one.answer(said, talk.requests), &talk)
    }

    private func read(_ one: Exchange, _ talk: inout Talk) -> [UInt8]? {
        var said: [UInt8] = []
        var part = [UInt8](repeating: 0, count: talk.chunk)
        while talk.readLeft > 0 {
            let count = recv(talk.number, &part, min(part.count, talk.readLeft), 0)
            guard count > 0 else { return nil }
            talk.readLeft -= count
            condition.withLock { bytes.read += count }
            said += part[..<count]
            if one.isWhole(said) { return said }
        }
        return nil
    }

    private func send(_ answer: [UInt8], _ talk: inout Talk) -> Bool {
        var on: Int32 = 1
        setsockopt(talk.number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
        var rest = answer.prefix(talk.sendLeft)
        talk.sendLeft -= rest.count
        condition.withLock { bytes.sent += rest.count }
        while !rest.isEmpty {
            let count = rest.prefix(talk.chunk).withUnsafeBytes {
                Foundation.send(talk.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return rest.endIndex == answer.endIndex
    }

    private func reset(_ number: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }
}
