internal import EventCore
internal import Synchronization
public import WireFormats

/// Where this service itself listens, so that no subscription makes it talk to itself.
///
/// A class because the ports are known only after binding, when the transports already hold their
/// policy. Any thread; never blocks for longer than a lookup in a short list.
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

    /// Adds a listener. 0.0.0.0 and :: stand for every loopback address; whoever binds them adds
    /// the host's other addresses one by one if it knows them.
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
        return listeners.withLock { listeners in
            listeners.contains { listener in
                listener.network == network && listener.port == port
                    && (listener.address == target
                        || listener.address.isUnspecified
                            && (target.isLoopback || target.isUnspecified))
            }
        }
    }
}
