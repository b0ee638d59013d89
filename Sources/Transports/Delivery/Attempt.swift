internal import EventCore

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
    /// When it began, for receipts.
    var began = Moment(boot: 0, wall: 0)
}

/// How an attempt ended.
struct AttemptEnd<Target: DeliveryTarget> {
    /// The attempt as it was given to `Courier.begin`.
    let attempt: Attempt<Target>
    /// How it ended for each of its deliveries.
    let verdicts: Verdicts
    /// What came back of it, for receipts.
    private let answers: Answers
    /// Where the time went, where libcurl tells.
    let timings: AttemptTimings?

    /// One verdict for all, or one for each in their order.
    enum Verdicts {
        case all(Verdict)
        case each([Verdict])
    }

    private enum Answers {
        case all(AttemptFacts.Answer)
        case each([AttemptFacts.Answer])
    }

    /// All of them ended alike.
    init(
        _ attempt: Attempt<Target>, all verdict: Verdict, answer: AttemptFacts.Answer = .none,
        timings: AttemptTimings? = nil
    ) {
        self.attempt = attempt
        verdicts = .all(verdict)
        answers = .all(answer)
        self.timings = timings
    }

    /// Each ended in its own way; as many verdicts as deliveries. One answer came for all of them; an error of the
    /// system is the answer to those only that did not arrive.
    init(
        _ attempt: Attempt<Target>, each list: [Verdict], answer: AttemptFacts.Answer = .none,
        timings: AttemptTimings? = nil
    ) {
        precondition(list.count == attempt.deliveries.count, "a verdict for each delivery")
        self.attempt = attempt
        verdicts = .each(list)
        answers = .all(answer)
        self.timings = timings
    }

    /// The same, with an answer to each.
    init(_ attempt: Attempt<Target>, each list: [(verdict: Verdict, answer: AttemptFacts.Answer)]) {
        precondition(list.count == attempt.deliveries.count, "a verdict for each delivery")
        self.attempt = attempt
        verdicts = .each(list.map(\.verdict))
        answers = .each(list.map(\.answer))
        timings = nil
    }

    /// How it ended for the delivery at this place.
    func verdict(_ place: Int) -> Verdict {
        switch verdicts {
        case .all(let verdict): verdict
        case .each(let list): list[place]
        }
    }

    /// What its receipt is told of the delivery at this place, where the attempt ends at `now`.
    func facts(_ place: Int, now: Moment) -> AttemptFacts {
        AttemptFacts(
            time: attempt.ticket.began.wall,
            microseconds: max(0, now.boot - attempt.ticket.began.boot) / 1_000,
            bytes: attempt.deliveries[place].payloadBytes, answer: answer(place))
    }

    /// What the receipts of all are told alike where all of them arrived, without the bytes of each; nil where one
    /// answer or another came, or more is known.
    func sharedFacts(now: Moment) -> AttemptFacts? {
        guard timings == nil, case .all(let answer) = answers else { return nil }
        // An error of the system is no answer to what arrived.
        var shared = answer
        if case .system = answer { shared = .none }
        return AttemptFacts(
            time: attempt.ticket.began.wall,
            microseconds: max(0, now.boot - attempt.ticket.began.boot) / 1_000, bytes: 0,
            answer: shared)
    }

    private func answer(_ place: Int) -> AttemptFacts.Answer {
        switch answers {
        case .each(let list): return list[place]
        case .all(.system(let errno)):
            if case .ended(.delivered, _) = verdict(place) { return .none }
            return .system(errno)
        case .all(let answer): return answer
        }
    }
}
