internal import Synchronization

/// Where deliveries go, by name: targets with the same name share queue, connections and breaker.
///
/// The name is the socket's identity or a part of it; it may be shown, so it holds no secret.
/// Each target has an object of its own, which remembers the destination's place in the engine, so that
/// a delivery needs no look-up by name. Immutable otherwise; any thread.
final class Destination: Sendable {
    /// What makes it the same destination.
    let name: String

    /// A hint of the engine's: the place of this destination's lane, if it is still the same one.
    let place = Atomic<UInt64>(.max)

    /// A destination.
    init(_ name: String) {
        self.name = name
    }
}
