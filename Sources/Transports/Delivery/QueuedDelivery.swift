internal import EventCore
internal import Synchronization

/// One delivery on its way: what the queue holds for it. Moved from place to place, hardly ever copied: each copy counts
/// references that two threads share.
struct QueuedDelivery<Target: DeliveryTarget>: Sendable {
    /// Whose delivery it is.
    let subscription: SubscriptionRef
    /// Where it goes.
    let target: Target
    /// What was raised and what is sent.
    let shared: SharedPayload
    /// Attempts begun so far, the one under way included; an attempt that was no fault of the delivery does
    /// not count.
    var attempts: UInt32 = 0
    /// How the attempt before went, if there was one.
    var lastFailure: FailureReason?
    // What the queues ask at every step, so that none of them follows a reference for it; small ones together.
    /// Whether it takes the place of another: `DeliveryOptions.conflates`.
    let conflates: Bool
    /// Whether it goes where the queue is full: `DeliveryOptions.dropsNewest`.
    let dropsNewest: Bool
    /// Most deliveries in one attempt with it: `DeliveryOptions.batch`.
    let batch: UInt8
    /// Its place in the order of the destination; the queue's.
    var sequence: UInt64 = 0
    /// How long the payload is.
    let payloadBytes: Int
    /// Where the destination's lane was when it was raised: `Destination.place`.
    let place: UInt64

    /// A delivery that has not been tried.
    init(subscription: SubscriptionRef, target: consuming Target, shared: consuming SharedPayload) {
        payloadBytes = shared.bytes.count
        conflates = target.options.conflates
        dropsNewest = target.options.dropsNewest
        batch = UInt8(clamping: target.options.batch)
        place = target.destination.place.load(ordering: .relaxed)
        // Last, so that both references move in.
        self.subscription = subscription
        self.target = target
        self.shared = shared
    }

    /// A delivery that has not been tried, with a payload of its own.
    init(subscription: SubscriptionRef, target: Target, occurrence: Occurrence, payload: [UInt8]) {
        self.init(
            subscription: subscription, target: target,
            shared: SharedPayload(occurrence, payload))
    }

    /// What was raised; its id is the same at every attempt.
    var occurrence: Occurrence { shared.occurrence }
    /// What is sent.
    var payload: [UInt8] { shared.bytes }

    /// What it counts for in the limits on bytes.
    var bytes: Int { payloadBytes + QueueLimits.messageOverheadBytes }
}

/// An occurrence and its payload, in one object for all that get the same bytes.
final class SharedPayload: Sendable {
    /// What was raised.
    let occurrence: Occurrence
    /// What is sent, formatted once.
    let bytes: [UInt8]
    // Of the occurrence, for the result: so that the end of a delivery follows one reference and not two.
    /// Its id.
    let id: OccurrenceID
    /// When it was raised, `Occurrence.boot`.
    let raised: Int64

    /// The payload of an occurrence.
    init(_ occurrence: Occurrence, _ bytes: [UInt8]) {
        self.occurrence = occurrence
        self.bytes = bytes
        id = occurrence.id
        raised = occurrence.boot
    }

    /// Whether these are the very bytes, not only equal ones: what was formatted once is handed out again and again.
    func holds(_ other: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { mine in
            other.withUnsafeBufferPointer {
                mine.baseAddress == $0.baseAddress && mine.count == $0.count
            }
        }
    }
}
