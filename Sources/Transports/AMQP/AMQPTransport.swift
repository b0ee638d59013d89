public import EventCore
public import Net
internal import WireFormats

/// RabbitMQ, the scheme `rabbitmq`: messages to an exchange of a broker (AMQP 0-9-1), through
/// librabbitmq.
///
/// Delivered is what the broker confirmed (publisher confirms); a message that no queue takes comes
/// back (`mandatory`) and has failed. Subscriptions to one broker, as one user in one virtual host,
/// share a connection and its thread. While the broker is away, or blocks publishers, deliveries
/// stay pending within the limits of their queue; what was not confirmed when a connection was lost
/// is sent again with the same message id. Delivered at least once while the service lives.
public final class AMQPTransport: QueueingTransport {
    /// `rabbitmq`.
    public let name = "rabbitmq"
    /// `rabbitmq` alone: TLS is the option `tls`.
    public let schemes = ["rabbitmq"]

    /// See `QueueingTransport`.
    public var queues: any DeliveryQueues { engine }
    private let engine: DeliveryEngine<AMQPCourier>
    private let policy: TargetPolicy

    /// A transport that delivers once it is attached. `policy` judges literal addresses when a
    /// socket is parsed, and every address again when a connection to it is opened. Throws when the
    /// process has no descriptor left.
    public init(
        settings: AMQPSettings = AMQPSettings(), policy: TargetPolicy, resolver: Resolver
    ) throws(SystemError) {
        self.policy = policy
        let dialer = AMQPDialer(settings: settings, policy: policy, resolver: resolver)
        engine = DeliveryEngine(
            name, courier: try AMQPCourier(dialer: dialer), settings: settings.delivery)
    }

    /// See `Transport`. The grammar is `AMQPSocketParser`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        try AMQPSocketParser.parse(text, policy: policy)
    }

    /// See `Transport`. Only enqueues.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        var bodies = AMQPBodies(occurrence)
        engine.deliver(occurrence, to: targets, outcomes: &outcomes) { bodies[$0.format] }
    }

    /// See `Transport`. The message's body.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        var bodies = AMQPBodies(occurrence)
        return [engine.forecast(for: target) { bodies[$0.format] }]
    }
}

/// The bodies of one occurrence, each format written once.
private struct AMQPBodies {
    let occurrence: Occurrence
    private var json: [UInt8]?
    private var lines: [UInt8]?

    init(_ occurrence: Occurrence) {
        self.occurrence = occurrence
    }

    subscript(format: AMQPTarget.Format) -> [UInt8] {
        mutating get {
            switch format {
            case .json:
                let body = json ?? occurrence.payload(.json, encode: NotificationFormat.json)
                json = body
                return body
            case .lines:
                // OpenSIPS 2.4, event_rabbitmq: the lines without the line feeds at their end.
                let body =
                    lines
                    ?? occurrence.payload(.lines, encode: NotificationFormat.lines).dropLast(2)
                lines = body
                return body
            }
        }
    }
}
