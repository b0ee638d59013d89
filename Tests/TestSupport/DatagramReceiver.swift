internal import Glibc
public import Net

/// A real datagram socket that waits for datagrams, each with a deadline.
public final class DatagramReceiver {
    /// Where it receives.
    public enum Place {
        /// A free UDP port of 127.0.0.1.
        case ipv4
        /// A free UDP port of ::1.
        case ipv6
        /// A UNIX path, which is made here and goes with the receiver.
        case path(String)
        /// A name in the abstract namespace of UNIX sockets, without `@`.
        case abstract(String)
        /// A UNIX socket without a name: it sends, and cannot be answered.
        case nameless
    }

    private let descriptor: Int32
    private let place: Place
    private var sender = sockaddr_storage()
    private var senderLength = socklen_t(0)
    /// The port the kernel chose; 0 for a UNIX socket.
    public let port: UInt16

    /// Binds, UDP at `port` or at a free one; `receive` gives up after `deadlineMilliseconds`.
    public init(_ place: Place = .ipv4, port: UInt16 = 0, deadlineMilliseconds: Int = 20_000) {
        self.place = place
        (descriptor, self.port) = Self.bound(place, port)
        var time = timeval(
            tv_sec: deadlineMilliseconds / 1_000, tv_usec: deadlineMilliseconds % 1_000 * 1_000)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var bytes: Int32 = 4_194_304
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        close(descriptor)
        if case .path(let path) = place { unlink(path) }
    }

    /// The socket text that reaches this receiver.
    public var socketText: String {
        switch place {
        case .ipv4: "udp:127.0.0.1:\(port)"
        case .ipv6: "udp:[::1]:\(port)"
        case .path(let path): "unix:\(path)"
        case .abstract(let name): "unix:@\(name)"
        case .nameless: ""
        }
    }

    /// The next datagram as text; nil when none came before the deadline.
    public func receive() -> String? {
        receiveBytes().map { String(decoding: $0, as: UTF8.self) }
    }

    /// The next datagram as text; nil when none comes within these milliseconds.
    public func receive(withinMilliseconds milliseconds: Int32) -> String? {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) == 1 ? receive() : nil
    }

    /// The next datagram; nil when none came before the deadline.
    public func receiveBytes() -> [UInt8]? { receive(flags: 0) }

    /// A datagram that has already arrived; nil when there is none.
    public func receiveNow() -> String? {
        receive(flags: Int32(MSG_DONTWAIT)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// From now on it refuses what comes, as a port without a socket does, and the port is still nobody else's: IPv4.
    public func refuse() {
        var elsewhere = sockaddr_in()
        elsewhere.sin_family = sa_family_t(AF_INET)
        elsewhere.sin_port = UInt16(1).bigEndian
        elsewhere.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        withUnsafePointer(to: &elsewhere) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// The port of 127.0.0.1 that the next datagram comes from; 0 when none came before the deadline.
    public func receiveSenderPort() -> UInt16 {
        var sender = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var byte: UInt8 = 0
        let count = withUnsafeMutablePointer(to: &sender) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &byte, 1, 0, $0, &length)
            }
        }
        return count < 0 ? 0 : UInt16(bigEndian: sender.sin_port)
    }

    /// Takes the next datagram once, and from then on sends `text` back to who sent it.
    public func answerLast(_ text: String) {
        if sender.ss_family == 0 {
            var byte: UInt8 = 0
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            withUnsafeMutablePointer(to: &sender) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = recvfrom(descriptor, &byte, 1, 0, $0, &length)
                    senderLength = length
                }
            }
        }
        let bytes = Array(text.utf8)
        withUnsafePointer(to: &sender) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, 0, $0, senderLength)
            }
        }
    }

    /// Sends a datagram to a server's address: 127.0.0.1, ::1, or a path, as this socket's own family is. False where
    /// the kernel did not take it.
    public func send(_ text: String, to address: DatagramAddress) -> Bool {
        send(Array(text.utf8), to: address)
    }

    /// Sends bytes.
    public func send(_ bytes: [UInt8], to address: DatagramAddress) -> Bool {
        switch address {
        case .unix(let path):
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            return send(bytes, toSocketAddress: &name)
        case .udp("::1", let port):
            var name = sockaddr_in6()
            name.sin6_family = sa_family_t(AF_INET6)
            name.sin6_port = port.bigEndian
            name.sin6_addr = in6addr_loopback
            return send(bytes, toSocketAddress: &name)
        case .udp(_, let port):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            return send(bytes, toSocketAddress: &name)
        }
    }

    private func send<Address>(_ bytes: [UInt8], toSocketAddress address: inout Address) -> Bool {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, bytes, bytes.count, 0, $0,
                    socklen_t(MemoryLayout<Address>.size)) == bytes.count
            }
        }
    }

    private func receive(flags: Int32) -> [UInt8]? {
        withUnsafeTemporaryAllocation(byteCount: 262_144, alignment: 1) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, flags)
            return count < 0 ? nil : [UInt8](buffer[..<count])
        }
    }

    private static func bound(_ place: Place, _ port: UInt16) -> (Int32, UInt16) {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        switch place {
        case .ipv4:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let descriptor = socket(AF_INET, type, 0)
            bind(descriptor, &address, MemoryLayout<sockaddr_in>.size)
            return (descriptor, UInt16(bigEndian: address.sin_port))
        case .ipv6:
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            let descriptor = socket(AF_INET6, type, 0)
            bind(descriptor, &address, MemoryLayout<sockaddr_in6>.size)
            return (descriptor, UInt16(bigEndian: address.sin6_port))
        case .path(let path):
            return (named(Array(path.utf8) + [0], type), 0)
        case .abstract(let name):
            return (named([0] + Array(name.utf8), type), 0)
        case .nameless:
            return (socket(AF_UNIX, type, 0), 0)
        }
    }

    private static func named(_ name: [UInt8], _ type: Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let descriptor = socket(AF_UNIX, type, 0)
        bind(descriptor, &address, MemoryLayout<sa_family_t>.size + name.count)
        return descriptor
    }

    /// Binds, then reads back the address with its port.
    private static func bind<Address>(
        _ descriptor: Int32, _ address: inout Address, _ size: Int
    ) {
        var length = socklen_t(size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = Glibc.bind(descriptor, $0, length)
                _ = getsockname(descriptor, $0, &length)
            }
        }
    }
}
