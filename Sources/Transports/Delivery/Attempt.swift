/// One attempt: deliveries of one destination, in order, that a courier sends together. Handed back in
/// an `AttemptEnd` exactly once.
///
/// Usually one delivery; more where `Courier.mayJoin` lets them (a JSON-RPC array, one write to a
/// stream).
struct Attempt<Target: DeliveryTarget> {
    /// What is to be delivered; never empty.
    let deliveries: [QueuedDelivery<Target>]
    /// Where the engine keeps its books; the courier hands it back unread.
    let ticket: AttemptTicket

    /// The first delivery's target, and with it the destination of all.
    var target: Target { deliveries[0].target }
}

/// What the engine needs to know of an attempt when it ends.
struct AttemptTicket {
    /// The destination's lane, and which tenant of that place it is.
    let lane: Int
    let generation: UInt32
    /// Its number in `AttemptPace`.
    let start: UInt64
    /// The breaker's epoch when it began.
    var epoch: UInt32 = 0
}

/// How an attempt ended.
struct AttemptEnd<Target: DeliveryTarget> {
    /// The attempt as it was given to `Courier.begin`.
    let attempt: Attempt<Target>
    /// How it ended for each of its deliveries.
    let verdicts: Verdicts

    /// One verdict for all, or one for each in their order.
    enum Verdicts {
        case all(Verdict)
        case each([Verdict])
    }

    /// All of them ended alike.
    init(_ attempt: Attempt<Target>, all verdict: Verdict) {
        self.attempt = attempt
        verdicts = .all(verdict)
    }

    /// Each ended in its own way; as many verdicts as deliveries.
    init(_ attempt: Attempt<Target>, each list: [Verdict]) {
        precondition(list.count == attempt.deliveries.count, "a verdict for each delivery")
        self.attempt = attempt
        verdicts = .each(list)
    }

    /// How it ended for the delivery at this place.
    func verdict(_ place: Int) -> Verdict {
        switch verdicts {
        case .all(let verdict): verdict
        case .each(let list): list[place]
        }
    }
}
