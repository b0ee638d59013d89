internal import EventCore

/// One delivery on its way: what the queue holds for it. Occurrence and payload are shared by all that
/// get the same.
struct QueuedDelivery<Target: DeliveryTarget>: Sendable {
    /// Whose delivery it is.
    let subscription: SubscriptionRef
    /// Where it goes.
    let target: Target
    /// What was raised; its id is the same at every attempt.
    let occurrence: Occurrence
    /// What is sent, formatted once for all subscribers that get the same bytes.
    let payload: [UInt8]
    /// Attempts begun so far, the one under way included; an attempt that was no fault of the delivery does
    /// not count.
    var attempts: UInt32 = 0
    /// How the attempt before went, if there was one.
    var lastFailure: FailureReason?
    /// Its place in the order of the destination; the queue's.
    var sequence: UInt64 = 0

    /// What it counts for in the limits on bytes.
    var bytes: Int { payload.count + QueueLimits.messageOverheadBytes }
}
