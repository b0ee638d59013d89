internal import EventCore
internal import Synchronization

/// Where Carillon itself listens: known once the listeners are bound, and asked whenever a stream is opened.
public final class OwnListeners: Sendable {
    private let known = Lock<[(address: IPAddress, port: UInt16)]>([])

    /// None yet.
    public init() {}

    /// Notes a listener; the unspecified address stands for every one of this host.
    public func add(_ address: IPAddress, port: UInt16) {
        known.withLock { $0.append((address, port)) }
    }

    /// Whether a stream to this address would reach one of them. Of the addresses that an unspecified listener
    /// stands for only loopback is known here.
    public func contains(_ address: IPAddress, port: UInt16) -> Bool {
        known.withLock { known in
            known.contains { own in
                own.port == port
                    && (own.address == address || (own.address.isUnspecified && address.isLoopback))
            }
        }
    }
}
