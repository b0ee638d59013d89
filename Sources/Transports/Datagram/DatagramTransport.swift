internal import Dispatch
public import EventCore
public import Net
internal import Synchronization

/// Notifications as UDP and UNIX datagrams, the schemes `udp` and `unix`: one datagram for each
/// delivery, at most once.
///
/// Delivered means that the kernel took it, for UNIX sockets into the receiver's buffer. Where an
/// ICMP error says that nobody listens, the delivery fails (`refused`); on this machine it comes at
/// once, and one that comes later, or is looked for later because there are many, makes the next
/// delivery to that address fail. Nothing blocks: a receiver that does not read fails (`full`) and delays no other.
/// Names are looked up by a `Resolver`; until there is an answer their deliveries wait, in order
/// and bounded by `QueueLimits`.
public final class DatagramTransport: Transport {
    /// `datagram`.
    public let name = "datagram"
    /// `udp` and `unix`.
    public let schemes = ["udp", "unix"]

    private let policy: TargetPolicy
    private let resolver: Resolver
    private let queue = DispatchQueue(label: "carillon.datagram")
    private let state: Lock<State>
    /// nil once stopped. The lock is held over a slice, whose sends do not block: the send lane and
    /// what waited for names take turns.
    private let sender: Lock<DatagramSender?>

    private struct State {
        var ledger: (any DeliveryLedger)?
        var waiting: WaitingRoom
        /// Signalled when nothing waits any more.
        var whenEmpty: DispatchSemaphore?
        var isStopped = false
        /// What had been counted when it stopped.
        var statistics = DatagramStatistics()
    }

    /// A transport that delivers at once. `policy` judges literal addresses when a socket is
    /// parsed, and those of names when something is sent. Throws when the process has no descriptor
    /// left.
    public init(
        policy: TargetPolicy, resolver: Resolver, limits: QueueLimits = QueueLimits(),
        udpConnectionsMax: Int = ConnectedUDPPorts.connectionsMaxDefault,
        unixConnectionsMax: Int = UnixPorts.connectionsMaxDefault
    ) throws(SystemError) {
        self.policy = policy
        self.resolver = resolver
        state = Lock(State(waiting: WaitingRoom(limits: limits)))
        sender = Lock(
            try DatagramSender(
                udpConnectionsMax: udpConnectionsMax, unixConnectionsMax: unixConnectionsMax))
    }

    /// What is counted beside the outcomes. Asks the kernel for ICMP errors that came since
    /// something was last sent. Any thread; waits for a slice that is being sent.
    public func statistics() -> DatagramStatistics {
        sender.withLock { sender in
            sender?.countLateRefusals()
            return sender?.statistics
        } ?? state.withLock { $0.statistics }
    }

    /// An ICMP error that came since something was last sent, as errno; 0 for none. For who has sent one datagram.
    func lateError() -> Int32 {
        sender.withLock { $0?.countLateRefusals().values.first } ?? 0
    }

