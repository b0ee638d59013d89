internal import Dispatch
internal import EventCore
internal import Glibc
internal import Net
internal import Synchronization
internal import WireFormats

/// One message to one socket, through a transport that was made for it and goes with it: no queue, breaker or kept
/// connection of anybody else has a part in what comes of it.
final class SocketProbe: Sendable {
    private let transport: any Transport
    private let kind: ProbeObservation.Kind
    private let witness: AttemptWitness
    private let occurrence: Occurrence
    private let queue: DispatchQueue
    private let began = Clock.now()
    private let state: Lock<State>

    private struct State {
        var ledger: ProbeLedger?
        /// nil once it has been told.
        var done: (@Sendable (ProbeObservation, AttemptView?) -> Void)?
        var outcome: Outcome?
        var attempt: AttemptView?
    }

    /// How long an ICMP error may take, that says of a datagram which was sent that nobody listens.
    static let icmpMilliseconds = 300
    private static let icmpLookMilliseconds = 20

    /// A probe by `transport`, which has not been attached and is this one's alone. `done` is called once, on `queue`.
    init(
        through transport: any Transport, _ kind: ProbeObservation.Kind, witness: AttemptWitness,
        occurrence: Occurrence, queue: DispatchQueue,
        done: @escaping @Sendable (ProbeObservation, AttemptView?) -> Void
    ) {
        self.transport = transport
        self.kind = kind
        self.witness = witness
        self.occurrence = occurrence
        self.queue = queue
        state = Lock(State(done: done))
    }

    /// Sends; ends after `timeoutMilliseconds` at the latest, or when `stop` is called.
    func start(to socket: Socket, timeoutMilliseconds: Int) {
        // Weak: the transport holds the ledger, and this the transport.
        let end: @Sendable () -> Void = { [weak self] in self?.stop() }
        let ledger = ProbeLedger(settled: end)
        state.withLock { $0.ledger = ledger }
        witness.onBlocked(end)
        transport.attach(to: ledger)
        let target = Target(
            subscription: SubscriptionRef(slot: 0, generation: 0), packed: socket.packed,
            options: socket.options, detail: socket.detail)
        var outcomes = [Outcome.delivered]
        transport.deliver(occurrence, to: [target], outcomes: &outcomes)
        queue.asyncAfter(deadline: .now() + .milliseconds(timeoutMilliseconds)) { self.finish() }
        guard outcomes[0] != .pending else { return }
        let facts = transport.factsOfDelivery(of: occurrence, to: socket)
        state.withLock { state in
            state.outcome = outcomes[0]
            if outcomes[0] == .delivered {
                state.attempt = facts.map { AttemptView(number: 1, facts: $0) }
            }
        }
        guard outcomes[0] == .delivered, kind == .udp else { return finish() }
        lookForRefusal(until: Clock.boot() + Int64(Self.icmpMilliseconds) * 1_000_000)
    }

    /// Gives up; what is known by now is told.
    func stop() { queue.async { self.finish() } }

    /// Asks the kernel again and again whether somebody has refused the datagram.
    private func lookForRefusal(until end: Int64) {
        let errno = (transport as? DatagramTransport)?.lateError() ?? 0
        if errno != 0 {
            state.withLock { state in
                state.outcome = .failed(FailureReason(datagramErrno: errno))
                state.attempt?.facts.answer = .system(errno)
            }
        }
        guard errno == 0, Clock.boot() < end else { return finish() }
        let next = DispatchTime.now() + .milliseconds(Self.icmpLookMilliseconds)
        queue.asyncAfter(deadline: next) { self.lookForRefusal(until: end) }
    }

    private func finish() {
        let known = state.withLock { state in
            defer {
                state.done = nil
                state.ledger = nil
            }
            return state
        }
        guard let done = known.done else { return }
        let told = known.ledger?.told
        var seen = ProbeObservation(kind: kind)
        seen.outcome = told?.result?.outcome ?? known.outcome
        seen.words = told?.result?.words
        seen.facts = witness.facts
        let now = Clock.now()
        seen.now = now.wall
        let attempt = told?.attempt ?? known.attempt
        seen.answer = attempt?.facts.answer ?? .none
        seen.microseconds = attempt?.facts.microseconds ?? (now.boot - began.boot) / 1_000
        // It may block for a moment: not before the answer.
        done(seen, attempt)
        transport.stop(drainMilliseconds: 0)
    }
}
