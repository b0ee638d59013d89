internal import Dispatch
internal import EventCore
internal import Glibc
internal import Net
internal import Synchronization
internal import WireFormats

/// Makes connections to brokers: looks the name up, asks the target policy for each address,
/// connects, logs in. Any thread; blocks it for at most the two timeouts of connecting and logging
/// in.
struct AMQPDialer: Sendable {
    /// How long things may take, and who may sign certificates.
    let settings: AMQPSettings
    /// Where this host may be made to send.
    let policy: TargetPolicy
    /// Looks names up.
    let resolver: Resolver

    /// A connection on which messages can be published, at the first address that takes it. Throws
    /// what went wrong at the last one.
    func dial(_ broker: AMQPBroker, lifeline: AMQPLifeline) throws(AMQPFailure) -> AMQPConnection {
        let deadline = Clock.boot() + Int64(settings.connectTimeoutMilliseconds) * 1_000_000
        var failure = AMQPFailure(.unresolved, "\(broker.address.host.text) has no address")
        for address in try addresses(of: broker.address.host, until: deadline, lifeline) {
            guard policy.allows(address, port: broker.address.port, over: .tcp) else {
                let words = "the target policy does not allow \(Host.address(address).text)"
                failure = AMQPFailure(.forbidden, words)
                continue
            }
            do throws(AMQPFailure) {
                return try connect(broker, at: address, until: deadline, lifeline: lifeline)
            } catch {
                failure = error
                if let tls = error.tls { settings.witness?.see { $0.tls = tls } }
                // Who answered and refused us is the one that was meant.
                if error.reason == .rejected || lifeline.isCut { break }
            }
        }
        throw failure
    }

    private func connect(
        _ broker: AMQPBroker, at address: IPAddress, until deadline: Int64, lifeline: AMQPLifeline
    ) throws(AMQPFailure) -> AMQPConnection {
        let connection = try AMQPConnection(broker: broker, address: address, lifeline: lifeline)
        if broker.isSecure {
            // The library does not say why no connection came about: whoever asks is told by one of ours.
            if settings.witness != nil { try knock(broker, at: address, until: deadline, lifeline) }
            try connection.openSecurely(
                until: deadline, authorities: settings.certificateAuthorityFile)
            settings.witness?.see { [end = connection.certificateEnd] in $0.certificateEnd = end }
        } else {
            let port = broker.address.port
            let descriptor = try TCPDial.connect(
                to: address, port: port, until: deadline, peer: connection.peer, lifeline: lifeline)
            connection.adopt(descriptor.take())
        }
        try connection.logIn(settings)
        return connection
    }

    private func knock(
        _ broker: AMQPBroker, at address: IPAddress, until deadline: Int64, _ lifeline: AMQPLifeline
    ) throws(AMQPFailure) {
        let peer = HostPort(host: .address(address), port: broker.address.port).text
        _ = try TCPDial.connect(
            to: address, port: broker.address.port, until: deadline, peer: peer, lifeline: lifeline)
        lifeline.letGo()
    }

    private func addresses(
        of host: Host, until deadline: Int64, _ lifeline: AMQPLifeline
    ) throws(AMQPFailure) -> [IPAddress] {
        guard case .name(let name) = host else {
            if case .address(let address) = host { return [address] }
            return []
        }
        let answer = Lock<Resolver.Answer?>(nil)
        let isThere = DispatchSemaphore(value: 0)
        resolver.resolve(host.identity) { found in
            answer.withLock { $0 = found }
            isThere.signal()
        }
        let left = max(0, deadline - Clock.boot())
        lifeline.whileCutting({ isThere.signal() }) {
            _ = isThere.wait(timeout: .now() + .nanoseconds(Int(left)))
        }
        guard case .addresses(let addresses) = answer.withLock({ $0 }) else {
            throw AMQPFailure(.unresolved, "\(name) has no address")
        }
        return addresses
    }
}

/// Opens TCP connections without waiting for longer than it was told to.
enum TCPDial {
    /// A connected, non-blocking descriptor, `lifeline`'s from the start. Throws when the peer
    /// refuses or has not answered at `deadline` (boot clock, nanoseconds).
    static func connect(
        to address: IPAddress, port: UInt16, until deadline: Int64, peer: String,
        lifeline: AMQPLifeline
    ) throws(AMQPFailure) -> FileDescriptor {
        let family = address.isIPv4 ? AF_INET : AF_INET6
        let type =
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(family, type, 0)
        guard number >= 0 else { throw AMQPFailure(.system, "no descriptor left") }
        let descriptor = FileDescriptor(owning: number)
        var one: Int32 = 1
        setsockopt(
            number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        guard lifeline.hold(number) else { throw AMQPFailure(.connect, "stopping") }
        var failed: Int32 = begin(number, address, port) == 0 ? 0 : errno
        if failed == EINPROGRESS { failed = wait(for: number, until: deadline) }
        guard failed == 0 else {
            lifeline.letGo()
            throw AMQPFailure(errno: failed, peer: peer)
        }
        return descriptor
    }

    private static func begin(_ number: Int32, _ address: IPAddress, _ port: UInt16) -> Int32 {
        switch address {
        case .v4(let host):
            var target = sockaddr_in()
            target.sin_family = sa_family_t(AF_INET)
            target.sin_port = port.bigEndian
            target.sin_addr.s_addr = host.bigEndian
            return withUnsafePointer(to: &target) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .v6(let upper, let lower):
            var target = sockaddr_in6()
            target.sin6_family = sa_family_t(AF_INET6)
            target.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &target.sin6_addr) { bytes in
                bytes.storeBytes(of: upper.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: lower.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            return withUnsafePointer(to: &target) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
    }

    /// The errno with which connecting ended; 0 = it stands.
    private static func wait(for number: Int32, until deadline: Int64) -> Int32 {
        var watched = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        while true {
            let left = (deadline - Clock.boot() + 999_999) / 1_000_000
            guard left > 0 else { return ETIMEDOUT }
            let count = poll(&watched, 1, Int32(clamping: left))
            if count > 0 { break }
            if count < 0, errno != EINTR { return errno }
        }
        var failed: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(number, SOL_SOCKET, SO_ERROR, &failed, &length) == 0 else { return errno }
        // Cut off by `AMQPLifeline` before it stood.
        if failed == 0, watched.revents & Int16(POLLHUP) != 0 { return ECONNABORTED }
        return failed
    }
}
