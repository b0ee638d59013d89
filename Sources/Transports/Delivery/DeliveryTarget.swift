/// Where and how one subscriber is reached: what `SocketDetail.target` holds for transports that queue.
///
/// Made when the socket is parsed, immutable. A transport's own final class, with all that its courier needs.
protocol DeliveryTarget: AnyObject, Sendable {
    /// What it shares queue, connections and breaker with.
    var destination: Destination { get }

    /// What the subscriber asked for beside the address.
    var options: DeliveryOptions { get }
}
