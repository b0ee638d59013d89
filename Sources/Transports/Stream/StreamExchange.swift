internal import EventCore
internal import WireFormats

/// How far one attempt has come on its connection: what has been written, what is half written,
/// which requests wait for a reply, and how each delivery has ended. Without clock or I/O.
///
/// The rules that no reset may break:
/// - A connection begins with a whole message. What the kernel did not take to its last byte
///   cannot have been received whole, so it is sent again from its first byte, on the next
///   connection: in both modes.
/// - A notification is delivered once the kernel has taken it whole. What the peer makes of it
///   nobody knows.
/// - A request that was sent whole and lost its connection is sent again with the same id; one
///   whose reply does not come in time has failed, as a call by HTTP has.
///
/// An object, its connection's alone: as a value it was copied, deliveries and all, at every look.
final class StreamExchange {
    /// The attempt, to be handed back.
    let attempt: Attempt<StreamTarget>
    /// The rest of a message of which the kernel has taken only a part.
    private(set) var remainder: ArraySlice<UInt8> = []
    /// The first delivery of which nothing has been sent.
    private(set) var next = 0
    /// Whether the subscriptions of what is left must be asked again before it is sent.
    var mustAsk = false

    // In the object, so that nothing else is allocated for it. Unchecked because the object is its connection's alone, and
    // nothing that touches them leads back here.
    @exclusivity(unchecked)
    private var states = InlineArray<256, State>(repeating: .open)
    private let count: Int
    /// How those ended that were not simply delivered.
    private var otherwise: [Int: Verdict] = [:]
    /// The error of the system that kept deliveries from arriving; 0 = there was none.
    private var errno: Int32 = 0
    /// How many have not ended.
    private var open: Int
    /// What `remainder` belongs to.
    private var halfWritten = 0..<0
    /// Requests sent whole, by their number.
    private var unanswered: [Int64: Int] = [:]

    /// How one delivery stands. A byte each: nearly all are delivered, and verdicts are large.
    private enum State: UInt8 {
        case open, delivered, otherwise
    }

    /// Nothing sent yet.
    init(_ attempt: Attempt<StreamTarget>) {
        self.attempt = attempt
        count = attempt.deliveries.count
        // `StreamSettings.coalescedMax` at most.
        precondition(count <= states.count, "no more deliveries than have room")
        open = count
    }

    /// Whether nothing of it has been sent, on this connection or another.
    var isUntouched: Bool { next == 0 }
    /// Whether all has been handed to the kernel.
    var isWritten: Bool { remainder.isEmpty && next == count }
    /// Whether every delivery has its verdict.
    var isDone: Bool { open == 0 }
    /// Whether it waits for nothing but replies.
    var isWaiting: Bool { isWritten && !isDone }

    /// Each delivery's end, for the engine. Only when it is done.
    var end: AttemptEnd<StreamTarget> {
        if open == 0, otherwise.isEmpty { return AttemptEnd(attempt, all: .delivered) }
        let list = (0..<count).map { place in
            states[place] == .delivered ? .delivered : otherwise[place] ?? .unsent
        }
        return AttemptEnd(attempt, each: list, answer: errno == 0 ? .none : .system(errno))
    }

    // MARK: Sending

    /// The subscriptions of the deliveries that have not begun, in order.
    var subscriptions: [SubscriptionRef] { attempt.deliveries[next...].map(\.subscription) }

    /// Leaves deliveries out: places as in `subscriptions`.
    func drop(_ refused: [(place: Int, reason: DropReason)]) {
        let first = next
        for (place, reason) in refused { settle(first + place, .ended(.dropped(reason))) }
        skipSettled()
    }

    /// Writes down what has not begun, up to `StreamSettings.coalescedBytesMax`. Deliveries that
    /// follow each other and allow it share a message, an array.
    func compose(into output: inout StreamOutput) {
        output.clear()
        let framing = attempt.target.framing
        var place = next
        while place < count, output.bytes.count < StreamSettings.coalescedBytesMax {
            let first = place
            guard attempt.deliveries[first].batch > 1 else {
                place = open(from: first + 1)
                // The attempt holds it: to count one more reference, which the raising threads count too, is what a
                // message would cost most.
                Unmanaged.passUnretained(attempt.deliveries[first].shared)._withUnsafeGuaranteedRef
                {
                    output.add($0, framing: framing, next: place)
                }
                continue
            }
            let members = batch(from: first)
            place = open(from: members[members.count - 1] + 1)
            if members.count == 1 {
                output.add(attempt.deliveries[first].shared, framing: framing, next: place)
            } else {
                output.add(
                    batch: members.map { attempt.deliveries[$0].payload }, framing: framing,
                    next: place)
            }
        }
    }

