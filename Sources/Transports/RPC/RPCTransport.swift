public import EventCore
public import Net

/// JSON-RPC 2.0 over HTTP, the schemes `http` and `https`: one POST for each delivery, through libcurl.
///
/// Each destination (scheme, host, port, path, query) has a bounded queue and one call under way, so its
/// deliveries arrive in order; a dead or slow one delays no other. Delivered at least once while the service
/// lives: what may arrive twice carries the same `webhook-id`. Redirects are never followed.
public final class RPCTransport: QueueingTransport {
    /// `http`.
    public let name = "http"
    /// `http` and `https`.
    public let schemes = ["http", "https"]

    /// See `QueueingTransport`.
    public var queues: any DeliveryQueues { engine }
    private let engine: DeliveryEngine<CurlCourier<RPCTarget>>
    private let policy: TargetPolicy

    /// A transport that delivers once it is attached. `policy` judges literal addresses when a socket is
    /// parsed, and every address again when a connection to it is opened. Throws when the process has no
    /// memory or descriptor left, or libcurl cannot look names up without blocking.
    public init(
        settings: HTTPSettings = HTTPSettings(), policy: TargetPolicy
    ) throws(SystemError) {
        self.policy = policy
        let courier = try CurlCourier<RPCTarget>(settings: settings) { policy.allows($0) }
        engine = DeliveryEngine(name, courier: courier, settings: settings.delivery)
    }

    /// See `Transport`. The grammar is `RPCSocketParser`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        try RPCSocketParser.parse(text, policy: policy)
    }

    /// See `Transport`. Only enqueues; `outcomes` has `.pending`, or a drop where the inbox is full.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        var bodies = RPCBodies(occurrence)
        engine.deliver(occurrence, to: targets, outcomes: &outcomes) { bodies.body(for: $0) }
    }

    /// See `Transport`. The body of a call of its own: calls that wait may share one, where the option `batch` says so.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        var bodies = RPCBodies(occurrence)
        return [engine.forecast(for: target) { bodies.body(for: $0) }]
    }
}
