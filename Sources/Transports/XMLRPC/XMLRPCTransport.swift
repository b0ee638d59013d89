public import EventCore
public import Net

/// XML-RPC over HTTP, the scheme `xmlrpc`: one call for each delivery, through libcurl, on
/// connections that are kept.
///
/// Delivered means that the procedure returned: a fault is a failure. Otherwise as `RPCTransport`.
public final class XMLRPCTransport: QueueingTransport {
    /// `xmlrpc`.
    public let name = "xmlrpc"
    /// `xmlrpc`.
    public let schemes = ["xmlrpc"]

    /// See `QueueingTransport`.
    public var queues: any DeliveryQueues { engine }
    private let engine: DeliveryEngine<CurlCourier<XMLRPCTarget>>
    private let policy: TargetPolicy

    /// A transport that delivers once it is attached. `policy` judges literal addresses when a
    /// socket is parsed, and every address again when a connection to it is opened. Throws when the
    /// process has no memory or descriptor left, or libcurl cannot look names up without blocking.
    public init(
        settings: HTTPSettings = HTTPSettings(), policy: TargetPolicy
    ) throws(SystemError) {
        self.policy = policy
        let courier = try CurlCourier<XMLRPCTarget>(settings: settings) { policy.allows($0) }
        engine = DeliveryEngine(name, courier: courier, settings: settings.delivery)
    }

    /// See `Transport`. The grammar is `XMLRPCSocketParser`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        try XMLRPCSocketParser.parse(text, policy: policy)
    }

    /// See `Transport`. Only enqueues; `outcomes` has `.pending`, or a drop where the inbox is
    /// full.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        var payloads = XMLRPCPayloads(occurrence)
        engine.deliver(occurrence, to: targets, outcomes: &outcomes) { payloads.payload(for: $0) }
    }

    /// See `Transport`.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        var payloads = XMLRPCPayloads(occurrence)
        return [engine.forecast(for: target) { payloads.payload(for: $0) }]
    }
}
