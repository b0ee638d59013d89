internal import EventCore

/// Where and how a message is published: what `SocketDetail.target` holds for `rabbitmq:` sockets.
final class AMQPTarget: DeliveryTarget {
    /// How a body is written.
    enum Format: String, Sendable {
        /// The JSON-RPC notification of OpenSIPS 3 and 4. The default.
        case json
        /// The lines of OpenSIPS 2, without the empty line at the end.
        case lines
    }

    /// See `DeliveryTarget`.
    let destination: Destination
    /// See `DeliveryTarget`.
    let options: DeliveryOptions
    /// To whom.
    let broker: AMQPBroker
    /// The exchange's name, at most 255 bytes; empty = the default exchange, which routes to queues
    /// by name.
    let exchange: [UInt8]
    /// The routing key, at most 255 bytes.
    let routingKey: [UInt8]
    /// Whether queues that survive a restart of the broker keep the message through it.
    let isPersistent: Bool
    /// How the body is written.
    let format: Format

    /// A target.
    init(
        destination: String, broker: AMQPBroker, exchange: [UInt8], routingKey: [UInt8],
        isPersistent: Bool,
        format: Format, options: DeliveryOptions
    ) {
        self.destination = Destination(destination)
        self.options = options
        self.broker = broker
        self.exchange = exchange
        self.routingKey = routingKey
        self.isPersistent = isPersistent
        self.format = format
    }
}