    /// See `Transport`. The grammar is `DatagramSocket`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        try DatagramSocket.parse(text, policy: policy)
    }

    /// See `Transport`. Nothing in a datagram's socket is secret.
    public func text(of socket: Socket, secrets: Bool) -> String {
        socket.detail?.text ?? DatagramSocket.text(packed: socket.packed, options: socket.options)
    }

    /// See `Transport`.
    public func attach(to ledger: any DeliveryLedger) {
        state.withLock { $0.ledger = ledger }
    }

    /// See `Transport`. A serial queue: works run in the order they were scheduled.
    public func schedule(_ work: @escaping @Sendable () -> Void) {
        queue.async(execute: work)
    }

    /// See `Transport`. About 2.6 µs of the kernel's time for each target and one call more for
    /// all; nothing is allocated for numeric IPv4. `.pending` only for names that have to be looked
    /// up first.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        let slice = sender.withLock { owned -> Slice in
            var slice = Slice(payloads: DatagramPayloads(occurrence))
            // Taken out and put back: a copy would cost one of all connections.
            guard var sender = owned.take() else {
                for place in outcomes.indices { outcomes[place] = .dropped(.stopped) }
                return slice
            }
            defer { owned = sender }
            send(&slice, to: targets, through: &sender, &outcomes)
            return slice
        }
        note(slice.failed)
        settle(slice.dropped)
    }

    /// See `Transport`. The kernel took it while it was raised.
    public func factsOfDelivery(of occurrence: Occurrence, to socket: Socket) -> AttemptFacts? {
        var payloads = DatagramPayloads(occurrence)
        let payload = payloads[DatagramFormat(options: socket.options)]
        return AttemptFacts(time: occurrence.time, microseconds: 0, bytes: payload.count)
    }

    /// See `Transport`. A name is not looked up: what is known of it is told.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        var payloads = DatagramPayloads(occurrence)
        let payload = payloads[DatagramFormat(options: target.options)]
        let address = Self.destination(of: target)?.address
        guard let bytesMax = sender.withLock({ $0?.payloadBytesMax(to: address) }) else {
            return [.stopped(payload)]
        }
        if payload.count > bytesMax {
            return [
                DeliveryForecast(
                    payload, .fail(.tooLarge),
                    words: "A datagram to this address has at most \(bytesMax) bytes.")
            ]
        }
        guard case .name(let name, let port) = address, let answer = resolver.known(name) else {
            return [DeliveryForecast(payload)]
        }
        return [forecast(payload, to: answer, name: name, port: port)]
    }

    private func forecast(
        _ payload: [UInt8], to answer: Resolver.Answer, name: String, port: UInt16
    ) -> DeliveryForecast {
        switch answer {
        case .unresolved:
            DeliveryForecast(payload, .fail(.unresolved), words: "\(name) has no address.")
        case .addresses(let addresses)
        where !addresses.contains { policy.allows($0, port: port, over: .udp) }:
            DeliveryForecast(
                payload, .fail(.forbidden), words: "The target policy forbids where \(name) leads.")
        case .addresses: DeliveryForecast(payload)
        }
    }

    /// See `Transport`. What waits for names may still go out for `drainMilliseconds`.
    public func stop(drainMilliseconds: Int) {
        let whenEmpty = state.withLock { state -> DispatchSemaphore? in
            guard !state.isStopped, !state.waiting.isEmpty else { return nil }
            let semaphore = DispatchSemaphore(value: 0)
            state.whenEmpty = semaphore
            return semaphore
        }
        _ = whenEmpty?.wait(timeout: .now() + .milliseconds(max(0, drainMilliseconds)))
        let dropped = state.withLock { state in
            state.isStopped = true
            return state.waiting.takeAll()
        }
        // What the queue is just sending has been reported when this returns.
        queue.sync {}
        let statistics = statistics()
        sender.withLock { $0 = nil }
        settle(dropped.map { $0.result(.dropped(.stopped)) })
        state.withLock { state in
            state.statistics = statistics
            state.ledger = nil
        }
    }

    private func settle(_ results: [DeliveryResult]) {
        guard !results.isEmpty else { return }
        state.withLock { $0.ledger }?.settle(results)
    }

    private func note(_ attempts: [AttemptReport]) {
        guard !attempts.isEmpty else { return }
        state.withLock { $0.ledger }?.note(attempts)
    }

    /// Attempts of a slice that failed and are told of; as many as a receipt keeps.
    private static let failedTold = 64
}

// MARK: Sending a slice

extension DatagramTransport {
    /// What is to be remembered while a slice is sent.
    private struct Slice {
        var payloads: DatagramPayloads
        /// Where the deliveries to names went.
        var named: [(place: Int, destination: PeerAddress)] = []
        /// Earlier deliveries that had to make room for those that now wait.
        var dropped: [DeliveryResult] = []
        /// What is told of attempts that failed, the first `failedTold`.
        var failed: [AttemptReport] = []

        /// A target's datagram was not sent, or was refused: `errno`, 0 where no error of the system was it.
        mutating func fail(_ target: Target, errno: Int32) {
            guard failed.count < DatagramTransport.failedTold else { return }
            let payload = payloads[DatagramFormat(options: target.options)]
            failed.append(
                AttemptReport(
                    subscription: target.subscription, occurrence: payloads.occurrence.id,
                    facts: AttemptFacts(
                        time: payloads.occurrence.time, microseconds: 0, bytes: payload.count,
                        answer: errno == 0 ? .none : .system(errno)), hasArrived: false))
        }
    }

    private func send(
        _ slice: inout Slice, to targets: ArraySlice<Target>, through sender: inout DatagramSender,
        _ outcomes: inout [Outcome]
    ) {
        var place = outcomes.startIndex
        for index in targets.indices {
            let packed = targets[index].packed
            let outcome: Outcome
            // Nothing else is packed; asking that first leaves the reference count of the detail
            // alone.
            if packed != 0 {
                let payload = slice.payloads[DatagramFormat(options: targets[index].options)]
                outcome = payload.withUnsafeBytes {
                    let (address, port) = (
                        DatagramSocket.address(packed), DatagramSocket.port(packed)
                    )
                    return sender.send($0, toIPv4: address, port: port)
                }
            } else {
                outcome = send(&slice, to: targets[index], at: place, through: &sender)
            }
            if outcome != .delivered {
                outcomes[place] = outcome
                if case .failed = outcome {
                    slice.fail(targets[index], errno: sender.lastError)
                }
            }
            place += 1
        }
        let refusals = sender.takeRefusals(at: slice.payloads.occurrence.time)
        if !refusals.isEmpty { mark(refusals, targets, &slice, &outcomes) }
    }

    /// All but numeric IPv4.
    private func send(
        _ slice: inout Slice, to target: Target, at place: Int, through sender: inout DatagramSender
    ) -> Outcome {
        guard let destination = Self.destination(of: target) else { return .failed(.system) }
        let format = DatagramFormat(options: target.options)
        let payload = slice.payloads[format]
        switch destination.address {
        case .ipv6(let upper, let lower, let port):
            return payload.withUnsafeBytes { sender.send($0, toIPv6: upper, lower, port: port) }
        case .unix(let address):
            return payload.withUnsafeBytes { sender.send($0, to: address) }
        case .name(let name, let port):
            // What comes while others wait waits behind them.
            let isOpen = state.withLock { $0.waiting.isOpen(destination.identity) }
            guard !isOpen, let answer = resolver.known(name) else {
                let delivery = WaitingRoom.Delivery(
                    occurrence: slice.payloads.occurrence, subscription: target.subscription,
                    format: format,
                    bytes: payload.count + QueueLimits.messageOverheadBytes)
                return wait(delivery, for: destination, name: name, port: port, &slice.dropped)
            }
            let sent = send(payload, to: answer, port: port, through: &sender)
            if let destination = sent.destination { slice.named.append((place, destination)) }
            return sent.outcome
        }
    }

