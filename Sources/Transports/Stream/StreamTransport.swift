public import EventCore
public import Net
internal import WireFormats

/// JSON-RPC 2.0 over raw TCP, the schemes `jsonrpc` (event_jsonrpc of OpenSIPS 2.4) and `tcp`
/// (event_stream of OpenSIPS 4): objects one after the other on a connection that is kept.
///
/// Delivered means: a notification was handed to the kernel whole; a request was answered with a
/// result. What may arrive twice (a request whose connection broke before its reply) has the same
/// id.
public final class StreamTransport: QueueingTransport {
    /// `stream`.
    public let name = "stream"
    /// `jsonrpc` and `tcp`.
    public let schemes = ["jsonrpc", "tcp"]

    /// See `QueueingTransport`.
    public var queues: any DeliveryQueues { engine }
    private let engine: DeliveryEngine<StreamCourier>
    private let policy: TargetPolicy
    private let numbers = RequestNumbers()

    /// A transport that delivers once it is attached. `policy` judges literal addresses when a
    /// socket is parsed, and every address again when a connection to it is opened; `resolver`
    /// looks names up. Throws when the process has no descriptor left.
    public init(
        settings: StreamSettings = StreamSettings(), policy: TargetPolicy, resolver: Resolver
    ) throws(SystemError) {
        self.policy = policy
        let courier = try StreamCourier(settings: settings, policy: policy, resolver: resolver)
        engine = DeliveryEngine(name, courier: courier, settings: settings.delivery)
    }

    /// See `Transport`. The grammar is `StreamSocketParser`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        try StreamSocketParser.parse(text, policy: policy)
    }

    /// See `Transport`. Only enqueues; `outcomes` has `.pending`, or a drop where the inbox is
    /// full.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        var payloads = StreamPayloads(occurrence, numbers: numbers)
        engine.deliver(occurrence, to: targets, outcomes: &outcomes) { payloads.payload(for: $0) }
    }

    /// See `Transport`. The message with its framing. A request has the number that the next one gets.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        var payloads = StreamPayloads(occurrence, numbers: numbers.copy())
        return [
            engine.forecast(for: target) { target in
                var message: [UInt8] = []
                message.append(
                    message: payloads.payload(for: target).bytes, framing: target.framing)
                return message
            }
        ]
    }
}
