internal import EventCore

/// One delivery by JSON-RPC on its way: what the queue holds for it.
struct RPCCall: Sendable {
    /// Whose delivery it is.
    var subscription: SubscriptionRef
    /// Where it goes.
    var target: RPCTarget
    /// What is sent; one array for all subscribers who get the same.
    var body: [UInt8]
    /// The occurrence's id: the `id` of a request, and the header `webhook-id` of every call, so that a
    /// receiver knows an occurrence that comes twice. One array for all subscribers.
    var occurrence: [UInt8]
    /// How the attempt before went, if there was one.
    var lastFailure: FailureReason?
}