    private static func destination(of target: Target) -> DatagramTarget? {
        // Only `DatagramSocket` makes this transport's sockets. Checked in debug builds.
        target.detail.map { unsafeDowncast($0.target, to: DatagramTarget.self) }
    }

    private func send(
        _ payload: [UInt8], to answer: Resolver.Answer, port: UInt16,
        through sender: inout DatagramSender
    ) -> (outcome: Outcome, destination: PeerAddress?) {
        guard case .addresses(let addresses) = answer else {
            sender.forgetError()
            return (.failed(.unresolved), nil)
        }
        return payload.withUnsafeBytes {
            sender.send($0, toAnyOf: addresses, port: port, policy: policy)
        }
    }

    /// Lets those deliveries fail whose destination has refused a datagram.
    private func mark(
        _ refusals: [PeerAddress: Int32], _ targets: ArraySlice<Target>, _ slice: inout Slice,
        _ outcomes: inout [Outcome]
    ) {
        func mark(_ place: Int, _ destination: PeerAddress) {
            guard outcomes[place] == .delivered, let errno = refusals[destination] else { return }
            outcomes[place] = .failed(FailureReason(datagramErrno: errno))
            slice.fail(targets[targets.startIndex + place - outcomes.startIndex], errno: errno)
        }
        for (place, target) in zip(outcomes.indices, targets) {
            if target.packed != 0 {
                let address = DatagramSocket.address(target.packed)
                mark(place, .ipv4(address, port: DatagramSocket.port(target.packed)))
            } else if case .ipv6(let upper, let lower, let port) = Self.destination(of: target)?
                .address
            {
                mark(place, .ipv6(high: upper, low: lower, port: port))
            }
        }
        for (place, destination) in slice.named { mark(place, destination) }
    }
}

// MARK: What waits for names

extension DatagramTransport {
    private func wait(
        _ delivery: WaitingRoom.Delivery, for target: DatagramTarget, name: String, port: UInt16,
        _ dropped: inout [DeliveryResult]
    ) -> Outcome {
        let entry = state.withLock { state in
            state.isStopped ? nil : state.waiting.add(delivery, for: target.identity)
        }
        guard let entry else { return .dropped(.stopped) }
        // Where all room is others' the new one is among them: it is reported like the rest, soon.
        dropped += entry.dropped.map { $0.result(.dropped(.queueFull)) }
        if entry.isFirst {
            resolver.resolve(name) { [weak self] answer in
                guard let self else { return }
                queue.async { self.sendWaiting(for: target, port: port, answer) }
            }
        }
        return .pending
    }

    /// Sends, or fails, all that waits for a destination, until nothing does. On the transport's
    /// queue.
    private func sendWaiting(for target: DatagramTarget, port: UInt16, _ answer: Resolver.Answer) {
        while true {
            let (batch, ledger, whenEmpty) = state.withLock { state in
                let batch = state.waiting.take(target.identity)
                return (batch, state.ledger, state.waiting.isEmpty ? state.whenEmpty : nil)
            }
            guard !batch.isEmpty, let ledger else {
                whenEmpty?.signal()
                return
            }
            for delivery in batch {
                if let reason = ledger.mayStart(delivery.subscription) {
                    ledger.settle([delivery.result(.dropped(reason))])
                } else {
                    ledger.settle([send(delivery, to: answer, port: port)])
                }
            }
        }
    }

    private func send(
        _ delivery: WaitingRoom.Delivery, to answer: Resolver.Answer, port: UInt16
    ) -> DeliveryResult {
        var payloads = DatagramPayloads(delivery.occurrence)
        let payload = payloads[delivery.format]
        let began = Clock.now()
        let (outcome, errno) = sender.withLock { owned -> (Outcome, Int32) in
            guard var sender = owned.take() else { return (.dropped(.stopped), 0) }
            defer { owned = sender }
            let sent = send(payload, to: answer, port: port, through: &sender)
            let refusals = sender.takeRefusals()
            guard sent.outcome == .delivered else { return (sent.outcome, sender.lastError) }
            guard let destination = sent.destination, let errno = refusals[destination] else {
                return (.delivered, 0)
            }
            return (.failed(FailureReason(datagramErrno: errno)), errno)
        }
        var result = delivery.result(outcome)
        if case .dropped = outcome { return result }
        result.attempt = AttemptFacts(
            time: began.wall, microseconds: (Clock.boot() - began.boot) / 1_000,
            bytes: payload.count, answer: errno == 0 ? .none : .system(errno))
        return result
    }
}
