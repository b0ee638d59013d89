internal import EventCore
internal import Net
internal import Synchronization
public import WireFormats

/// Where this service itself listens, so that no subscription makes it talk to itself.
///
/// A class because the ports are known only after binding, when the transports already hold their
/// policy. Any thread; never blocks.
public final class OwnListeners: Sendable {
    /// What a listener receives.
    public enum Network: Sendable, Hashable {
        /// TCP connections.
        case tcp
        /// UDP datagrams.
        case udp
    }

    private struct Listener: Sendable {
        var network: Network
        var address: IPAddress
        var port: UInt16
    }

    private let listeners = Lock<[Listener]>([])
    private let paths = Lock<[String]>([])

    /// None yet.
    public init() {}

    /// Adds a listener. 0.0.0.0 and :: stand for every address of this host.
    public func add(_ address: IPAddress, port: UInt16, over network: Network = .tcp) {
        listeners.withLock { $0.append(Listener(network: network, address: address, port: port)) }
    }

    /// Adds a UNIX datagram socket.
    public func add(path: String) {
        paths.withLock { $0.append(path) }
    }

    /// Whether one of them is bound to this path, spelt so.
    public func contain(path: String) -> Bool {
        paths.withLock { $0.contains(path) }
    }

    /// Whether one of them would receive what is sent to this address and port.
    public func contain(_ address: IPAddress, port: UInt16, over network: Network) -> Bool {
        let target = address.embeddedIPv4.map { IPAddress.v4($0) } ?? address
        let there = listeners.withLock { listeners in
            listeners.filter { $0.network == network && $0.port == port }.map(\.address)
        }
        // Asked of the kernel at last, and without the lock: hardly ever does anybody listen on this port.
        return there.contains(target)
            || there.contains(where: \.isUnspecified) && LocalAddress.isOurs(target)
    }
}
