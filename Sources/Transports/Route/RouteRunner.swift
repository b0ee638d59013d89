public import EventCore

/// What runs the event_routes of a script: the other end of the transport `route`. The server implements it, so that
/// this target knows no script.
public protocol RouteRunner: AnyObject, Sendable {
    /// Takes deliveries, in their order, and says of each what is known now: `.pending` for what the ledger is told
    /// later, else how it ended. Any thread, one at a time; never blocks, runs nothing.
    func take(_ deliveries: [RouteDelivery]) -> [Outcome]

    /// Lets what was taken run for `drainMilliseconds`, then gives up the rest, each reported to the ledger. Blocks
    /// until all has been reported; what is taken later is `.dropped(.stopped)`.
    func stop(drainMilliseconds: Int)
}

/// One occurrence on its way to one event_route.
public struct RouteDelivery: Sendable {
    /// Whose delivery it is.
    public var subscription: SubscriptionRef
    /// The name of the event_route: that of the socket, not always the occurrence's event.
    public var route: String
    /// What it is about.
    public var occurrence: Occurrence

    /// A delivery.
    public init(subscription: SubscriptionRef, route: String, occurrence: Occurrence) {
        self.subscription = subscription
        self.route = route
        self.occurrence = occurrence
    }
}