    /// The kernel has taken the first `count` bytes of what `compose` wrote.
    func wrote(_ count: Int, of output: borrowing StreamOutput) {
        // How many messages it has taken whole: nearly always all.
        var whole = output.messages.count
        while whole > 0, output.messages[whole - 1].end > count { whole -= 1 }
        let (start, end) = whole > 0 ? output.messages[whole - 1] : (0, next)
        sent(next..<end)
        next = end
        guard whole < output.messages.count, start < count else { return }
        let message = output.messages[whole]
        // A copy: a slice would keep the whole output from being used again.
        remainder = Array(output.bytes[count..<message.end])[...]
        halfWritten = next..<message.next
        next = message.next
    }

    /// The kernel has taken the first `count` bytes of `remainder`.
    func wroteRemainder(_ count: Int) {
        remainder = remainder.dropFirst(count)
        guard remainder.isEmpty else { return }
        remainder = []
        sent(halfWritten)
        halfWritten = 0..<0
        skipSettled()
    }

    /// The deliveries of a message that begins with the one at `start`: at least this one.
    private func batch(from start: Int) -> [Int] {
        var members = [start]
        var room = Int(attempt.deliveries[start].batch)
        var place = open(from: start + 1)
        while place < count {
            room = min(room, Int(attempt.deliveries[place].batch))
            guard members.count < room else { break }
            members.append(place)
            place = open(from: place + 1)
        }
        return members
    }

    /// The next place from `start` on that is open, or the count.
    private func open(from start: Int) -> Int {
        var place = start
        while place < count, states[place] != .open { place += 1 }
        return place
    }

    private func sent(_ places: Range<Int>) {
        guard attempt.target.mode == .notification else { return sentRequests(places) }
        var delivered = 0
        for place in places where states[place] == .open {
            states[place] = .delivered
            delivered += 1
        }
        open -= delivered
    }

    private func sentRequests(_ places: Range<Int>) {
        for place in places where states[place] == .open {
            if let id = NotificationFormat.idNumber(of: attempt.deliveries[place].payload) {
                unanswered[id] = place
            }
        }
    }

    private func skipSettled() {
        next = open(from: next)
    }

    private func settle(_ place: Int, _ verdict: Verdict) {
        guard states[place] == .open else { return }
        if verdict == .delivered {
            states[place] = .delivered
        } else {
            states[place] = .otherwise
            otherwise[place] = verdict
        }
        open -= 1
    }

    // MARK: Ends

    /// The peer answered request `id`. What nobody waits for is ignored: it came too late, or
    /// twice.
    func answered(_ id: Int64, _ verdict: Verdict) {
        guard let place = unanswered.removeValue(forKey: id) else { return }
        settle(place, verdict)
    }

    /// Every request that waits for a reply has ended so.
    func endUnanswered(_ verdict: Verdict) {
        for place in unanswered.values { settle(place, verdict) }
        unanswered = [:]
    }

    /// No connection came about: nothing was sent of what is left.
    func failToConnect(_ verdict: Verdict, errno: Int32 = 0) {
        self.errno = errno
        for place in 0..<count { settle(place, verdict) }
        remainder = []
    }

    /// The connection is gone. What was sent in part, or waits for a reply, is tried again; and so
    /// is the first of what has not begun where nothing else bears the failure. The rest goes back
    /// as if untouched.
    func loseConnection(_ reason: FailureReason, words: String, errno: Int32 = 0) {
        self.errno = errno
        let failure = Verdict.tryAgain(reason, words: words)
        let begun = halfWritten.isEmpty && unanswered.isEmpty ? next + 1 : next
        for place in 0..<count {
            settle(place, place < begun ? failure : .unsent)
        }
        remainder = []
    }

    /// The service stops: what has not ended by now was not done.
    func giveUp() {
        for place in 0..<count { settle(place, .unsent) }
        remainder = []
    }
}
