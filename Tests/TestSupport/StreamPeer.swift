internal import Glibc

/// A TCP receiver on loopback that does nothing unless a test tells it: it accepts, reads, writes,
/// closes and resets when it is asked to, on the test's own thread.
public final class StreamPeer {
    /// The port it listens on.
    public let port: UInt16
    private let listener: Int32

    /// A listener on a port that the kernel chooses, or on `port`. `backlog` as in `listen`.
    public init(port: UInt16 = 0, isIPv6: Bool = false, backlog: Int32 = 64) {
        let family = isIPv6 ? AF_INET6 : AF_INET
        let number = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var on: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(family)
        address.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &address) { bytes in
            if isIPv6 {
                bytes[23] = 1
            } else {
                bytes[4] = 127
                bytes[7] = 1
            }
        }
        var size = socklen_t(isIPv6 ? 28 : 16)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, size) == 0 && listen(number, backlog) == 0
                    && getsockname(number, $0, &size) == 0
            }
        }
        precondition(isListening, "a free port of loopback")
        listener = number
        self.port = UInt16(bigEndian: address.sin6_port)
    }

    deinit { close(listener) }

    /// The next connection, waited for at most so long; nil without one. `receiveBufferBytes` keeps
    /// what it takes unread small.
    public func accept(seconds: Double = 20) -> Connection? {
        guard isReadable(listener, seconds: seconds) else { return nil }
        let number = Glibc.accept(listener, nil, nil)
        return number < 0 ? nil : Connection(number)
    }

    /// One connection.
    public final class Connection {
        private let descriptor: Int32
        private var isOpen = true

        fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { close() }

        /// Reads `count` bytes; fewer where the peer closed, reset, or sent no more for 20 seconds.
        public func read(_ count: Int) -> String {
            String(decoding: readBytes(count), as: UTF8.self)
        }

        /// Reads `count` bytes; fewer where the peer closed, reset, or sent no more for 20 seconds.
        public func readBytes(_ count: Int) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            var taken = 0
            while taken < count, isReadable(descriptor, seconds: 20) {
                let one = bytes.withUnsafeMutableBytes {
                    recv(descriptor, $0.baseAddress?.advanced(by: taken), count - taken, 0)
                }
                guard one > 0 else { break }
                taken += one
            }
            return Array(bytes[..<taken])
        }

        /// Reads what comes next, waited for at most 20 seconds; nil when nothing does, or at the
        /// end.
        public func readSome() -> [UInt8]? {
            guard isReadable(descriptor, seconds: 20) else { return nil }
            let bytes = readAvailable(65_536)
            return bytes.isEmpty ? nil : bytes
        }

        /// Reads what is there, at most `count` bytes; nothing where nothing is.
        public func readAvailable(_ count: Int) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            let taken = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress, count, Int32(MSG_DONTWAIT))
            }
            return Array(bytes.prefix(max(0, taken)))
        }

        /// Whether the peer has closed or reset, within 20 seconds; what it sends until then is
        /// read.
        public func sawEnd() -> Bool {
            var byte: UInt8 = 0
            while isReadable(descriptor, seconds: 20) {
                if recv(descriptor, &byte, 1, 0) <= 0 { return true }
            }
            return false
        }

        /// Whether something is there to be read now.
        public var hasInput: Bool { isReadable(descriptor, seconds: 0) }

        /// Writes all of it.
        public func write(_ text: String) { write(Array(text.utf8)) }

        /// Writes all of it.
        public func write(_ bytes: [UInt8]) {
            _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// Closes it, once. With bytes unread that is a reset.
        public func close() {
            guard isOpen else { return }
            isOpen = false
            Glibc.close(descriptor)
        }

        /// Resets it.
        public func reset() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
            close()
        }
    }
}

private func isReadable(_ descriptor: Int32, seconds: Double) -> Bool {
    var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&state, 1, Int32(seconds * 1_000)) > 0
}
